// A run's journal that takes its time on the timeline, in order; on a slow disk it takes seconds.
#pragma once

#include "actors/run_store.hpp"
#include "tests/journal_pieces.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sim {

/// The lines that are durable, those of items as the stream shows them.
using kept_lines = std::set<std::string>;

/// Without what only a process that takes the run over reads.
inline std::string as_shown(const std::string& line) {
  const auto kept = line.rfind(",\"kept\":{");
  return kept == std::string::npos ? line : line.substr(0, kept) + "}";
}

class timed_store final : public settle::actors::run_store {
public:
  timed_store(timeline& time, const world& cluster, std::shared_ptr<kept_lines> kept, std::uint64_t seed)
      : time_(time), world_(cluster), kept_(std::move(kept)), dice_(seed) {}

  void append(std::vector<std::string> lines,
              std::function<void(settle::io::result<void>)> durable) override {
    const auto takes = world_.is(fault::slow_disk) ? ms{dice_.between(500, 8000)} : ms{dice_.between(1, 20)};
    done_ = std::max(done_, time_.now()) + takes;
    time_.at(done_, [kept = kept_, lines = std::move(lines), durable = std::move(durable)] {
      settle::tests::for_each_line(lines, [&](const std::string& line) { kept->insert(as_shown(line)); });
      durable({});
    });
  }
  settle::io::result<void> keep_document(const std::string&, std::string_view) override { return {}; }

private:
  timeline& time_;
  const world& world_;
  std::shared_ptr<kept_lines> kept_;
  dice dice_;
  duration done_{};  ///< when what was appended last is durable
};

}  // namespace sim
