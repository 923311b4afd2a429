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

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace settle {

namespace {

constexpr std::chrono::seconds patience{
    60};  ///< with another `settle retry`, which takes some seconds at most
constexpr std::chrono::milliseconds look_again{50};

tl::unexpected<io::error> refuse(const std::string& run, const std::string& words) {
  return io::fail(io::errc::bad_input, "run " + run + ": " + words);
}

std::string words_of_unfinished(const std::string& folder, const actors::run_book& book) {
  const std::string& run = book.facts().id;
  const auto open = book.run().size() - book.run().tally().terminal();
  const auto owner = io::holder(folder);
  if (open == 0 && !owner)
    return fmt::format("its end was not written down: `settle run --resume {}` does that", run);
  return fmt::format(
      "it is not finished, {} of its {} items {} no verdict: wait for it (`settle watch {}`) or cancel it "
      "(`settle cancel {}`){}",
      open, book.run().size(), open == 1 ? "has" : "have", run, run,
      owner ? fmt::format("; process {} on {} supervises it", owner->pid, owner->host)
            : fmt::format("; nobody supervises it now, `settle run --resume {}` goes on with it", run));
}

/// Between two that retry at one moment, so that the second sees what the first has made. One that was killed is known to be
/// gone: at once on this machine, from another one after a minute.
io::result<std::unique_ptr<io::lease>> one_at_a_time(const std::string& state_dir) {
  const std::string folder = state_dir + "/retry";
  if (auto made = make_private_folder(folder); !made)
    return tl::unexpected(made.error());
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto taken = io::lease::acquire(folder, {});
    if (taken || taken.error().code != io::errc::unavailable)
      return taken;
    if (std::chrono::steady_clock::now() > until)
      return io::fail(io::errc::unavailable, "another `settle retry` does not end: " + taken.error().words);
    std::this_thread::sleep_for(look_again);
  }
}

io::result<actors::recovered_run> read_finished(const std::string& state_dir, const std::string& run) {
  const std::string folder = run_folder(state_dir, run);
  if (is_imported(folder))
    return refuse(
        run,
        "it was imported from scripthut, and what its tasks need of scripthut's own configuration is not "
        "here: let scripthut run them again");
  auto found = actors::recover_run(folder, actors::machine_now(), true);
  if (found && !found->finished)
    return refuse(run, words_of_unfinished(folder, found->book));
  return found;
}

actors::retrying asked_of(const actors::run_book& from, const retry_choice& choice,
                          const retry_options& how) {
  actors::retrying asked;
  asked.facts = from.facts();
  asked.facts.retry_of = from.facts().id;
  if (!from.facts().retry_of.empty())
    asked.facts.earlier.push_back(from.facts().retry_of);
  if (!how.title.empty())
    asked.facts.title = how.title;
  asked.max_concurrent = how.max_concurrent != 0 ? how.max_concurrent : from.run().max_concurrent();
  asked.documents = choice.documents;
  asked.completed_before = choice.completed_before;
  return asked;
}

std::string words_of_outputs(const endangered_outputs& at_stake) {
  return fmt::format(
      "{} would write over {} of {} own that this run left ({}{}): keep {} elsewhere, or --overwrite. A "
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
  const auto turn = one_at_a_time(state_dir);
  if (!turn)
    return tl::unexpected(turn.error());
  if (!how.again) {
    const auto words = why_not_again(state_dir, found->book, choice->taken);
    if (!words)
      return tl::unexpected(words.error());
    if (!words->empty())
      return refuse(run, *words);
  }
  auto founded =
      actors::found_retry(asked_of(found->book, *choice, how), state_dir + "/runs", actors::machine_now());
  if (!founded.book)
    return refuse(run, "its tasks make no run any more: " + founded.problems.front().words);
  if (!how.overwrite)
    if (const auto at_stake = outputs_at_stake(found->book, choice->taken, *founded.book);
        at_stake.items != 0)
      return refuse(run, words_of_outputs(at_stake));
  if (!(*turn)->still_ours())  // suspended for a minute, say, with another machine's `retry` meanwhile
    return io::fail(io::errc::unavailable,
                    "another `settle retry` has come between: nothing was made, retry again");
  if (const auto left = leave_book(state_dir, *founded.book, choice->documents); !left)
    return tl::unexpected(left.error());
  return retried_run{founded.book->facts().id, choice->count, std::move(choice->warnings)};
}

}  // namespace settle
