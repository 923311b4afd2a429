#include "actors/translate/event_json.hpp"
#include "io/journal.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/human_reporter.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/follow.hpp"
#include "runtime/journal_lines.hpp"
#include "runtime/show.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace settle::cli {

namespace {

std::chrono::milliseconds steady_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

/// What a journal's lines are for the reader: the lines themselves, or the words of `settle run`.
class watched_run {
public:
  watched_run(const watch_arguments& arguments, std::string run, std::string folder)
      : folder_(std::move(folder)), from_seq_(arguments.from_seq), so_far_(std::move(run)),
        lines_(io::journal_in(folder_)), json_(STDOUT_FILENO) {
    if (!arguments.json)
      words_ = std::make_unique<human_reporter>();
  }

  void line(std::string_view text) {
    const auto said = lines_.read(text);
    if (!said)
      return;
    so_far_.saw(*said);
    const auto* e = std::get_if<actors::kept_event>(&*said);
    if (e == nullptr)
      return;  // the journal's own: not part of the stream
    if (words_ && e->kind == core::stream_kind::run_started)
      words_->started(so_far_.summary(), folder_,
                      so_far_.backend() == "local" ? backend_kind::local : backend_kind::slurm);
    if (e->seq < from_seq_)
      return;
    if (words_)
      return words_->event(whole_event(*e));
    json_.add(actors::to_json(whole_event(*e)) +
              "\n");  // without what the journal keeps for a process that takes over
  }

  void tick() {
    if (words_)
      words_->tick(steady_now(), so_far_.summary());
  }
  void conclude() {
    if (words_)
      words_->finished(so_far_.summary());
  }
  /// False: a signal waits, and something is left.
  bool flush(int wake_fd) { return words_ ? words_->flush(wake_fd, -1) : json_.flush(wake_fd); }
  const std::optional<io::error>& trouble() const noexcept { return lines_.trouble(); }
  bool lost() const { return words_ ? words_->lost() : json_.failed(); }
  const run_so_far& so_far() const noexcept { return so_far_; }

private:
  std::string folder_;
  std::uint64_t from_seq_;
  run_so_far so_far_;
  journal_lines lines_;
  output json_;
  std::unique_ptr<human_reporter> words_;  ///< none with --json
};

/// Everything is written, or the exit code of what ends the watching now.
std::optional<int> written(watched_run& run, signals& noted, bool mind_reader) {
  run.flush(noted.fd());
  if (const auto code = interrupted(noted))
    return code;
  if (run.lost())
    return refuse("standard output could not be written; what was printed is not complete", exit_no_work);
  return wait_to_look(noted, std::chrono::milliseconds(0), mind_reader) ? std::nullopt : std::optional(0);
}

int follow(watched_run& run, journal_tail& journal, signals& noted, bool exit_status) {
  const bool mind_reader = !exit_status;  // whoever asked for the verdict gets it, read or not
  for (;;) {
    const auto more = journal.read_some([&run](std::string_view line) { run.line(line); });
    if (!more)
      return refuse(more.error());
    if (run.trouble())
      return refuse(*run.trouble());
    // A run_finished counts at the end of the file only: a correction may have taken the run up again behind it.
    const bool finished = !*more && run.so_far().finished();
    if (finished)
      run.conclude();
    else if (!*more)
      run.tick();
    if (const auto code = written(run, noted, mind_reader))
      return *code;
    if (finished)
      return exit_status ? run.so_far().summary().exit_code() : 0;
    if (!*more)
      wait_to_look(noted, look_distance, mind_reader);
  }
}

}  // namespace

int watch_command(const watch_arguments& arguments) {
  signals noted;
  const std::string state = state_of(arguments.state_dir);
  const auto id = find_run(state, arguments.run);
  if (!id)
    return refuse(id.error());
  const std::string folder = run_folder(state, *id);
  watched_run run(arguments, *id, folder);
  journal_tail journal(io::journal_in(folder));
  return follow(run, journal, noted, arguments.exit_status);
}

}  // namespace settle::cli
