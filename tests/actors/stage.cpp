#include "tests/actors/stage.hpp"

#include "io/job_id.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <unordered_set>

namespace stage {

namespace compat = actors::compat;

// -- the cluster -------------------------------------------------------------------------------------------------

void played_cluster::list(std::function<void(actors::listing_answer)> done) {
  ++lists;
  if (std::exchange(list_throws, false))
    throw std::runtime_error("the port broke");
  auto answer = [this, done = std::move(done), begun = now_().monotonic] {
    actors::listing_answer a;
    a.begun = begun;
    if (!controller_answers) {
      a.what = io::fail(io::errc::unavailable, "Unable to contact slurm controller");
      a.latency = failure_latency;
    } else {
      actors::listing l;
      for (const auto& [id, job] : jobs)
        if (job.listed) {
          core::listed_job row;
          row.means = job.means;
          row.why = job.why;
          row.exact = job.exact;
          row.submit = job.submit;
          row.reason = job.reason;
          row.outlook = job.outlook;
          row.restarts = 0;
          l.rows.push_back({id, job.name, row});
        }
      a.what = std::move(l);
    }
    done(std::move(a));
  };
  if (hold_lists)
    held_lists.push_back(std::move(answer));
  else
    answer();
}

void played_cluster::account(std::vector<std::uint64_t> ids, std::size_t calls_max,
                             std::function<void(actors::accounting_answer)> done) {
  ++accounts;
  if (ids.size() > calls_max * ids_of_a_call)
    ids.resize(calls_max * ids_of_a_call);
  actors::accounting_answer a;
  a.asked = ids;
  a.read = now_().monotonic;
  if (!accounting_answers) {
    a.what = io::fail(io::errc::unavailable, "slurmdbd: Connection refused");
  } else {
    std::vector<actors::accounted_job> out;
    const std::unordered_set<std::uint64_t> asked(ids.begin(), ids.end());
    for (const auto& [id, job] : jobs)
      if (!job.rows.empty() && (asked.count(id) != 0 || asked.count(io::array_id_of(id)) != 0))
        out.push_back({id, job.name, job.rows});
    a.what = std::move(out);
  }
  done(std::move(a));
}

void played_cluster::account_by_name(std::vector<std::string> names, core::epoch_seconds,
                                     std::function<void(actors::accounting_answer)> done) {
  ++accounts;
  actors::accounting_answer a;
  a.read = now_().monotonic;
  if (!accounting_answers) {
    a.what = io::fail(io::errc::unavailable, "slurmdbd: Connection refused");
  } else {
    std::vector<actors::accounted_job> out;
    for (const auto& [id, job] : jobs)
      if (!job.rows.empty() && std::count(names.begin(), names.end(), job.name) != 0)
        out.push_back({id, job.name, job.rows});
    a.what = std::move(out);
  }
  done(std::move(a));
}

void played_cluster::submit(const actors::job_spec& spec,
                            std::function<void(io::result<std::uint64_t>)> done) {
  if (!refusals.empty()) {
    auto e = refusals.front();
    refusals.pop_front();
    done(tl::unexpected(e));
    return;
  }
  ++submissions[spec.job_name];
  auto id = next_id++;
  auto make = [&](std::uint64_t job) {
    jobs[job].name = spec.job_name;
    jobs[job].submit = std::chrono::duration_cast<std::chrono::seconds>(now_().wall).count();
  };
  if (spec.array.empty())
    make(id);
  else
    arrays_submitted.push_back(spec);
  for (auto index : spec.array)
    make(io::array_task_id(id, index));
  if (hold_submissions)
    held_submissions.push_back([done, id] { done(id); });
  else if (lose_replies)
    done(io::fail(io::errc::maybe_submitted, "Socket timed out on send/recv operation"));
  else
    done(id);
}

void played_cluster::cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) {
  cancelled.insert(cancelled.end(), ids.begin(), ids.end());
  done({});
}

void played_cluster::accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) {
  done(0);
}

played_job& played_cluster::job_of(const std::string& task_name) {
  for (auto& [id, job] : jobs)
    if (job.name.starts_with(task_name + "."))
      return job;
  FAIL("there is no job of " << task_name);
  return jobs.begin()->second;
}

void played_cluster::run_all() {
  for (auto& [id, job] : jobs)
    job.means = core::meaning::alive;
}

void played_cluster::vanish_all() {
  for (auto& [id, job] : jobs)
    job.listed = false;
}

void played_cluster::account_for(played_job& job, int exit_code) {
  core::account_row row;
  row.means = exit_code == 0 ? core::meaning::succeeded : core::meaning::failed;
  row.why = exit_code == 0 ? core::cause::none : core::cause::exit_nonzero;
  row.code = {exit_code, 0};
  row.submit = row.start = job.submit;
  row.end = job.submit + 1;
  row.batch = core::batch_row{row.means, row.code};
  job.rows = {row};
}

void played_cluster::account_for_all(int exit_code) {
  for (auto& [id, job] : jobs)
    account_for(job, exit_code);
}

// -- what was seen -----------------------------------------------------------------------------------------------

std::optional<core::stream_event> seen::finished() const {
  for (const auto& e : events)
    if (e.kind == core::stream_kind::run_finished)
      return e;
  return std::nullopt;
}

