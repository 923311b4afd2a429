#include "tests/live/plan.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace settle::live {
namespace {

using json = rapidjson::Writer<rapidjson::StringBuffer>;

void put(json& to, const char* key, const std::string& value) {
  if (value.empty())
    return;
  to.Key(key);
  to.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void put(json& to, const char* key, const std::vector<std::string>& values) {
  if (values.empty())
    return;
  to.Key(key);
  to.StartArray();
  for (const auto& value : values)
    to.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  to.EndArray();
}

void put(json& to, const planned_task& task) {
  to.StartObject();
  put(to, "id", task.id);
  put(to, "name", task.name);
  put(to, "command", task.command);
  put(to, "deps", task.deps);
  put(to, "sbatch_args", task.sbatch_args);
  put(to, "working_dir", task.working_dir);
  put(to, "partition", task.partition);
  put(to, "generates_source", task.generates_source);
  to.EndObject();
}

std::string show(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "null";
}

template <class Values, class Value>
bool has(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

expected_end failure(std::string cause, expected_end::numbers codes, expected_end::numbers signals) {
  expected_end end;
  end.status = "failed";
  end.cause = std::move(cause);
  end.exit_codes = std::move(codes);
  end.signals = std::move(signals);
  end.evidences = {"accounting", "queue"};
  return end;
}

}  // namespace

plan::plan(const std::string& folder) : marks_folder_(folder + "/marks") {
  std::filesystem::create_directories(marks_folder_);
}

std::string plan::mark_file(std::size_t index) const {
  return marks_folder_ + "/" + std::to_string(index);
}

planned_task& plan::add(std::string id, const std::string& command) {
  auto& task = tasks_.emplace_back();
  task.name = id;
  task.id = std::move(id);
  task.command = "mark='" + mark_file(tasks_.size() - 1) +
                 "'\njob=$SLURM_JOB_ID\n[ -z \"${SLURM_ARRAY_JOB_ID-}\" ] || "
                 "job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
                 "echo \"$job\" >>\"$mark\"\n" +
                 command;
  return task;
}

const planned_task* plan::find(const std::string& id) const {
  const auto found =
      std::find_if(tasks_.begin(), tasks_.end(), [&](const auto& task) { return task.id == id; });
  return found == tasks_.end() ? nullptr : &*found;
}

std::vector<std::string> plan::executions(const planned_task& task) const {
  std::ifstream in(mark_file(task));
  std::vector<std::string> ids;
  for (std::string line; std::getline(in, line);)
    ids.push_back(line);
  return ids;
}

std::vector<int> plan::endings(const planned_task& task) const {
  std::ifstream in(mark_file(task) + ".ended");
  std::vector<int> codes;
  for (int code = 0; in >> code;)
    codes.push_back(code);
  return codes;
}

std::string plan::difference(const planned_task& task, const event_line& last) const {
  std::ostringstream out;
  const auto& end = task.end;
  if (last.status != end.status)
    out << " status " << last.status << ", not " << end.status;
  if (last.cause != end.cause)
    out << " cause '" << last.cause << "', not '" << end.cause << "'";
  if (!has(end.exit_codes, last.exit_code))
    out << " exit_code " << show(last.exit_code) << ", not " << show(end.exit_codes.at(0));
  if (!has(end.signals, last.signal))
    out << " signal " << show(last.signal) << ", not " << show(end.signals.at(0));
  if (!has(end.evidences, last.evidence))
    out << " evidence '" << last.evidence << "', not '" << end.evidences.at(0) << "'";
  if (end.attempt && last.attempt != *end.attempt)
    out << " attempt " << last.attempt << ", not " << *end.attempt;
  if (last.status == "completed" && end.warning != !last.warning.empty())
    out << (end.warning ? " no warning" : " warning: " + last.warning);
  const auto ran = executions(task);
  if (std::cmp_not_equal(ran.size(), end.executions))
    out << " ran " << ran.size() << " times, not " << end.executions;
  for (const auto& id : ran) {
    if (id != last.job_id)
      out << " ran as job " << id << ", but the event says " << last.job_id;
  }
  if (out.str().empty())
    return {};
  return "item '" + task.id + "':" + out.str() + (last.error.empty() ? "" : " (error: " + last.error + ")");
}

std::string plan::document(bool generated) const {
  rapidjson::StringBuffer text;
  json to(text);
  to.StartObject();
  to.Key("tasks");
  to.StartArray();
  for (const auto& task : tasks_) {
    if (task.generated == generated)
      put(to, task);
  }
  to.EndArray();
  to.EndObject();
  return {text.GetString(), text.GetSize()};
}

std::string lives_twice() {
  return "test $(wc -l <\"$mark\") -ge 2 || sleep 600\nuntil test -e \"$mark.again\"; do sleep 0.2; done";
}

std::string tell_end(int code) {
  const auto number = std::to_string(code);
  return "echo " + number + " >>\"$mark.ended\"\nexit " + number;
}

std::string gated(const std::string& gate, int code) {
  return "until test -e '" + gate + "'; do sleep 0.2; done\n" + tell_end(code);
}

expected_end exits_with(int code) {
  return code == 0 ? expected_end{} : failure("exit_nonzero", {code}, {std::nullopt});
}

expected_end exits_with_forgotten(int code) {
  auto end = exits_with(code);
  if (code > 128)
    end.exit_codes.emplace_back(code - 128);
  if (code == 128)
    end.exit_codes.emplace_back(std::nullopt);  // reads 0:0
  return end;
}

expected_end ends_by_signal(int signal) {
  return failure("signal", {std::nullopt, 0}, {signal});
}

/// TERM goes to every process of the job: where the command dies before its shell, the shell still says 128 + TERM,
/// which accounting may print less 128.
expected_end ends_cancelled() {
  return failure("cancelled", {std::nullopt, 0, 128 + SIGTERM, SIGTERM}, {std::nullopt, SIGTERM});
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw std::runtime_error("cannot write " + path);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace settle::live
