#include "runtime/scripthut_run.hpp"

#include "io/tasks/json_input.hpp"
#include "io/tasks/task_reader.hpp"
#include "io/tasks/wanted.hpp"
#include "io/tasks/wording.hpp"
#include "runtime/iso_time.hpp"

#include <simdjson.h>

#include <limits>

namespace settle {

namespace {

namespace od = simdjson::ondemand;
using tasks::json_input;
using tasks::place;
using value = json_input::value;

constexpr std::string_view what_it_is =
    "a run.json of scripthut has \"id\", \"workflow_name\", \"created_at\" and "
    "\"items\"";
constexpr std::int64_t newest_version = 2;
constexpr std::int64_t code_max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t concurrent_max = std::numeric_limits<std::int64_t>::max();

std::string quoted(std::string_view key) {
  return "\"" + std::string(key) + "\"";
}

class reading {
public:
  explicit reading(const tasks::json_text& text) : in_(text) {}

  scripthut_read run() {
    read_root();
    tasks::parsed told;
    in_.finish(told);
    return {std::move(run_), std::move(told.problems)};
  }

private:
  void read_root() {
    place root{1, 1};
    in_.read_root([&](od::document& json, json_input::kind kind, place start) {
      root = start;
      return kind == json_input::kind::object && read_object(json);
    });
    if (!in_.broken() && !(has_id_ && has_workflow_ && has_created_ && has_items_))
      foreign(root);
  }

  bool read_object(od::document& json) {
    od::object root;
    if (const auto error = json.get_object().get(root)) {
      in_.broke(error);
      return true;
    }
    tasks::seen_keys seen;
    in_.each_field(root, [&](std::string_view key, place at, value& v) {
      if (!seen.first(in_, key, at))
        return in_.skip(v);
      if (!in_.is_null(v))
        read_run_field(key, v);
    });
    return true;
  }

  void foreign(place at) {
    in_.problem_at(at, std::string(what_it_is) + "; this is another file" +
                           (has_tasks_ ? ". It holds \"tasks\": `settle run` runs a task document" : ""));
  }

  void read_run_field(std::string_view key, value& v) {
    const place at = in_.where(v);
    if (key == "id") {
      has_id_ = true;
      in_.text(v, quoted(key), run_.id);
    } else if (key == "workflow_name") {
      run_.workflow_at = at;
      has_workflow_ = true;
      in_.text(v, quoted(key), run_.workflow);
    } else if (key == "created_at") {
      std::optional<core::duration> created;
      has_created_ = read_time(key, v, created);
      run_.created_at = created.value_or(core::duration{});
      if (created && *created < core::duration{})
        in_.problem_at(at, "\"created_at\" is before 1970");
    } else if (key == "account") {
      in_.text(v, quoted(key), run_.account);
      run_.doc.defaults.account = run_.account;
    } else if (key == "max_concurrent") {
      read_number(key, v, 0, concurrent_max, run_.max_concurrent);
    } else if (key == "version") {
      std::optional<std::int64_t> version;
      read_number(key, v, 0, concurrent_max, version);
      if (version.value_or(0) > newest_version)
        in_.problem_at(at, "version " + std::to_string(*version) +
                               " of run.json is newer than this settle knows (" +
                               std::to_string(newest_version) + ")");
    } else if (key == "items") {
      has_items_ = true;
      in_.elements_of(v, quoted(key), [&](value& item, place item_at) { read_item(item, item_at); });
    } else {
      has_tasks_ = has_tasks_ || key == "tasks";
      in_.skip(v);
    }
  }

