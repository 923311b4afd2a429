// Slots of one backend, shared by runs with limits of their own: never more are live than allowed, none is left unused, and
// no run has more than its share while another waits.
#include "io/job_id.hpp"
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace stage;
using core::item_status;

namespace {

/// A run among others, by the letter that its tasks' names begin with.
struct player {
  std::string letter;
  std::size_t items = 0;
  std::size_t most = 0;  ///< its max_concurrent; 0: none
  std::string run{};
  std::shared_ptr<kept_run> kept = std::make_shared<kept_run>();
  std::shared_ptr<seen> story = std::make_shared<seen>();
  std::size_t made = 0;   ///< jobs
  std::size_t read = 0;   ///< lines
  std::size_t over = 0;   ///< items with a job whose verdict is durable
  std::size_t ended = 0;  ///< items whose verdict is durable

  /// Jobs that hold a slot: from sbatch until the item's verdict is on the disk.
  std::size_t live() {
    for (; read < kept->lines.size(); ++read) {
      const auto& line = kept->lines[read];
      const auto has = [&line](const char* words) { return line.find(words) != std::string::npos; };
      if (!has(R"("event":"item")") || !(has(R"("status":"completed")") || has(R"("status":"failed")")))
        continue;
      ++ended;
      over += has(R"("job_id":null)") ? 0 : 1;
    }
    return made - over;
  }
  /// As many as it can use.
  std::size_t wants() const { return std::min(most == 0 ? items : most, items - ended); }
};

/// Counts at each sbatch who has how many.
class counting_cluster : public played_cluster {
public:
  using played_cluster::played_cluster;

  std::vector<player>* players = nullptr;
  std::size_t most = 0;  ///< the backend's
  std::vector<std::string> violations;
  std::function<std::optional<io::error>(const actors::job_spec&)> refusal_of;

  void submit(const actors::job_spec& spec, std::function<void(io::result<std::uint64_t>)> done) override {
    if (refusal_of)
      if (auto words = refusal_of(spec))
        return done(tl::unexpected(*words));
    const auto before = jobs.size();
    played_cluster::submit(spec, std::move(done));
    player_of(spec.job_name).made += jobs.size() - before;
    std::size_t all = 0;
    for (auto& p : *players) {
      all += p.live();
      if (p.most != 0 && p.live() > p.most)
        violations.push_back(p.letter + " has " + std::to_string(p.live()) + " of " + std::to_string(p.most));
    }
    if (most != 0 && all > most)
      violations.push_back(std::to_string(all) + " are live of " + std::to_string(most));
  }
  /// What is not over yet ends as a cancelled job does.
  void cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) override {
    for (auto& [id, job] : jobs)
      if (job.listed && std::any_of(ids.begin(), ids.end(), [id = id](auto asked) {
            return asked == id || (io::is_array_task(id) && asked == io::array_id_of(id));
          })) {
        job.means = core::meaning::failed;
        job.why = core::cause::cancelled;
      }
    played_cluster::cancel(std::move(ids), std::move(done));
  }
  player& player_of(const std::string& job_name) const {
    return *std::find_if(players->begin(), players->end(),
                         [&](const player& p) { return job_name.starts_with(p.letter); });
  }
};

class hall {
public:
  hall(std::vector<player> players, std::size_t slots, bool arrays = true)
      : players_(std::move(players)), t_([&](actors::system_config& c) {
          slurm_ = std::make_shared<counting_cluster>(c.now);
          slurm_->most = slots;
          slurm_->players = &players_;
          slurm_->limits = {arrays ? 1000U : 0U, 1 << 20};
          c.slurm = slurm_;
          c.arrays = true;
          c.max_concurrent = slots;
          c.interval_fixed = true;
          c.open_store = [this](const auto&) -> io::result<std::unique_ptr<actors::run_store>> {
            return std::make_unique<memory_store>(players_.at(opened_++).kept);
          };
        }) {
    t_.slurm = slurm_;
  }

