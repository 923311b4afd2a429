// The dependencies of items that go out once more: what completed is met and left out, what goes out too stays. Pure.
#pragma once

#include "actors/core/names.hpp"
#include "actors/core/run.hpp"
#include "actors/run_book.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace settle {

class retry_deps {
public:
  /// `taken`: by index, whether the item goes out. Both must outlive this.
  retry_deps(const core::run& run, const std::vector<bool>& taken) : run_(run), taken_(taken) {}

  /// The documents in the order in which they joined: patterns mean what they meant then.
  void join(const actors::run_book::part& part);
  /// What is left of the dependencies of this task of the document that joined last.
  std::vector<std::string> of(const tasks::task& task, core::item_index self);

  /// Items that did not complete and do not go out, although somebody who goes out waits for them.
  const std::set<core::item_index>& missing() const noexcept { return missing_; }
  const std::string& first_waiting() const noexcept { return first_waiting_; }  ///< for some of them
  /// Unconfirmed completions among what is left out as met.
  const std::set<core::item_index>& unconfirmed() const noexcept { return unconfirmed_; }

private:
  struct matches {
    std::size_t taken = 0;
    std::vector<core::item_index> missing, unconfirmed;
  };
  void sort(core::item_index dependency, matches& into) const;
  std::size_t taken_of(const std::string& pattern, const std::string& who);
  bool remains(const std::string& dep, core::item_index self, const std::string& who);
  void note(const matches& found, const std::string& who);

  const core::run& run_;
  const std::vector<bool>& taken_;
  core::names names_;                                      ///< of the documents that joined so far
  std::unordered_map<std::string, std::size_t> patterns_;  ///< how many of their matches go out
  std::set<core::item_index> missing_, unconfirmed_;
  std::string first_waiting_;
};

/// A completion that nobody has confirmed.
bool is_unconfirmed(const core::item& it);

}  // namespace settle