  void read_item(value& v, place at) {
    scripthut_item& item = run_.items.emplace_back();
    tasks::task& task = run_.doc.tasks.emplace_back();
    tasks::task_places& places = run_.doc.places.emplace_back();
    item.at = item.status_at = places.at = places.id = at;
    bool has_task = false, has_status = false;
    tasks::seen_keys seen;
    const bool whole = in_.fields_of(v, "an item", [&](std::string_view key, place key_at, value& field) {
      if (!seen.first(in_, key, key_at))
        return in_.skip(field);
      if (in_.is_null(field))
        return;
      if (key == "task") {
        has_task = true;
        tasks::resources own;
        const place task_at = in_.where(field);
        const auto given = tasks::read_task(in_, field, task_at, task, places, own, tasks::level::record);
        task.wants = wanted_.share(own, given);
        return;
      }
      has_status = has_status || key == "status";
      read_item_field(key, field, item);
    });
    // What scripthut writes where it never saw the start.
    if (item.started_at == item.submitted_at)
      item.started_at.reset();
    if (whole && !(has_task && has_status))
      in_.problem_at(at, std::string("an item lacks ") + (has_task ? "\"status\"" : "\"task\"") + ": " +
                             std::string(what_it_is) + ", and each item has \"task\" and \"status\"");
  }

  void read_item_field(std::string_view key, value& v, scripthut_item& item) {
    if (key == "status")
      return read_status(v, item);
    if (key == "job_id" || key == "slurm_job_id")
      return read_either(key, "job_id", v, item.job_id);
    if (key == "scheduler_state" || key == "sacct_state")
      return read_either(key, "scheduler_state", v, item.scheduler_state);
    if (key == "submitted_at")
      return void(read_time(key, v, item.submitted_at));
    if (key == "started_at")
      return void(read_time(key, v, item.started_at));
    if (key == "finished_at")
      return void(read_time(key, v, item.finished_at));
    if (key == "exit_code")
      return read_number(key, v, -code_max, code_max, item.exit_code);
    if (key == "cpu_efficiency")
      return read_real(key, v, item.cpu_percent);
    if (key == "error" || key == "max_rss") {
      in_.text(v, quoted(key), key == "error" ? item.error : item.max_rss);
      return;
    }
    in_.skip(v);
  }

  /// The current name wins over the old one where both say something, in whatever order they stand.
  void read_either(std::string_view key, std::string_view current, value& v, std::string& out) {
    std::string read;
    if (in_.text(v, quoted(key), read) && !read.empty() && (key == current || out.empty()))
      out = std::move(read);
  }

  void read_status(value& v, scripthut_item& item) {
    item.status_at = in_.where(v);
    std::string word;
    if (!in_.text(v, "\"status\"", word))
      return;
    if (const auto status = core::item_status_from_text(word))
      item.status = *status;
    else
      in_.problem_at(item.status_at, "\"status\" is " + tasks::shown(word) +
                                         "; scripthut's are pending, submitted, queued, running, settling, "
                                         "completed, failed and dep_failed");
  }

  /// False where it is empty: not known. What is no date is told.
  bool read_time(std::string_view key, value& v, std::optional<core::duration>& out) {
    const place at = in_.where(v);
    std::string text;
    if (!in_.text(v, quoted(key), text))
      return true;
    if (text.empty())
      return false;
    out = time_of_iso(text);
    if (!out)
      in_.problem_at(at, quoted(key) + " is " + tasks::shown(text) +
                             "; scripthut writes times as \"2026-03-01T12:00:00+00:00\"");
    return true;
  }

  void read_number(std::string_view key, value& v, std::int64_t least, std::int64_t most,
                   std::optional<std::int64_t>& out) {
    std::int64_t read = 0;
    if (in_.whole_number(v, quoted(key), least, most, read))
      out = read;
  }

  void read_real(std::string_view key, value& v, std::optional<double>& out) {
    if (!in_.is_kind(v, json_input::kind::number, quoted(key)))
      return;
    double read = 0;
    if (const auto error = v.get_double().get(read))
      return in_.broke(error);
    out = read;
  }

  json_input in_;
  scripthut_run run_;
  tasks::wanted wanted_;
  bool has_id_ = false, has_workflow_ = false, has_created_ = false, has_items_ = false, has_tasks_ = false;
};

}  // namespace

scripthut_read read_scripthut_run(std::string_view text) {
  const tasks::json_text padded{std::string(text)};
  if (padded.blank())
    return {{}, {{{1, 1}, "the file is empty; " + std::string(what_it_is)}}};
  return reading(padded).run();
}

}  // namespace settle
