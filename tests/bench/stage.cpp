#include "tests/bench/stage.hpp"

#include "actors/bridge/slurm_cluster.hpp"
#include "io/files.hpp"
#include "tests/bench/cost.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <unistd.h>

namespace settle::bench {

namespace compat = actors::compat;
using namespace std::chrono_literals;

namespace {

/// Counts what it is told.
class counter : public caf::event_based_actor {
public:
  counter(caf::actor_config& cfg, std::shared_ptr<seen_events> seen, caf::actor settle)
      : caf::event_based_actor(cfg), seen_(std::move(seen)), settle_(std::move(settle)) {}

protected:
  caf::behavior make_behavior() override {
    return {[this](const actors::stream_batch& batch) {
      for (const auto& e : batch.events)
        if (e.kind == core::stream_kind::item)
          ++seen_->items[static_cast<std::size_t>(e.status)];
      seen_->trouble = seen_->trouble || !batch.trouble.empty();
      seen_->finished = seen_->finished || batch.last;
      if (batch.last)
        quit();
      else
        compat::send(this, settle_, actors::stream_ack{batch.run, caf::actor_cast<caf::actor>(this)});
    }};
  }
  void on_exit() override { settle_ = nullptr; }

private:
  std::shared_ptr<seen_events> seen_;
  caf::actor settle_;
};

core::policy rules() {
  core::policy p;
  // The clock leaps a minute with each listing: none of these is what is measured.
  p.settle_no_record.reset();
  p.submit_grace = p.submit_no_record = core::hours{1000};
  p.command_deadline = core::minutes{10};
  return p;
}

}  // namespace

stage::stage(const std::string& folder, const std::string& fakes, scheduler how)
    : world_(folder), clock_(std::make_shared<leaping_clock>()), seen_{std::make_shared<seen_events>()} {
  ::setenv("SETTLE_BENCH_WORLD", folder.c_str(), 1);
  ::setenv("PATH", (fakes + ":" + std::getenv("PATH")).c_str(), 1);
  world_.set({});
  actors::system_config config;
  config.state_dir = folder + "/state";
  config.home = folder;
  config.rules = rules();
  config.arrays = true;
  config.now = [clock = clock_] { return clock->now(); };
  auto real = actors::make_slurm_cluster(std::make_shared<io::io_host>(),
                                         {::geteuid(), config.rules.command_deadline, config.now});
  cluster_ = std::make_shared<stepped_cluster>(std::move(real), clock_);
  config.slurm = cluster_;
  config_ = std::make_unique<caf::actor_system_config>();
  actors::register_messages(*config_);
  if (how == scheduler::settles_own)
    compat::set_sharing_policy(*config_);
  compat::set_threads(*config_, 2);
  system_ = std::make_unique<caf::actor_system>(*config_);
  settle_ = actors::spawn_settle(*system_, std::move(config));
}

stage::~stage() {
  caf::anon_send_exit(settle_, caf::exit_reason::user_shutdown);
  settle_ = nullptr;
  system_->await_all_actors_done();
  cluster_.reset();  // its commands' answers reach for actors
}

bool stage::submit(const std::string& document_file, std::size_t max_concurrent) {
  actors::submit_run order;
  order.source = document_file;
  order.start_dir = "/";
  order.max_concurrent = max_concurrent;
  if (io::read_whole_file(document_file, order.document) != 0)
    return false;
  actors::run_answer answer;
  caf::scoped_actor self{*system_};
  compat::request(&*self, settle_, std::chrono::seconds{3600}, std::move(order))
      .receive([&](actors::run_answer& a) { answer = std::move(a); },
               [&](const caf::error& e) { answer.trouble = compat::render(*system_, e); });
  for (const auto& p : answer.problems)
    std::fprintf(stderr, "bench: %s\n", p.words.c_str());
  if (!answer.trouble.empty())
    std::fprintf(stderr, "bench: %s\n", answer.trouble.c_str());
  if (answer.run.empty())
    return false;
  if (!run_.empty())
    seen_.push_back(std::make_shared<seen_events>());
  run_ = answer.run;
  auto counting = system_->spawn<counter>(seen_.back(), settle_);
  compat::anon_send(settle_, actors::subscribe_run{run_, 1, counting});
  return true;
}

void stage::wait_for_cycle() const {
  // After the last verdict nobody polls.
  while (!cluster_->wait_for_cycle(50ms) && !all_over())
    continue;
}

bool stage::all_over() const {
  return std::all_of(seen_.begin(), seen_.end(), [](const auto& s) { return s->finished || s->trouble; });
}

void stage::cycle() {
  wait_for_cycle();
  cluster_->step();
  wait_for_cycle();
}

void stage::come_to_rest() const {
  constexpr auto glance = 100ms;
  for (int quiet = 0; quiet < 3;) {
    const double before = cpu_seconds();
    std::this_thread::sleep_for(glance);
    quiet = cpu_seconds() - before < 0.002 ? quiet + 1 : 0;
  }
}

void stage::wait_for(std::uint64_t wanted, std::uint64_t terminal) const {
  while (!seen().trouble && (submitted() < wanted || seen().of(core::item_status::completed) < terminal))
    std::this_thread::sleep_for(1ms);
}

calls_made stage::calls() const {
  calls_made out;
  for (const auto& [program, n] : cluster_->calls()) {
    if (program == "squeue")
      out.squeue = n;
    else if (program == "sacct")
      out.sacct = n;
    else if (program == "sbatch")
      out.sbatch = n;
  }
  return out;
}

}  // namespace settle::bench
