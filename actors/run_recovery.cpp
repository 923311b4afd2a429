#include "actors/run_recovery.hpp"

#include "actors/translate/journal_json.hpp"
#include "io/journal.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace settle::actors {

namespace {

/// Takes a journal line by line. Items are kept aside until every document has joined.
class recovery {
public:
  explicit recovery(std::string folder, bool unconfirmed_releases)
      : folder_(std::move(folder)), unconfirmed_releases_(unconfirmed_releases) {}

  void take(std::string_view line) {
    ++line_;
    if (wrong_)
      return;
    auto read = read_kept_line(line);
    if (!read)
      return refuse(read.error().words);
    if (!book_ && !std::holds_alternative<kept_run>(*read))
      return refuse("the first line does not tell of a run");
    std::visit([this](auto& said) { apply(said); }, *read);
  }

  io::result<recovered_run> conclude(core::instant now) {
    if (!wrong_ && !book_)
      refuse("it is empty: the run was never begun");
    if (wrong_)
      return tl::unexpected(*wrong_);
    for (core::item_index i = 0; i < items_.size(); ++i) {
      if (!items_[i])
        continue;
      core::resume(*items_[i], now);
      book_->run().restore(i, *items_[i]);
    }
    auto spread = book_->run().restored();
    book_->continue_after(seq_);
    return recovered_run{std::move(*book_), std::move(joined_), std::move(spread), cancel_asked_, finished_};
  }

private:
  void apply(kept_run& said) {
    if (book_)
      return refuse("a second line that tells of a run");
    said.facts.folder = folder_;
    book_.emplace(std::move(said.facts), said.max_concurrent, unconfirmed_releases_);
  }

  void apply(kept_document& said) {
    std::optional<core::item_index> generator;
    if (!said.generator.empty() && !(generator = book_->run().tasks().find(said.generator)))
      return refuse("a document of \"" + said.generator + "\", which is no item of this run");
    const auto path = folder_ + "/" + said.file;
    const auto parent = generator ? book_->inherited_by(*generator) : nullptr;
    auto read = tasks::read_document(path, parent.get());
    auto problems = std::move(read.problems);
    if (problems.empty())
      problems = book_->restore_document(std::move(read.doc));
    if (problems.empty() && book_->run().size() - items_.size() != said.tasks)
      return refuse("its document " + path + " no longer has the " + std::to_string(said.tasks) +
                    " tasks that joined");
    if (!problems.empty())
      return refuse("its document " + path + " cannot be used: " + problems.front().words);
    if (generator)
      joined_.insert(*generator);
    items_.resize(book_->run().size());
  }

  void apply(kept_intent& said) {
    auto* it = item_of(said.item);
    if (it == nullptr)
      return;
    if (it->status != core::item_status::pending)
      return refuse("a submission of \"" + said.item + "\", which was not pending");
    it->sub = core::submission::asked;
    it->submissions = said.submission;
    it->attempt = std::max(it->attempt, 1U);
    if (said.array && said.array->leader >= items_.size())
      return refuse("an array of an item that this run does not have");
    book_->place(*book_->run().tasks().find(said.item), said.array);
  }

  void apply(kept_withdrawal& said) {
    if (auto* it = item_of(said.item); it && it->status == core::item_status::pending)
      it->sub = core::submission::none;
  }

  void apply(kept_cancel&) { cancel_asked_ = true; }

  void apply(kept_item& said) {
    auto* it = item_of(said.item);
    if (it == nullptr || !follows(said.seq))
      return;
    if (it->reached && core::is_confirmed(*it->reached) &&
        (said.now.status != it->status || said.now.reached->why != it->reached->why))
      return refuse("\"" + said.item + "\" had its verdict already");
    const bool generator = it->generator;
    *it = std::move(said.now);
    it->generator = generator;
    finished_ = false;
  }

  void apply(kept_event& said) {
    if (follows(said.seq))
      finished_ = said.kind == core::stream_kind::run_finished;
  }

  bool follows(std::uint64_t seq) {
    if (seq != seq_ + 1)
      refuse("event " + std::to_string(seq) + " after event " + std::to_string(seq_) + ": lines are missing");
    seq_ = seq;
    return !wrong_;
  }

  core::item* item_of(const std::string& id) {
    const auto index = book_->run().tasks().find(id);
    if (!index) {
      refuse("\"" + id + "\" is no item of this run");
      return nullptr;
    }
    auto& it = items_[*index];
    if (!it)
      it = book_->run().at(*index);
    return &*it;
  }

  void refuse(const std::string& words) {
    if (!wrong_)
      wrong_ = io::error{io::errc::bad_reply,
                         io::journal_in(folder_) + ":" + std::to_string(std::max<std::size_t>(line_, 1)) +
                             ": " + words + ". Nothing was submitted; `settle show` tells what is readable"};
  }

  std::string folder_;
  bool unconfirmed_releases_;
  std::size_t line_ = 0;
  std::uint64_t seq_ = 0;
  std::optional<run_book> book_;
  std::vector<std::optional<core::item>> items_;
  std::set<core::item_index> joined_;
  bool cancel_asked_ = false;
  bool finished_ = false;
  std::optional<io::error> wrong_;
};

}  // namespace

io::result<recovered_run> recover_run(const std::string& folder, core::instant now,
                                      bool unconfirmed_releases) {
  recovery lines(folder, unconfirmed_releases);
  bool torn = false;  // the writer died within it: it was never told as durable
  auto read = io::read_journal(
      io::journal_in(folder), [&lines](std::string_view line) { lines.take(line); }, torn);
  if (!read)
    return tl::unexpected(read.error());
  return lines.conclude(now);
}

}  // namespace settle::actors
