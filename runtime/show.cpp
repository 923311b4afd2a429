#include "runtime/show.hpp"

#include "actors/core/names.hpp"
#include "actors/translate/journal_json.hpp"
#include "io/journal.hpp"
#include "io/tasks/job_script.hpp"
#include "runtime/journal_lines.hpp"
#include "runtime/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <variant>

namespace settle {

namespace fs = std::filesystem;
using core::item_status;
using core::stream_event;
using core::stream_kind;

namespace {

/// The documents of a run in the order in which they joined, each read below the one its generator stands in.
class joined_documents {
public:
  joined_documents(std::string folder, std::vector<std::unique_ptr<tasks::document>>& documents,
                   std::vector<std::string>& warnings)
      : folder_(std::move(folder)), documents_(documents), warnings_(warnings) {}

  /// Its tasks; none where it could not be read, which is said.
  const std::vector<tasks::task>& join(const actors::kept_document& line) {
    const std::string path = folder_ + "/" + line.file;
    const auto parent = generators_.find(line.generator);
    tasks::parsed read = tasks::read_document(path, parent == generators_.end() ? nullptr : parent->second);
    if (!read.problems.empty())
      warnings_.push_back(path + " could not be read: " + read.problems.front().words);
    documents_.push_back(std::make_unique<tasks::document>(std::move(read.doc)));
    const tasks::document& joined = *documents_.back();
    for (const tasks::task& task : joined.tasks)
      if (!task.generates_source.empty())
        generators_.emplace(task.id, &joined);
    return joined.tasks;
  }

private:
  std::string folder_;
  std::vector<std::unique_ptr<tasks::document>>& documents_;
  std::vector<std::string>& warnings_;
  std::unordered_map<std::string, const tasks::document*> generators_;
};

/// Lays a journal's lines one over the other: what the run and its items are after the last of them.
class replay {
public:
  replay(shown_run& run, std::string_view history_of)
      : run_(run), history_of_(history_of), documents_(run.folder, run.documents, run.warnings),
        lines_(io::journal_in(run.folder)) {}

  void take(std::string_view line) {
    if (const auto said = lines_.read(line))
      std::visit([this](const auto& what) { saw(what); }, *said);
  }
  const std::optional<io::error>& trouble() const noexcept { return lines_.trouble(); }

  /// Counts and status from the items themselves, whatever the journal lacks.
  void conclude() {
    for (const shown_item& it : run_.items) {
      ++run_.tally.by_status[static_cast<std::size_t>(it.last.status)];
      run_.tally.unconfirmed += is_unconfirmed(it.last) ? 1 : 0;
    }
    if (finished_) {
      run_.status = finished_->run_state;
      run_.confirmed = finished_->confirmed;
      run_.finished_at = finished_->at;
    } else if (run_.tally.live() + run_.tally.terminal() > 0) {
      run_.status = core::run_status::running;
    }
  }

private:
  void saw(const actors::kept_run& line) {
    run_.title = line.facts.title;
    run_.retry_of = line.facts.retry_of;
    run_.backend = line.facts.backend;
  }
  void saw(const actors::kept_document& line) {
    const auto& tasks = documents_.join(line);
    if (run_.items.empty()) {  // one large document: no doubling
      run_.items.reserve(tasks.size());
      index_.reserve(tasks.size());
    }
    for (const tasks::task& task : tasks)
      run_.items[place_of(task.id)].task = &task;
  }
  void saw(const actors::kept_event& said) {
    if (!run_.created_at)
      run_.created_at = said.at;
    run_.last_event_at = said.at;
    if (said.kind == stream_kind::item || said.kind == stream_kind::verdict_corrected)
      update(run_.items[place_of(said.item)], whole_event(said));
    if (said.kind == stream_kind::run_finished)
      finished_ = whole_event(said);
    if (!said.item.empty() && said.item == history_of_)
      run_.history.push_back(whole_event(said));
  }
  void saw(const actors::kept_intent&) {}
  void saw(const actors::kept_withdrawal&) {}
  void saw(const actors::kept_cancel&) {}
  void saw(const actors::kept_completions&) {}
  void saw(const actors::kept_compaction&) {}

  static bool is_unconfirmed(const stream_event& e) {
    return e.status == item_status::completed && e.who == core::evidence::none;
  }

  std::size_t place_of(std::string_view id) {
    if (const auto known = index_.find(id))
      return *known;
    index_.add(id);
    run_.items.emplace_back().id = id;
    return run_.items.size() - 1;
  }

