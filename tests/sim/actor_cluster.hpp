// The simulated cluster behind the port of the real backend actor. Every answer comes when its time on the timeline has
// come, on half of the seeds seconds late and so out of order; what the actors must never ask is noticed here.
#pragma once

#include "actors/cluster.hpp"
#include "tests/sim/actor_journal.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/world.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sim {

class actor_cluster final : public settle::actors::cluster {
public:
  struct parts {
    const scenario& story;
    timeline& time;
    world& cluster;
    checker& judge;
    const kept_lines& disk;
    std::vector<std::string>& violations;
  };
  explicit actor_cluster(parts);
  static constexpr duration offset = seconds{1000};  ///< monotonic time when the story begins

  void list(std::function<void(settle::actors::listing_answer)> done) override;
  void account(std::vector<std::uint64_t> ids, std::size_t calls_max,
               std::function<void(settle::actors::accounting_answer)> done) override;
  void account_by_name(std::vector<std::string> names, settle::core::epoch_seconds since,
                       std::function<void(settle::actors::accounting_answer)> done) override;
  void submit(const settle::actors::job_spec& job,
              std::function<void(settle::io::result<std::uint64_t>)> done) override;
  void cancel(std::vector<std::uint64_t> ids, std::function<void(settle::io::result<void>)> done) override;
  void accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) override;
  void arrays(std::function<void(settle::actors::array_limits)> done) override { done({1000, 1 << 20}); }
  void examine(const settle::core::policy&, std::function<void(settle::actors::site_answer)> done) override {
    done({});  // nobody asks in a story
  }
  void refusal(std::function<void(std::string)> done) override { done({}); }
  std::vector<settle::actors::call_count> calls() const override { return {}; }

  /// The claim of the submission with this token.
  settle::tasks::claim claim_of(const std::string& token, bool take);
  /// What is under way will be answered to nobody.
  void backend_died();
  /// Whoever was sent an answer at this instant has read it.
  void instant_over();

private:
  /// Asks the cluster on the command's way, and answers when it is done.
  template <class Ask, class Done>
  void command(const char* name, Ask ask, Done done);
  duration late(std::int64_t most_ms);
  void ask_accounting(std::vector<std::uint64_t> ids, std::vector<std::string> names,
                      settle::core::epoch_seconds since,
                      std::function<void(settle::actors::accounting_answer)> done);
  void violation(std::string words);
  duration monotonic() const { return time_.now() + offset; }

  const scenario& story_;
  timeline& time_;
  world& world_;
  checker& judge_;
  const kept_lines& disk_;
  std::vector<std::string>& violations_;
  dice dice_;
  bool answers_late_;
  request check_submission(const settle::actors::job_spec& job);
  std::set<std::string> submitted_;  ///< tokens
  struct named {
    std::string job;
    std::optional<std::uint32_t> index;
  };
  std::map<std::string, named> names_;  ///< by token: where the world has it
  std::uint64_t backend_ = 0;           ///< counts those that died
  std::uint64_t cycles_ = 0;
  bool listing_ = false;  ///< a squeue of the present backend is under way
  bool listing_told_ = false;
  struct read_listing {
    bool answered;
    duration begun;
    bool told;
  };
  std::vector<read_listing> read_now_;
  std::vector<std::string> heard_now_;  ///< names of jobs whose id was told
};

}  // namespace sim
