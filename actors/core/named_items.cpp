#include "actors/core/named_items.hpp"

#include "actors/core/glob.hpp"

namespace settle::core {

std::set<item_index> named_items(const graph& tasks, std::span<const std::string> wanted,
                                 std::string& unknown) {
  std::set<item_index> out;
  for (const auto& word : wanted) {
    bool any = false;
    if (const auto index = tasks.find(word)) {
      any = true;
      out.insert(*index);
    } else if (is_glob(word)) {
      for (item_index i = 0; i < tasks.size(); ++i)
        if (glob_matches(word, tasks.id(i))) {
          any = true;
          out.insert(i);
        }
    }
    if (!any && unknown.empty())
      unknown = word;
  }
  return out;
}

}  // namespace settle::core
