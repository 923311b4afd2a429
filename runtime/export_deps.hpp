// Dependencies as scripthut keeps them with a run: ids alone, patterns resolved as they were when their document joined.
// Pure.
#pragma once

#include "actors/core/names.hpp"
#include "io/tasks/document.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace settle {

class resolved_deps {
public:
  /// The run's documents, in the order in which they joined; they must outlive this.
  explicit resolved_deps(std::span<const std::unique_ptr<tasks::document>> documents)
      : documents_(documents) {}

  /// Ids, each once. Tasks must be asked for in the order of their documents.
  std::vector<std::string> of(const tasks::task& task, const tasks::document& doc);
  /// Patterns were left as they are: all that they match would be more ids than anybody can use.
  bool left_patterns() const noexcept { return left_patterns_; }

private:
  void join_up_to(const tasks::document& doc);
  const std::vector<std::uint32_t>& matches_of(const std::string& pattern);

  std::span<const std::unique_ptr<tasks::document>> documents_;
  std::size_t joined_ = 0;  ///< documents whose ids are in names_
  core::names names_;
  std::unordered_map<std::string, std::vector<std::uint32_t>>
      matches_;  ///< of the newest document's patterns
  std::size_t written_ = 0;
  bool left_patterns_ = false;
};

}  // namespace settle
