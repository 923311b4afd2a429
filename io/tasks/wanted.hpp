// What the tasks of a document want, kept once for all that want the same: a fan-out has a million tasks and few kinds
// of them.
#pragma once

#include "io/tasks/document.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace settle::tasks {

class wanted {
public:
  /// What a task asked for itself; `given` is its resources_mask. The value changes until `fill`.
  std::shared_ptr<const resources> share(const resources& own, std::uint16_t given);
  /// What was not asked for is as the document's defaults say.
  void fill(const resources& defaults);

private:
  struct kind {
    std::shared_ptr<resources> value;
    std::uint16_t given;
  };
  std::vector<kind> kinds_;
};

}  // namespace settle::tasks