  void start(std::size_t n) {
    auto& p = players_.at(n);
    p.run = t_.start(tasks_numbered(p.items, p.letter), p.most, p.story);
    t_.pass(1s);
  }
  void start_all() {
    for (std::size_t i = 0; i < players_.size(); ++i)
      start(i);
  }
  player& of(std::size_t n) { return players_.at(n); }
  counting_cluster& slurm() { return *slurm_; }
  theatre& t() { return t_; }
  std::vector<player>& all() { return players_; }

  /// So many of the jobs of whom `whose` says end well.
  template <class Whose>
  void end(Whose whose, std::size_t most = SIZE_MAX) {
    for (auto& [id, job] : slurm_->jobs)
      if (job.rows.empty() && most > 0 && whose(slurm_->player_of(job.name))) {
        --most;
        job.listed = false;
        slurm_->account_for(job, 0);
      }
  }

private:
  std::vector<player> players_;
  std::size_t opened_ = 0;
  std::shared_ptr<counting_cluster> slurm_;
  theatre t_;
};

}  // namespace

TEST_CASE("a run of short jobs keeps its share beside one of long jobs", "[actors][slots]") {
  hall h({{"short", 2000}, {"long", 100}}, 10);
  h.start_all();
  for (int round = 0; round < 20; ++round) {
    h.end([](const player& p) { return p.letter == "short"; });
    h.t().pass(60s);
    CHECK(h.of(0).live() + h.of(1).live() == 10);
  }
  CHECK(h.of(0).live() == 5);
  CHECK(h.of(1).live() == 5);
  CHECK(h.slurm().violations == std::vector<std::string>{});
}

TEST_CASE("what a run may not or cannot use goes to the others, in equal shares", "[actors][slots]") {
  hall h({{"a", 200, 2}, {"b", 200}, {"c", 200}, {"d", 3}}, 15);
  h.start_all();
  for (int round = 0; round < 20; ++round) {
    for (const char* letter : {"a", "b", "c"})
      h.end([letter](const player& p) { return p.letter == letter; }, 2);
    h.t().pass(60s);
  }
  CHECK(h.of(0).live() == 2);
  CHECK(h.of(1).live() == 5);
  CHECK(h.of(2).live() == 5);
  CHECK(h.of(3).live() == 3);
  CHECK(h.slurm().violations == std::vector<std::string>{});
}

TEST_CASE("a run that comes later gets every slot that is freed until it has its share", "[actors][slots]") {
  hall h({{"first", 500}, {"later", 500}}, 20);
  h.start(0);
  CHECK(h.of(0).live() == 20);
  h.start(1);
  CHECK(h.of(1).live() == 0);  // nobody's job is ended for it
  for (std::size_t freed = 2; freed <= 10; freed += 2) {
    h.end([](const player& p) { return p.letter == "first"; }, 2);
    h.t().pass(60s);
    CHECK(h.of(1).live() == freed);
  }
  h.end([](const player& p) { return p.letter == "first"; }, 4);
  h.t().pass(60s);
  CHECK(h.of(0).live() == 10);
  CHECK(h.of(1).live() == 10);
}

namespace {

/// One random story of some runs: sbatch refuses, loses its answers and hangs, jobs end, accounting lags, people cancel, the
/// supervisor dies.
class story_of_slots {
public:
  explicit story_of_slots(std::uint32_t seed)
      : dice_(seed), h_(players(), roll(4) == 0 ? 0 : 1 + roll(12), roll(3) != 0) {}

  void play() {
    for (; step_ < 60; ++step_) {
      catch_up();
      act();
      h_.t().pass(std::chrono::seconds{1 + roll(12)});
    }
    calm_down();
  }
  /// Nothing ends for so long that every back-off and search is over: then every slot that somebody can use is used.
  void check_that_slots_are_used() {
    h_.t().pass(30min);
    std::size_t live = 0, wanted = 0;
    for (auto& p : h_.all()) {
      live += p.live();
      wanted += p.wants();
      CHECK((p.most == 0 || p.live() <= p.most));
    }
    CHECK(live == (h_.slurm().most == 0 ? wanted : std::min(wanted, h_.slurm().most)));
  }
  void check_that_all_end() {
    const auto over = [this] {
      return std::all_of(h_.all().begin(), h_.all().end(), [](const player& p) { return p.story->last; });
    };
    for (int i = 0; i < 400 && !over(); ++i) {
      h_.end([](const player&) { return true; });
      h_.t().pass(15s);
    }
    CHECK(over());
    CHECK(h_.slurm().violations == std::vector<std::string>{});
  }

private:
  std::uint32_t roll(std::uint32_t sides) { return static_cast<std::uint32_t>(dice_()) % sides; }

