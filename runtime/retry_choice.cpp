#include "runtime/retry_choice.hpp"

#include "actors/core/named_items.hpp"
#include "runtime/document_text.hpp"
#include "runtime/retry_deps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace settle {

namespace {

using core::item_index;
using core::item_status;

constexpr std::size_t names_told = 10;

std::string items(std::size_t n) {
  return n == 1 ? "1 item" : fmt::format("{} items", n);
}

class choosing {
public:
  choosing(const actors::recovered_run& from, bool with_unconfirmed)
      : from_(from), run_(from.book.run()), with_unconfirmed_(with_unconfirmed), deps_(run_, choice_.taken) {}

  io::result<retry_choice> choose(std::span<const std::string> wanted) {
    choice_.taken.assign(run_.size(), false);
    const std::string refusal = wanted.empty() ? take_all() : take(wanted);
    if (!refusal.empty())
      return io::fail(io::errc::bad_input, refusal);
    for (const auto& part : from_.book.parts())
      write(part);
    if (!deps_.missing().empty())
      return io::fail(io::errc::bad_input, words_of_missing());
    if (generates_)
      note_completed();
    warn(wanted.empty());
    return std::move(choice_);
  }

private:
  bool wants(item_index i) const {
    const core::item& it = run_.at(i);
    return it.status != item_status::completed || (with_unconfirmed_ && is_unconfirmed(it));
  }

  void take(item_index i) {
    choice_.taken[i] = true;
    ++choice_.count;
  }

  std::string take_all() {
    for (item_index i = 0; i < run_.size(); ++i)
      if (wants(i))
        take(i);
    if (choice_.count != 0)
      return {};
    const auto unconfirmed = run_.tally().unconfirmed;
    return run_.size() == 0 ? "there is nothing to retry: the run has no items"
           : unconfirmed == 0
               ? "there is nothing to retry: every item completed"
               : fmt::format("there is nothing to retry: every item completed, {} of them unconfirmed: "
                             "--with-unconfirmed retries {}",
                             unconfirmed, unconfirmed == 1 ? "it" : "those");
  }

  std::string take(std::span<const std::string> wanted) {
    std::string unknown;
    const auto named = core::named_items(run_.tasks(), wanted, unknown);
    if (!unknown.empty())
      return "there is no item \"" + unknown + "\"";
    for (const std::string& word : wanted)
      if (const auto id = run_.tasks().find(word); id && !wants(*id))
        return "\"" + word + "\" completed" +
               (is_unconfirmed(run_.at(*id)) ? ", unconfirmed: --with-unconfirmed retries it too"
                                             : ": only what did not complete is retried");
    for (const item_index i : named)
      if (wants(i))
        take(i);
    return choice_.count == 0 ? "there is nothing to retry: what was named completed" : "";
  }

  /// The document with nothing but what goes out.
  void write(const actors::run_book::part& part) {
    deps_.join(part);
    auto doc = tasks::without_tasks(part.doc);
    for (std::size_t n = 0; n < part.doc.tasks.size(); ++n) {
      const auto index = static_cast<item_index>(part.first + n);
      if (!choice_.taken[index])
        continue;
      auto task = part.doc.tasks[n];
      task.deps = deps_.of(task, index);
      if (!task.generates_source.empty() && from_.joined.count(index) != 0) {
        task.generates_source.clear();
        joined_.push_back(task.id);
      }
      generates_ = generates_ || !task.generates_source.empty();
      doc.tasks.push_back(std::move(task));
    }
    if (!doc.tasks.empty() || choice_.documents.empty())
      choice_.documents.push_back(document_text(doc));
  }

  void note_completed() {
    const auto& tasks = run_.tasks();
    const auto& earlier = tasks.completed_before();
    for (std::uint32_t i = 0; i < earlier.size(); ++i)
      choice_.completed_before.push_back(earlier.at(i));
    for (item_index i = 0; i < run_.size(); ++i)
      if (!choice_.taken[i] && run_.at(i).status == item_status::completed)
        choice_.completed_before.emplace_back(tasks.id(i));
  }

  std::string words_of_missing() const {
    std::string names;
    std::size_t told = 0;
    for (const item_index i : deps_.missing()) {
      if (told++ == names_told)
        break;
      names += " " + run_.tasks().id(i);
    }
    if (deps_.missing().size() > names_told)
      names += " and more";
    return fmt::format("\"{}\" depends on what did not complete and was not named: name {} too:{}",
                       deps_.first_waiting(), deps_.missing().size() == 1 ? "it" : "these", names);
  }

  void warn(bool all) {
    const auto left = with_unconfirmed_ ? 0 : all ? run_.tally().unconfirmed : deps_.unconfirmed().size();
    if (left != 0)
      choice_.warnings.push_back(fmt::format(
          "{} completed, unconfirmed, and count as completed here: --with-unconfirmed retries {} too",
          items(left), left == 1 ? "it" : "those"));
    if (!joined_.empty())
      choice_.warnings.push_back(fmt::format(
          "\"{}\"{} had written a document that joined the run: only the command runs again, what "
          "it writes now does not join",
          joined_.front(), joined_.size() == 1 ? "" : fmt::format(" and {} more", joined_.size() - 1)));
    warn_of_living();
  }

  /// Jobs of which nobody knows that they are over: there may be two of one task then.
  void warn_of_living() {
    std::size_t count = 0;
    const std::string* first = nullptr;
    for (item_index i = 0; i < run_.size(); ++i) {
      const core::item& it = run_.at(i);
      const auto why = it.reached ? it.reached->why : core::cause::none;
      if (!choice_.taken[i] ||
          !(it.rerun_reported || why == core::cause::lost || why == core::cause::never_recorded))
        continue;
      first = first ? first : &run_.tasks().id(i);
      ++count;
    }
    if (count != 0)
      choice_.warnings.push_back(fmt::format(
          "{} may have run, or may still run, for all that is known (the first: \"{}\"; `settle show {} "
          "ITEM` tells more)",
          items(count), *first, from_.book.facts().id));
  }

  const actors::recovered_run& from_;
  const core::run& run_;
  bool with_unconfirmed_;
  retry_choice choice_;
  retry_deps deps_;
  std::vector<std::string> joined_;  ///< generators whose document joined
  bool generates_ = false;
};

}  // namespace

io::result<retry_choice> choose_for_retry(const actors::recovered_run& from,
                                          std::span<const std::string> wanted, bool with_unconfirmed) {
  return choosing(from, with_unconfirmed).choose(wanted);
}

}  // namespace settle
