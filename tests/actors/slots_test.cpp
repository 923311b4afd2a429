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
  std::size_t made = 0;  ///< jobs
  std::size_t read = 0;  ///< lines
  std::size_t over = 0;  ///< items with a job whose verdict is durable

  /// Jobs that hold a slot: from sbatch until the item's verdict is on the disk.
  std::size_t live() {
    for (; read < kept->lines.size(); ++read) {
      const auto& line = kept->lines[read];
      const auto has = [&line](const char* words) { return line.find(words) != std::string::npos; };
      over += has(R"("event":"item")") && (has(R"("status":"completed")") || has(R"("status":"failed")")) &&
                      !has(R"("job_id":null)")
                  ? 1
                  : 0;
    }
    return made - over;
  }
  bool finished() const { return story->last; }
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
