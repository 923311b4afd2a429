// The judge of a story: knows from the world what really happened to every job, hears everything settle shows, and says
// where both differ. Shares no rule with settle. G1 to G7 are the guarantees of the README.
#pragma once

#include "actors/core/run.hpp"
#include "actors/core/stream.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim {

class checker {
public:
  checker(const scenario&, timeline&, const world&);

  /// `decided`: when settle reached it; showing it takes until it is durable.
  void shown(settle::core::item_index, const settle::core::item&, settle::core::stream_kind,
             duration decided);
  void called(std::uint64_t cycle, bool listing);
  /// `told`: what it showed was true, or it could be known that it was not.
  void listed(bool answered, duration begun, bool told);
  void slots(const settle::core::counts&, std::size_t used);
  void process_began();
  /// The story is over. `settled`: every item has its verdict.
  void finish(bool settled);

  const std::vector<std::string>& violations() const { return violations_; }
  std::uint64_t hash() const { return hash_; }
  /// Everything that was shown, for people (only where asked for).
  bool keep_history = false;
  const std::vector<std::string>& history() const { return history_; }
  void note(const std::string& words);

private:
  struct seen {
    std::optional<settle::core::verdict> reached;
    int corrections = 0;
    duration decided{};                  ///< when its last verdict was shown
    std::optional<duration> left_queue;  ///< observed time when it began to settle
  };
  void violation(const char* guarantee, settle::core::item_index, const std::string& words);
  void judge(settle::core::item_index, const settle::core::verdict&);
  bool nobody_knew_of_more(const job&, std::size_t life) const;
  bool files_were_away() const;  ///< when what is being judged was decided
  void judge_success(settle::core::item_index, const settle::core::verdict&);
  void judge_failure(settle::core::item_index, const settle::core::verdict&);
  void judge_unconfirmed(settle::core::item_index);
  std::vector<const job*> jobs_of(settle::core::item_index) const;
  void add_to_hash(std::uint64_t);

  const scenario& story_;
  timeline& time_;
  const world& world_;
  std::vector<seen> items_;
  std::vector<std::string> violations_;
  std::vector<std::string> history_;
  std::uint64_t hash_ = 0xcbf2'9ce4'8422'2325ULL;
  std::uint64_t cycle_ = 0;
  std::size_t listings_ = 0;
  std::size_t accountings_ = 0;
  std::optional<duration> last_listing_;
  std::vector<duration> listings_begun_;  ///< of those that were answered, and told something
  duration decided_{};                    ///< when what is being judged was decided
  duration observed_{};                   ///< time that whole listings covered
};

}  // namespace sim