std::vector<core::item_status> seen::life_of(const std::string& item) const {
  std::vector<core::item_status> life;
  for (const auto& e : events)
    if (e.kind == core::stream_kind::item && e.item == item)
      life.push_back(e.status);
  return life;
}

const core::stream_event* seen::verdict_of(const std::string& item) const {
  const core::stream_event* found = nullptr;
  for (const auto& e : events)
    if (e.kind == core::stream_kind::item && e.item == item && core::is_terminal(e.status)) {
      REQUIRE(found == nullptr);  // exactly one verdict
      found = &e;
    }
  return found;
}

bool seen::told(const std::string& words) const {
  return std::any_of(events.begin(), events.end(), [&](const auto& e) {
    return e.kind == core::stream_kind::notice && e.error.find(words) != std::string::npos;
  });
}

// -- the theatre -------------------------------------------------------------------------------------------------

namespace {

caf::actor_system_config& prepare(caf::actor_system_config& cfg) {
  actors::register_messages(cfg);
  cfg.set("scheduler.policy", caf::atom("testing"));
  return cfg;
}

class spectator : public caf::event_based_actor {
public:
  spectator(caf::actor_config& cfg, std::shared_ptr<seen> story, caf::actor root)
      : caf::event_based_actor(cfg), story_(std::move(story)), root_(std::move(root)) {}

protected:
  caf::behavior make_behavior() override {
    return {[this](actors::stream_batch& b) {
      story_->supervisor = caf::actor_cast<caf::actor>(current_sender());
      for (auto& e : b.events) {
        CHECK(e.seq == story_->events.size() + 1);
        story_->events.push_back(std::move(e));
      }
      story_->last = b.last;
      story_->trouble = b.trouble;
      compat::send(this, root_, actors::stream_ack{b.run, caf::actor_cast<caf::actor>(this)});
    }};
  }
  void on_exit() override {
    root_ = nullptr;
    story_->supervisor = nullptr;
  }

private:
  std::shared_ptr<seen> story_;
  caf::actor root_;
};

}  // namespace

theatre::theatre(std::function<void(actors::system_config&)> adjust)
    : sys(prepare(cfg)), sched(dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())) {
  sched.clock().current_time += 1h;
  slurm = std::make_shared<played_cluster>([this] { return now(); });
  actors::system_config config;
  config.state_dir = "/nowhere";
  config.home = "/home/someone";
  config.rules.witness =
      core::witness_use::off;  // its reader is a thread of its own, and nothing here writes records
  config.slurm = slurm;
  config.now = [this] { return now(); };
  config.open_store = [kept = kept](const auto&) -> io::result<std::unique_ptr<actors::run_store>> {
    return std::make_unique<memory_store>(kept);
  };
  config.reader_aside = false;
  config.claims = [this](const std::string&, const std::string& token, bool take) {
    auto& held = claims[token];
    if (take && held.who == tasks::claim_holder::nobody)
      held.who = tasks::claim_holder::settle;
    return held;
  };
  if (adjust)
    adjust(config);
  root = actors::spawn_settle(sys, std::move(config));
  settle_down();
}

theatre::~theatre() {
  story->supervisor = nullptr;
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  root = nullptr;
  settle_down();
}

core::instant theatre::now() const {
  auto since = std::chrono::duration_cast<core::duration>(sched.clock().current_time.time_since_epoch());
  return {since, since + 1'000'000s};
}

std::string theatre::start(const std::string& document, std::size_t max_concurrent,
                           std::shared_ptr<seen> told) {
  caf::scoped_actor self{sys};
  actors::submit_run m;
  m.document = document;
  m.start_dir = "/work";
  m.max_concurrent = max_concurrent;
  auto pending = compat::request(&*self, root, caf::infinite, std::move(m));
  settle_down();
  pending.receive([this](actors::run_answer& a) { answer = std::move(a); },
                  [](const caf::error&) { FAIL("the supervisor did not answer"); });
  if (!answer.run.empty()) {
    auto watcher = sys.spawn<spectator>(told ? std::move(told) : story, root);
    compat::anon_send(root, actors::subscribe_run{answer.run, 1, watcher});
    settle_down();
  }
  return answer.run;
}

void theatre::settle_down() {
  while (sched.try_run_once()) {
  }
}

void theatre::pass(core::duration time) {
  for (core::duration gone{}; gone < time; gone += 1s) {
    sched.advance_time(1s);
    settle_down();
  }
}

void theatre::until_over(core::duration limit) {
  for (core::duration gone{}; !story->last; gone += 1s) {
    if (gone >= limit)
      FAIL("the run is not over after " << limit.count() / 1000 << " s");
    pass(1s);
  }
}

std::string tasks_named(const std::vector<std::string>& ids) {
  std::string out = R"({"tasks":[)";
  for (const auto& id : ids)
    out += (out.back() == '[' ? "" : ",") + (R"({"id":")" + id + R"(","name":")" + id) +
           R"(","command":"true"})";
  return out + "]}";
}

std::string tasks_numbered(std::size_t n, const std::string& prefix) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < n; ++i)
    ids.push_back(prefix + std::to_string(i));
  return tasks_named(ids);
}

}  // namespace stage
