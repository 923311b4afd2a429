#include "runtime/item_output.hpp"
#include "io/journal.hpp"

#include "actors/job_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>

namespace settle {

namespace {

/// With one backslash anywhere all % are literal, and of a pair of backslashes one is left.
std::string without_backslashes(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && ++i >= path.size())
      break;
    out += path[i];
  }
  return out;
}

std::string home() {
  const char* value = std::getenv("HOME");
  return value ? value : "";
}

}  // namespace

filled_path fill_pattern(std::string_view pattern, std::uint64_t job_id, std::string_view job_name) {
  if (pattern.find('\\') != std::string_view::npos)
    return {without_backslashes(pattern), ""};
  constexpr std::size_t widest = 10;  // digits: sbatch's own limit of the padding
  filled_path filled;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      filled.path += pattern[i];
      continue;
    }
    const std::size_t begin = i++;
    std::size_t width = 0;
    for (; i < pattern.size() && pattern[i] >= '0' && pattern[i] <= '9'; ++i)
      width = std::min(width * 10 + static_cast<std::size_t>(pattern[i] - '0'), widest);
    const char letter = i < pattern.size() ? pattern[i] : '\0';
    if (letter == '%' && i == begin + 1)
      filled.path += '%';
    else if (letter == 'j' && job_id != 0)
      filled.path += fmt::format("{:0{}}", job_id, width);
    else if (letter == 'x' && !job_name.empty())
      filled.path += job_name;
    else if (filled.unknown.empty())
      filled.unknown = pattern.substr(begin, i + 1 - begin);
  }
  return filled;
}

item_output::item_output(shown_run run, std::size_t index, output_stream which)
    : run_(std::move(run)), index_(index), which_(which), tail_(io::journal_in(run_.folder)),
      lines_(io::journal_in(run_.folder)) {}

io::result<item_output> item_output::open(const std::string& state_dir, const std::string& run,
                                          const std::string& item, output_stream which) {
  auto shown = read_run(state_dir, run, "");
  if (!shown)
    return tl::unexpected(shown.error());
  const auto it = std::find_if(shown->items.begin(), shown->items.end(),
                               [&item](const shown_item& i) { return i.id == item; });
  if (it == shown->items.end())
    return io::fail(io::errc::bad_input, fmt::format("run {} has no item '{}'", run, item));
  if (it->task == nullptr)
    return io::fail(io::errc::storage, shown->warnings.empty()
                                           ? fmt::format("no document of run {} names '{}'", run, item)
                                           : shown->warnings.front());
  const auto index = static_cast<std::size_t>(it - shown->items.begin());
  item_output opened(std::move(*shown), index, which);
  if (const auto looked = opened.look(); !looked)
    return tl::unexpected(looked.error());
  return opened;
}

io::result<void> item_output::look() {
  for (;;) {
    const auto more = tail_.read_some([this](std::string_view line) {
      // Most lines are about other items: not worth parsing. An id with an escape in it is never passed over.
      const std::string& id = run_.items[index_].id;
      if (line.find(id) != std::string_view::npos || line.find('\\') != std::string_view::npos ||
          line.find("\"run\"") < line.find(',')) {
        if (const auto said = lines_.read(line))
          saw(*said);
      } else {
        lines_.pass();
      }
    });
    if (!more)
      return tl::unexpected(more.error());
    if (lines_.trouble())
      return tl::unexpected(*lines_.trouble());
    if (!*more)
      return {};
  }
}

void item_output::saw(const actors::kept_line& line) {
  const std::string& id = run_.items[index_].id;
  if (const auto* run = std::get_if<actors::kept_run>(&line))
    facts_ = run->facts;
  else if (const auto* intent = std::get_if<actors::kept_intent>(&line); intent && intent->item == id)
    submission_ = intent->submission;
  else if (const auto* e = std::get_if<actors::kept_event>(&line); e != nullptr && e->item == id)
    if (e->kind == core::stream_kind::item || e->kind == core::stream_kind::verdict_corrected)
      last_ = whole_event(*e);
}

const tasks::document* item_output::document_of_item() const {
  const tasks::task* task = run_.items[index_].task;
  for (const auto& document : run_.documents)
    for (const tasks::task& one : document->tasks)
      if (&one == task)
        return document.get();
  return nullptr;
}

io::result<std::string> item_output::path() const {
  actors::run_facts facts = facts_;
  facts.id = run_.id;
  facts.folder = run_.folder;
  facts.home = home();
  const auto spec = actors::make_job_spec(facts, *document_of_item(), *run_.items[index_].task,
                                          static_cast<core::item_index>(index_), std::max(submission_, 1U));
  if (!spec)
    return tl::unexpected(spec.error());
  const bool err = which_ == output_stream::err;
  const std::string& path = err ? spec->error_file : spec->output_file;
  const bool is_pattern = err ? spec->error_is_pattern : spec->output_is_pattern;
  if (!is_pattern || facts_.backend != "slurm")
    return path;
  const filled_path filled = fill_pattern(path, last_.job_id, submission_ == 0 ? "" : spec->job_name);
  if (filled.unknown.empty())
    return filled.path;
  const bool comes = !has_verdict() && (filled.unknown.ends_with('j') || filled.unknown.ends_with('x'));
  return io::fail(comes ? io::errc::unavailable : io::errc::bad_input,
                  fmt::format("{}: only Slurm knows what {} stands for{}", path, filled.unknown,
                              last_.job_id == 0 ? ", and the item has no job" : ""));
}

}  // namespace settle
