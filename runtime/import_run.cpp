#include "runtime/import_run.hpp"

#include "actors/core/run.hpp"
#include "actors/keys.hpp"
#include "actors/plan.hpp"
#include "actors/run_book.hpp"
#include "actors/translate/event_json.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/json_writer.hpp"
#include "io/journal.hpp"
#include "runtime/iso_time.hpp"
#include "runtime/left_run.hpp"
#include "runtime/places.hpp"
#include "runtime/scripthut_outcome.hpp"
#include "runtime/scripthut_run.hpp"
#include "runtime/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>

namespace settle {

namespace {

using core::item_index;
using core::item_status;
using core::stream_event;
using core::stream_kind;
using tasks::problem;

constexpr std::string_view document_name = "document-0.json";

/// FNV-1a: the same in every build, unlike std::hash.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string id_of(const scripthut_run& from) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(from.created_at);
  return actors::make_run_id(seconds.count(), hash_of(from.id));
}

void refuse_unfinished(const scripthut_run& from, std::vector<problem>& problems) {
  const auto is_open = [](const scripthut_item& i) { return !core::is_terminal(i.status); };
  const auto first = std::find_if(from.items.begin(), from.items.end(), is_open);
  if (first == from.items.end())
    return;
  const auto open = std::count_if(first, from.items.end(), is_open);
  problems.push_back(
      {first->status_at,
       fmt::format(
           "{} of the run's {} items {} not over; the first is {}. Only a finished run is imported: its jobs "
           "do not carry settle's token, and scripthut may still submit. Let scripthut finish or cancel it",
           open, from.items.size(), open == 1 ? "is" : "are", core::to_text(first->status))});
}

/// What the tasks were, as a document of ours. Their env rules stay in the imported file.
std::string document_of(const scripthut_run& from) {
  actors::json_writer out;
  const auto text = [&out](std::string_view name, const std::string& value) { out.text_if_any(name, value); };
  out.open();
  text("title", from.workflow);
  text("account", from.account);
  out.open_list("tasks");
  for (const tasks::task& task : from.doc.tasks) {
    out.open();
    out.text("id", task.id);
    out.text("name", task.name);
    out.text("command", task.command);
    text("working_dir", task.wants->working_dir);
    text("partition", task.wants->partition);
    text("account", task.wants->account);
    text("qos", task.wants->qos);
    text("constraint", task.wants->constraint);
    out.whole_if_any("cpus", task.wants->cpus);
    text("memory", task.wants->memory);
    text("time_limit", task.wants->time_limit);
    text("gres", task.wants->gres);
    text("output_file", task.output_file);
    text("error_file", task.error_file);
    text("generates_source", task.generates_source);
    text("init", task.init);
    for (const auto& [name, list] :
         {std::pair{"sbatch_args", &task.wants->sbatch_args}, std::pair{"deps", &task.deps.list()}})
      if (!list->empty())
        out.texts(name, *list);
    out.close();
  }
  out.close_list();
  out.close();
  return out.take() + "\n";
}

/// The journal of a run that scripthut saw through: what it recorded of each item, in the order of its times.
class story {
public:
  story(const scripthut_run& from, actors::run_facts facts, core::run& run)
      : from_(from), facts_(std::move(facts)), run_(run) {}

  /// Problems: items whose record contradicts itself.
  std::vector<problem> tell_items() {
    std::vector<problem> problems;
    for (item_index i = 0; i < from_.items.size(); ++i)
      if (auto wrong = tell_item(i); !wrong.empty())
        problems.push_back(
            {from_.items[i].at, "\"" + from_.doc.tasks[i].id + "\" contradicts itself: " + wrong});
    return problems;
  }

  std::string journal(const std::vector<std::string>& notices) {
    add(actors::run_line(facts_, static_cast<std::size_t>(from_.max_concurrent.value_or(0))));
    add(actors::document_line(document_name, from_.items.size(), {}));
    stream_event began;
    began.kind = stream_kind::run_started;
    began.tally.by_status[static_cast<std::size_t>(item_status::pending)] = from_.items.size();
    add(actors::to_json(event_at(std::move(began), from_.created_at)));
    for (const std::string& words : notices) {
      stream_event notice;
      notice.kind = stream_kind::notice;
      notice.error = words;
      add(actors::to_json(event_at(std::move(notice), from_.created_at)));
    }
    std::stable_sort(steps_.begin(), steps_.end(), [](const step& a, const step& b) { return a.at < b.at; });
    core::duration over = from_.created_at;
    for (const step& s : steps_) {
      auto e = actors::event_of_item(s.now);
      e.item = from_.doc.tasks[s.index].id;
      over = std::max(over, s.at);
      add(actors::item_line(event_at(std::move(e), s.at), s.now));
    }
    stream_event end;
    end.kind = stream_kind::run_finished;
    end.run_state = run_.status();
    end.confirmed = run_.confirmed();
    end.tally = run_.tally();
    add(actors::to_json(event_at(std::move(end), over)));
    return std::move(text_);
  }

private:
  struct step {
    core::duration at;
    item_index index;
    core::item now;
  };

