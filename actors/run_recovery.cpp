#include "actors/run_recovery.hpp"

#include "actors/translate/journal_json.hpp"
#include "actors/translate/stream_words.hpp"
#include "io/journal.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace settle::actors {

namespace {

/// Takes a journal line by line.
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
    auto spread = book_->run().restored(now);
    book_->continue_after(seq_);
    return recovered_run{std::move(*book_), std::move(joined_),    std::move(spread),
                         cancel_asked_,     std::move(cancelled_), finished_};
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
    const auto before = book_->run().size();
    if (problems.empty())
      problems = book_->restore_document(std::move(read.doc));
    if (problems.empty() && book_->run().size() - before != said.tasks)
      return refuse("its document " + path + " no longer has the " + std::to_string(said.tasks) +
                    " tasks that joined");
    if (!problems.empty())
      return refuse("its document " + path + " cannot be used: " + problems.front().words);
    if (generator)
      joined_.insert(*generator);
  }

  void apply(kept_intent& said) {
    const auto index = index_of(said.item);
    if (!index)
      return;
    auto it = book_->run().at(*index);
    if (it.status != core::item_status::pending)
      return refuse("a submission of \"" + std::string(said.item) + "\", which was not pending");
    if (said.array && said.array->leader >= book_->run().size())
      return refuse("an array of an item that this run does not have");
    it.sub = core::submission::asked;
    it.submissions = said.submission;
    it.attempt = std::max(it.attempt, 1U);
    book_->run().restore(*index, std::move(it));
    book_->place(*index, said.array);
  }

  void apply(kept_withdrawal& said) {
    const auto index = index_of(said.item);
    if (!index || book_->run().at(*index).status != core::item_status::pending)
      return;
    auto it = book_->run().at(*index);
    it.sub = core::submission::none;
    book_->run().restore(*index, std::move(it));
  }

  void apply(kept_cancel& said) {
    if (said.items.empty())
      cancel_asked_ = true;
    for (const auto& id : said.items)
      if (const auto index = index_of(id))
        cancelled_.insert(*index);
  }

  void apply(kept_completions& said) { book_->run().completed_before(said.items); }

  void apply(kept_compaction&) { compacted_ = true; }

  void apply(kept_event& said) {
    if (tells_of_item(said.kind))
      return apply_item(said);
    if (follows(said.seq))
      finished_ = said.kind == core::stream_kind::run_finished;
  }

  void apply_item(const kept_event& said) {
    auto now = item_after(said);
    if (!now)
      return refuse(now.error().words);
    const auto index = index_of(said.item);
    if (!index || !follows(said.seq))
      return;
    const auto& was = book_->run().at(*index);
    if (was.reached && core::is_confirmed(*was.reached) &&
        (now->status != was.status || now->reached->why != was.reached->why))
      return refuse("\"" + std::string(said.item) + "\" had its verdict already");
    now->generator = was.generator;
    book_->run().restore(*index, std::move(*now));
    finished_ = false;
  }

  bool follows(std::uint64_t seq) {
    if (compacted_ ? seq <= seq_ : seq != seq_ + 1)
      refuse("event " + std::to_string(seq) + " after event " + std::to_string(seq_) + ": lines are missing");
    seq_ = seq;
    return !wrong_;
  }

  std::optional<core::item_index> index_of(std::string_view id) {
    // Items are submitted, listed and accounted for in their order, mostly: the one behind the last is tried first.
    const auto& tasks = book_->run().tasks();
    const auto index =
        likely_ < tasks.size() && tasks.id(likely_) == id ? std::optional(likely_) : tasks.find(id);
    if (index)
      likely_ = *index + 1;
    else
      refuse("\"" + std::string(id) + "\" is no item of this run");
    return index;
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
  bool compacted_ = false;  ///< numbers may be missing
  core::item_index likely_ = 0;
  std::optional<run_book> book_;
  std::set<core::item_index> joined_;
  bool cancel_asked_ = false;
  std::set<core::item_index> cancelled_;
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