  static void update(shown_item& it, stream_event said) {
    if (said.attempt != it.last.attempt)
      it.submitted_at = it.started_at = it.finished_at = std::nullopt;
    it.last = std::move(said);
    it.last.run.clear();
    it.last.item.clear();
    const stream_event& e = it.last;
    if (core::is_live(e.status) && !it.submitted_at)
      it.submitted_at = e.at;
    if (e.status == item_status::running && !it.started_at)
      it.started_at = e.at;
    const bool ended = e.status == item_status::settling || core::is_terminal(e.status);
    it.finished_at = ended ? std::optional(it.finished_at.value_or(e.at)) : std::nullopt;
    correct(it.started_at, e.facts.start);
    correct(it.finished_at, e.facts.end);
  }

  /// The scheduler knows better when it was; but it tells whole seconds, and what we saw may be finer.
  static void correct(std::optional<core::duration>& seen, std::optional<core::epoch_seconds> told) {
    if (told && (!seen || std::chrono::floor<std::chrono::seconds>(*seen).count() != *told))
      seen = std::chrono::seconds(*told);
  }

  shown_run& run_;
  std::string_view history_of_;
  joined_documents documents_;
  journal_lines lines_;
  core::names index_;  // as run_.items
  std::optional<stream_event> finished_;
};

std::string runs_folder(const std::string& state_dir) {
  return (fs::path(state_dir) / "runs").string();
}

bool has_bytes(const std::string& path) {
  std::error_code code;
  const auto size = fs::file_size(path, code);
  return !code && size > 0;
}

}  // namespace

std::vector<std::string> list_runs(const std::string& state_dir) {
  std::vector<std::string> ids;
  std::error_code code;
  for (fs::directory_iterator it(runs_folder(state_dir), code), end; !code && it != end; it.increment(code))
    if (fs::exists(it->path() / io::journal_name, code))
      ids.push_back(it->path().filename().string());
  std::sort(ids.begin(), ids.end());
  return ids;
}

io::result<std::string> find_run(const std::string& state_dir, std::string_view name) {
  const std::vector<std::string> ids = list_runs(state_dir);
  if (ids.empty())
    return io::fail(io::errc::bad_input, fmt::format("there is no run in {}", state_dir));
  if (name == "last")
    return ids.back();
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    if (id == name)
      return id;
    if (!name.empty() && id.starts_with(name))
      found.push_back(id);
  }
  if (found.size() == 1)
    return found.front();
  if (found.empty())
    return io::fail(io::errc::bad_input, fmt::format("no run '{}' in {}", name, state_dir));
  std::string words = fmt::format("'{}' could be {} runs:", name, found.size());
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < std::min(shown, found.size()); ++i)
    words.append(1, ' ').append(found[i]);
  return io::fail(io::errc::bad_input, words.append(found.size() > shown ? " and more" : ""));
}

io::result<std::vector<std::unique_ptr<tasks::document>>> read_documents(const std::string& folder,
                                                                         std::vector<std::string>& warnings) {
  std::vector<std::unique_ptr<tasks::document>> documents;
  joined_documents joined(folder, documents, warnings);
  journal_lines lines(io::journal_in(folder));
  bool torn = false;
  const auto read = io::read_journal(
      io::journal_in(folder),
      [&joined, &lines](std::string_view line) {
        if (line.find("\"document\"") >= line.size())
          return lines.pass();  // most lines by far: not worth parsing
        const auto said = lines.read(line);
        if (const auto* document = said ? std::get_if<actors::kept_document>(&*said) : nullptr)
          joined.join(*document);
      },
      torn);
  if (!read)
    return tl::unexpected(read.error());
  if (lines.trouble())
    return tl::unexpected(*lines.trouble());
  return documents;
}

io::result<shown_run> read_run(const std::string& state_dir, const std::string& run,
                               std::string_view history_of) {
  shown_run out;
  out.id = run;
  out.folder = run_folder(state_dir, run);
  replay lines(out, history_of);
  bool torn = false;  // the writer is in the middle of a line: the rest follows
  const auto read = io::read_journal(
      io::journal_in(out.folder), [&lines](std::string_view line) { lines.take(line); }, torn);
  if (!read)
    return tl::unexpected(read.error());
  if (lines.trouble())
    return tl::unexpected(*lines.trouble());
  lines.conclude();
  return out;
}

std::string log_file(const std::string& folder, std::size_t index, const tasks::task& task) {
  const std::string stem = folder + "/logs/" + tasks::safe_file_stem(index, task.id);
  const std::string err = task.error_file.empty() ? stem + ".err" : task.error_file.str();
  if (err.front() == '/' && has_bytes(err))
    return err;
  if (!task.output_file.empty())
    return task.output_file;  // as written: it may be relative or a pattern
  std::error_code code;
  return fs::exists(stem + ".out", code) ? stem + ".out" : std::string{};
}

}  // namespace settle