  std::vector<player> players() {
    std::vector<player> out;
    for (const char* letter : {"a", "b", "c", "d"})
      if (out.size() < 2 || roll(2) == 0)
        out.push_back({letter, 3 + roll(30), roll(3) == 0 ? 0 : 1 + roll(6)});
    return out;
  }

  void act() {
    auto& slurm = h_.slurm();
    switch (roll(12)) {
    case 0:
    case 1:
      if (begun_ < h_.all().size())
        h_.start(begun_++);
      break;
    case 2: {
      static const io::errc codes[] = {io::errc::rejected, io::errc::too_many, io::errc::unavailable,
                                       io::errc::maybe_submitted};
      const auto code = codes[roll(4)];
      for (auto n = 1 + roll(3); n > 0; --n)
        slurm.refusals.push_back({code, "sbatch: error"});
      break;
    }
    case 3:
      slurm.lose_replies = !slurm.lose_replies;
      break;
    case 4:
      slurm.hold_submissions = !slurm.hold_submissions;
      let_go();
      break;
    case 5:
      cancel();
      break;
    case 6:
      slurm.accounting_answers = !slurm.accounting_answers;
      break;
    case 7:
      if (const auto& who = h_.all().front().story->supervisor; who && roll(4) == 0)
        caf::anon_send_exit(who, caf::exit_reason::kill);
      break;
    default:
      for (auto& [id, job] : slurm.jobs)
        if (job.listed && roll(3) == 0) {
          job.listed = false;
          late_.push_back({id, step_ + roll(4)});
        } else if (job.listed && job.means == core::meaning::waiting && roll(2) == 0) {
          job.means = core::meaning::alive;
        }
    }
  }

  /// Accounting hears of a job some steps after it ended: long before a search for one whose sbatch was not answered is over.
  void catch_up() {
    std::erase_if(late_, [this](const auto& job) {
      if (job.second <= step_)
        h_.slurm().account_for(h_.slurm().jobs.at(job.first), roll(5) == 0 ? 3 : 0);
      return job.second <= step_;
    });
  }

  void cancel() {
    const auto& p = h_.all()[roll(static_cast<std::uint32_t>(h_.all().size()))];
    if (p.run.empty())
      return;
    std::vector<std::string> items;
    if (roll(3) != 0)
      items.push_back(p.letter + std::to_string(roll(static_cast<std::uint32_t>(p.items))));
    actors::compat::anon_send(h_.t().root, actors::cancel_run{p.run, items});
  }

  void let_go() {
    if (!h_.slurm().hold_submissions)
      for (auto& answer : std::exchange(h_.slurm().held_submissions, {}))
        answer();
  }

  void calm_down() {
    auto& slurm = h_.slurm();
    slurm.refusals.clear();
    slurm.lose_replies = slurm.hold_submissions = false;
    slurm.accounting_answers = true;
    let_go();
    while (begun_ < h_.all().size())
      h_.start(begun_++);
    step_ += 10;
    catch_up();
  }

  std::minstd_rand dice_;
  std::size_t begun_ = 0;
  std::uint32_t step_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint32_t>>
      late_;  ///< jobs, and the step in which their rows come
  hall h_;
};

}  // namespace

TEST_CASE("whatever happens, no run and no backend has more live jobs than allowed, and no slot stays unused",
          "[actors][slots]") {
  constexpr std::uint32_t cancel_frees_a_slot =
      1334;  // of an item that no actor would report of: the other run waited forever
  for (std::uint32_t n = 0; n <= 100; ++n) {
    const auto seed = n == 0 ? cancel_frees_a_slot : n;
    INFO("seed " << seed);
    story_of_slots s(seed * 7919);
    s.play();
    s.check_that_slots_are_used();
    s.check_that_all_end();
  }
}
