#include "runtime/retry.hpp"

#include "actors/clock.hpp"
#include "actors/run_founding.hpp"
#include "actors/run_recovery.hpp"
#include "io/lease.hpp"
#include "runtime/earlier_retries.hpp"
#include "runtime/import_run.hpp"
#include "runtime/left_run.hpp"
#include "runtime/places.hpp"
#include "runtime/retry_choice.hpp"
#include "runtime/retry_outputs.hpp"
#include "runtime/settle.hpp"

#include <fmt/format.h>

#include <utility>

namespace settle {

namespace {

tl::unexpected<io::error> refuse(const std::string& run, const std::string& words) {
  return io::fail(io::errc::bad_input, "run " + run + ": " + words);
}

std::string words_of_unfinished(const std::string& folder, const actors::run_book& book) {
  const std::string& run = book.facts().id;
  const auto open = book.run().size() - book.run().tally().terminal();
  const auto owner = io::holder(folder);
  return fmt::format("it is not finished, {} of its {} items {} no verdict: wait for it (`settle watch {}`) or cancel it "
                     "(`settle cancel {}`){}",
                     open, book.run().size(), open == 1 ? "has" : "have", run, run,
                     owner ? fmt::format("; process {} on {} supervises it", owner->pid, owner->host)
                           : fmt::format("; nobody supervises it now, `settle run --resume {}` goes on with it", run));
}

io::result<actors::recovered_run> read_finished(const std::string& state_dir, const std::string& run) {
  const std::string folder = run_folder(state_dir, run);
  if (is_imported(folder))
    return refuse(run, "it was imported from scripthut, and what its tasks need of scripthut's own configuration is not "
                       "here: let scripthut run them again");
  auto found = actors::recover_run(folder, actors::machine_now(), true);
  if (found && !found->finished)
    return refuse(run, words_of_unfinished(folder, found->book));
  return found;
}

actors::retrying asked_of(const actors::run_book& from, const retry_choice& choice, const retry_options& how) {
  actors::retrying asked;
  asked.facts = from.facts();
  asked.facts.retry_of = from.facts().id;
  if (!how.title.empty())
    asked.facts.title = how.title;
  asked.max_concurrent = how.max_concurrent != 0 ? how.max_concurrent : from.run().max_concurrent();
  asked.documents = choice.documents;
  asked.completed_before = choice.completed_before;
  return asked;
}

std::string words_of_outputs(const endangered_outputs& at_stake) {
  return fmt::format("{} would write over {} of {} own that this run left ({}{}): keep {} elsewhere, or --overwrite. A "
                     "path with ${{SETTLE_RUN_ID}} in it differs from run to run",
                     at_stake.items == 1 ? "1 item" : fmt::format("{} items", at_stake.items),
                     at_stake.items == 1 ? "a file" : "files", at_stake.items == 1 ? "its" : "their",
                     at_stake.items == 1 ? "" : "the first: ", at_stake.first, at_stake.items == 1 ? "it" : "them");
}

}  // namespace

io::result<retried_run> retry_run(const std::string& state_dir, const std::string& run,
                                  const retry_options& how) {
  const auto found = read_finished(state_dir, run);
  if (!found)
    return tl::unexpected(found.error());
  auto choice = choose_for_retry(*found, how.items, how.with_unconfirmed);
  if (!choice)
    return refuse(run, choice.error().words);
  if (!how.again) {
    const auto words = why_not_again(state_dir, run, found->book.run(), choice->taken);
    if (!words)
      return tl::unexpected(words.error());
    if (!words->empty())
      return refuse(run, *words);
  }
  auto founded = actors::found_retry(asked_of(found->book, *choice, how), state_dir + "/runs", actors::machine_now());
  if (!founded.book)
    return refuse(run, "its tasks make no run any more: " + founded.problems.front().words);
  if (!how.overwrite)
    if (const auto at_stake = outputs_at_stake(found->book, choice->taken, *founded.book); at_stake.items != 0)
      return refuse(run, words_of_outputs(at_stake));
  if (const auto left = leave_book(state_dir, *founded.book, choice->documents); !left)
    return tl::unexpected(left.error());
  return retried_run{founded.book->facts().id, choice->count, std::move(choice->warnings)};
}

}  // namespace settle
