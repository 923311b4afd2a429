#include "tests/fuzz/render.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdio>

namespace settle::fuzz {
namespace {

using slurm::array_tasks;
using slurm::code;

template <class T>
std::string number(const std::optional<T>& value) {
  return value ? std::to_string(*value) : "Unknown";
}

std::string pair(const code& c) {
  return c.exit && c.signal ? std::to_string(*c.exit) + ":" + std::to_string(*c.signal) : "";
}

std::string tasks(const array_tasks& a) {
  return a.task_id ? std::to_string(*a.task_id) : a.expression;
}

std::string shown_id(const slurm::account_record& row) {
  if (row.array.array_job_id == 0)
    return std::to_string(row.job_id);
  const auto id = std::to_string(row.array.array_job_id);
  return row.array.task_id ? id + "_" + tasks(row.array) : id + "_[" + tasks(row.array) + "]";
}

/// Minutes, seconds and thousandths.
std::string clock(const std::optional<std::int64_t>& ms) {
  if (!ms)
    return "";
  char text[64];
  std::snprintf(text, sizeof text, "%lld:%02lld.%03lld", static_cast<long long>(*ms / 60'000),
                static_cast<long long>(*ms / 1000 % 60), static_cast<long long>(*ms % 1000));
  return text;
}

std::string line(std::initializer_list<std::string> columns) {
  std::string out;
  for (const auto& column : columns)
    out += (out.empty() ? "" : "|") + column;
  return out + '\n';
}

}  // namespace

std::string text_line(const slurm::queue_row& r) {
  const bool array = r.array.array_job_id != 0;
  return line({std::to_string(r.job_id), array ? std::to_string(r.array.array_job_id) : "N/A",
               array ? tasks(r.array) : "N/A", r.word, pair(r.exit), number(r.restarts), number(r.submit),
               number(r.start), number(r.end), r.reason, r.name});
}

std::string text_line(const slurm::account_record& r) {
  return line({std::to_string(r.job_id) + (r.step.empty() ? "" : "." + r.step), shown_id(r), r.word,
               pair(r.exit), pair(r.derived), number(r.submit), number(r.start), number(r.end),
               number(r.elapsed_s), clock(r.cpu_ms), number(r.max_rss_bytes), number(r.cpus), r.node_list,
               r.name});
}

std::string json_job(const slurm::queue_row& r) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> w(out);
  const auto text = [&](const char* key, const std::string& value) {
    w.Key(key);
    w.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  const auto whole = [&](const char* key, const auto& value) {
    w.Key(key);
    if (value)
      w.Int64(static_cast<std::int64_t>(*value));
    else
      w.Null();
  };
  w.StartObject();
  whole("job_id", std::optional(r.job_id));
  whole("array_job_id", std::optional(r.array.array_job_id));
  whole("array_task_id", r.array.task_id);
  text("array_task_string", r.array.expression);
  text("job_state", r.word);
  text("exit_code", pair(r.exit));
  whole("restart_cnt", r.restarts);
  whole("submit_time", r.submit);
  whole("start_time", r.start);
  whole("end_time", r.end);
  text("state_reason", r.reason);
  text("name", r.name);
  w.EndObject();
  return out.GetString();
}

}  // namespace settle::fuzz