  stream_event event_at(stream_event e, core::duration at) {
    e.seq = ++seq_;
    e.run = facts_.id;
    e.at = at;
    return e;
  }

  void add(const std::string& line) { text_.append(line).append(1, '\n'); }

  std::string tell_item(item_index i) {
    const scripthut_item& item = from_.items[i];
    // Each of its times is no earlier than the one before, whatever the clocks of scripthut and Slurm said.
    core::duration at = from_.created_at;
    const auto later = [&at](std::optional<core::duration> told) {
      return at = std::max(at, told.value_or(at));
    };
    const auto submitted = later(item.submitted_at), started = later(item.started_at);
    const bool generator = !from_.doc.tasks[i].generates_source.empty();
    auto over = outcome_of(item, generator, later(item.finished_at));
    if (!over)
      return over.error();
    if (over->job_id != 0 && item.submitted_at)
      steps_.push_back({submitted, i, before(*over, item_status::submitted)});
    if (over->job_id != 0 && item.started_at)
      steps_.push_back({started, i, before(*over, item_status::running)});
    run_.restore(i, *over);
    steps_.push_back({at, i, std::move(*over)});
    return {};
  }

  static core::item before(const core::item& over, item_status then) {
    core::item it;
    it.status = then;
    it.generator = over.generator;
    it.job_id = over.job_id;
    it.attempt = over.attempt;
    it.submissions = over.submissions;
    it.ever_running = then == item_status::running;
    return it;
  }

  const scripthut_run& from_;
  actors::run_facts facts_;
  core::run& run_;
  std::vector<step> steps_;
  std::uint64_t seq_ = 0;
  std::string text_;
};

actors::run_facts facts_of(const scripthut_run& from, const std::string& state_dir) {
  actors::run_facts facts;
  facts.id = id_of(from);
  facts.title = from.workflow;
  facts.folder = run_folder(state_dir, facts.id);
  facts.start_dir = facts.home = home_dir();
  facts.created_at = iso_time(from.created_at);
  facts.backend = "slurm";
  return facts;
}

std::vector<std::string> warnings_of(const scripthut_run& from) {
  const auto strange = std::count_if(from.items.begin(), from.items.end(), [](const scripthut_item& i) {
    return !i.job_id.empty() && slurm_id_of(i.job_id) == 0;
  });
  if (strange == 0)
    return {};
  return {fmt::format("{} job id{} no number of Slurm's and {} left out", strange,
                      strange == 1 ? " is" : "s are", strange == 1 ? "is" : "are")};
}

/// The bins in which scripthut keeps jobs that it saw in the queue and did not submit.
bool is_bin(const scripthut_run& from) {
  return from.workflow == "_default";
}

}  // namespace

bool is_imported(const std::string& run_folder) {
  struct stat facts {};
  return ::stat((run_folder + "/" + std::string(imported_file_name)).c_str(), &facts) == 0 || errno != ENOENT;
}

imported_run import_run(const std::string& state_dir, std::string_view text) {
  imported_run answer;
  auto read = read_scripthut_run(text);
  const scripthut_run& from = read.run;
  answer.problems = std::move(read.problems);
  if (!answer.problems.empty())
    return answer;
  if (is_bin(from))
    answer.problems.push_back(
        {from.workflow_at, "these are jobs that scripthut saw in the queue, and no run of tasks"});
  else
    refuse_unfinished(from, answer.problems);
  core::run run;
  if (answer.problems.empty())
    answer.problems = actors::join_document(run, from.doc);
  if (!answer.problems.empty())
    return answer;
  const auto facts = facts_of(from, state_dir);
  story told(from, facts, run);
  answer.problems = told.tell_items();
  if (!answer.problems.empty())
    return answer;
  answer.warnings = warnings_of(from);
  std::vector<std::string> notices{"imported from scripthut's run " + from.id};
  notices.insert(notices.end(), answer.warnings.begin(), answer.warnings.end());
  const std::string document = document_of(from), journal = told.journal(notices);
  const auto left = leave_run(state_dir, facts.id,
                              {{std::string(imported_file_name), text},
                               {std::string(document_name), document},
                               {std::string(io::journal_name), journal}});
  if (left)
    answer.run = facts.id;
  else if (left.error().code == io::errc::bad_input)
    answer.problems.push_back(
        {{0, 0}, "scripthut's run " + from.id + " was imported before, as run " + facts.id});
  else
    answer.trouble = left.error();
  return answer;
}

}  // namespace settle
