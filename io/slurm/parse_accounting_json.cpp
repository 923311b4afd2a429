#include "io/slurm/fields.hpp"
#include "io/slurm/json_answer.hpp"
#include "io/slurm/parse.hpp"

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace settle::slurm {
namespace {

/// A job or one of its steps as shown, before it is known to be whole. Steps are shown as jobs are, with fewer fields.
struct shown_record {
  json_number job_id, array_job, array_task, array_limit;
  std::string array_tasks;
  std::string step;  ///< "79.batch", "batch", "0"
  shown_state state;
  code exit, derived;
  json_number submit, start, end, elapsed, cpu_s, cpu_us, cpus, max_rss;
  std::string nodes, canceller, name;
  std::vector<shown_record> steps;
  std::vector<bad_row> bad_steps;
};

template <class... Rules>
constexpr std::array<json_rule<shown_record>, sizeof...(Rules)> fields(Rules... rules) {
  return {rules...};
}
template <json_number shown_record::*Member>
constexpr auto number(std::string_view key) {
  return number_rule<shown_record, Member>(key);
}
template <json_number shown_record::*Member>
constexpr auto time(std::string_view key) {
  return time_rule<shown_record, Member>(key);
}
template <std::string shown_record::*Member>
constexpr auto text(std::string_view key) {
  return text_rule<shown_record, Member>(key);
}
/// An object inside the object.
template <const auto& Rules>
constexpr json_rule<shown_record> nested(std::string_view key) {
  return {key,
          [](json_walk& in, json_value& v, shown_record& out) { return read_nested(in, v, Rules, out); }};
}

struct tres {
  std::string type;
  json_number count;
};
constexpr std::array<json_rule<tres>, 2> tres_rules{text_rule<tres, &tres::type>("type"),
                                                    number_rule<tres, &tres::count>("count")};

/// The count of one resource in a list of them. Below zero it is not known. Of a job, `requested` is such a list too,
/// where its steps have an object of lists.
template <json_number shown_record::*Member>
bool read_tres(std::string_view type, json_walk& in, json_value& v, shown_record& out) {
  if (json_walk::kind_of(v) == json_kind::null)
    return true;
  return in.each_element(v, [&](json_value element) {
    tres t;
    read_nested(in, element, tres_rules, t);
    if (t.type == type && t.count && *t.count >= 0)
      out.*Member = t.count;
  });
}
bool read_cpus(json_walk& in, json_value& v, shown_record& out) {
  return read_tres<&shown_record::cpus>("cpu", in, v, out);
}
bool read_memory(json_walk& in, json_value& v, shown_record& out) {
  return read_tres<&shown_record::max_rss>("mem", in, v, out);
}
constexpr auto usage_rules = fields(json_rule<shown_record>{"max", read_memory});
bool read_usage(json_walk& in, json_value& v, shown_record& out) {
  return json_walk::kind_of(v) == json_kind::array || read_nested(in, v, usage_rules, out);
}

/// "79.batch", "batch", 0, {"job_id": 79, "step_id": "batch"}.
bool read_step_id(json_walk& in, json_value& v, shown_record& out) {
  switch (json_walk::kind_of(v).value_or(json_kind::null)) {
  case json_kind::object: {
    static constexpr auto rules = fields(json_rule<shown_record>{"step_id", read_step_id});
    return read_nested(in, v, rules, out);
  }
  case json_kind::number: {
    json_number id;
    const bool read = read_number(in, v, id) && id;
    out.step = read ? std::to_string(*id) : std::string{};
    return read;
  }
  default:
    return read_text(in, v, out.step);
  }
}

/// "vm" of a job, {"range": "vm", …} of a step.
bool read_nodes(json_walk& in, json_value& v, shown_record& out) {
  static constexpr auto rules = fields(text<&shown_record::nodes>("range"));
  return json_walk::kind_of(v) == json_kind::object ? read_nested(in, v, rules, out)
                                                    : read_text(in, v, out.nodes);
}

bool read_steps(json_walk& in, json_value& v, shown_record& out);

constexpr auto running_rules = fields(number<&shown_record::array_limit>("tasks"));
constexpr auto max_rules = fields(nested<running_rules>("running"));
constexpr auto limits_rules = fields(nested<max_rules>("max"));
constexpr auto array_rules =
    fields(number<&shown_record::array_job>("job_id"), number<&shown_record::array_task>("task_id"),
           text<&shown_record::array_tasks>("task"), nested<limits_rules>("limits"));
constexpr auto total_rules =
    fields(number<&shown_record::cpu_s>("seconds"), number<&shown_record::cpu_us>("microseconds"));
constexpr auto time_rules = fields(time<&shown_record::submit>("submission"),
                                   time<&shown_record::start>("start"), time<&shown_record::end>("end"),
                                   number<&shown_record::elapsed>("elapsed"), nested<total_rules>("total"));
constexpr auto tres_lists =
    fields(json_rule<shown_record>{"allocated", read_cpus}, json_rule<shown_record>{"requested", read_usage});
constexpr auto step_rules =
    fields(json_rule<shown_record>{"id", read_step_id}, text<&shown_record::name>("name"));

constexpr auto rules =
    fields(number<&shown_record::job_id>("job_id"), text<&shown_record::name>("name"),
           nested<array_rules>("array"), state_rule<shown_record, &shown_record::state>("state"),
           code_rule<shown_record, &shown_record::exit>("exit_code"),
           code_rule<shown_record, &shown_record::derived>("derived_exit_code"), nested<time_rules>("time"),
           json_rule<shown_record>{"nodes", read_nodes}, nested<tres_lists>("tres"),
           text<&shown_record::canceller>("kill_request_user"), nested<step_rules>("step"),
           json_rule<shown_record>{"steps", read_steps});

bool read_steps(json_walk& in, json_value& v, shown_record& out) {
  if (json_walk::kind_of(v) == json_kind::null)
    return true;
  return in.each_element(v, [&](json_value element) {
    const auto text = in.text_from(element);
    auto why = read_job(in, element, rules, out.steps.emplace_back());
    if (why.empty() && out.steps.back().step.empty())
      why = "no step id";
    if (why.empty() && out.steps.back().state.word.empty())
      why = "no state";
    if (why.empty())
      return;
    out.steps.pop_back();
    out.bad_steps.push_back(field::set_aside(text, why, std::nullopt));
  });
}

std::optional<std::int64_t> milliseconds(const json_number& seconds, const json_number& micros) noexcept {
  constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / 2000;
  if (!seconds || !micros || *seconds < 0 || *micros < 0 || *seconds > seconds_max)
    return std::nullopt;
  return *seconds * 1000 + *micros / 1000;
}

/// Up to 22.05 a job's own total is 0 whatever its steps used: then they are added up.
void add_up_cpu(shown_record& job) {
  if (job.cpu_s.value_or(0) != 0 || job.cpu_us.value_or(0) != 0)
    return;
  constexpr std::int64_t million = 1'000'000;
  std::int64_t micros = 0;
  for (const auto& step : job.steps) {
    std::int64_t of_step = 0;
    if (__builtin_mul_overflow(step.cpu_s.value_or(0), million, &of_step) ||
        __builtin_add_overflow(micros, of_step, &micros) ||
        __builtin_add_overflow(micros, step.cpu_us.value_or(0), &micros))
      return;
  }
  if (micros > 0) {
    job.cpu_s = micros / million;
    job.cpu_us = micros % million;
  }
}

/// Whoever Slurm could name; it calls an unknown user nobody.
bool names_somebody(std::string_view user) noexcept {
  return !user.empty() && user != "nobody" && user != "4294967294" && user != "4294967295";
}

/// What a job and a step have in common.
void fill(shown_record& shown, account_record& row) {
  row.state = std::move(shown.state.state);
  if (row.state.base == base_state::cancelled && names_somebody(shown.canceller))
    row.state.canceller_known = true;
  row.word = std::move(shown.state.word);
  row.exit = shown.exit;
  row.derived = shown.derived;
  row.submit = shown.submit;
  row.start = shown.start;
  row.end = shown.end;
  row.elapsed_s = count_of<std::int64_t>(shown.elapsed);
  row.cpu_ms = milliseconds(shown.cpu_s, shown.cpu_us);
  row.max_rss_bytes = shown.max_rss;
  row.cpus = count_of<std::int32_t>(shown.cpus);
  if (shown.nodes != "None assigned")
    row.node_list = std::move(shown.nodes);
  row.name = std::move(shown.name);
}

/// Empty when it is well; else why it is not.
std::string_view to_row(shown_record& shown, account_record& row) {
  const auto id = job_id_of(shown.job_id);
  if (!id)
    return "no job id";
  if (shown.state.word.empty())
    return "no state";
  row.job_id = *id;
  if (!read_array(shown.array_job, shown.array_task, shown.array_tasks, row.array))
    return "the array's tasks are cut or unreadable";
  if (!row.array.expression.empty() && shown.array_limit.value_or(0) > 0)
    row.array.expression += '%' + std::to_string(*shown.array_limit);
  add_up_cpu(shown);
  fill(shown, row);
  return {};
}

void add_steps(shown_record& job, table<account_record>& out) {
  const auto array = out.rows.back().array;
  const auto job_id = out.rows.back().job_id;
  for (auto& shown : job.steps) {
    auto& row = out.rows.emplace_back();
    row.job_id = job_id;
    row.step = shown.step.substr(shown.step.find('.') + 1);
    row.array = array;
    fill(shown, row);
  }
  for (auto& bad : job.bad_steps) {
    bad.job_id = job_id;
    bad.array_job_id = array.array_job_id != 0 ? array.array_job_id : job_id;
    out.bad.push_back(std::move(bad));
  }
}

}  // namespace

io::result<table<account_record>> parse_accounting_json(std::string document) {
  table<account_record> out;
  const auto read = each_job(std::move(document), [&](json_walk& in, json_value& v) {
    const auto text = in.text_from(v);
    shown_record shown;
    auto why = read_job(in, v, rules, shown);
    account_record row;
    if (why.empty())
      why = to_row(shown, row);
    if (!why.empty()) {
      const auto job_id = job_id_of(shown.job_id);
      out.bad.emplace_back(field::set_aside(text, why, job_id)).array_job_id =
          array_of(shown.array_job, job_id);
      return;
    }
    out.rows.push_back(std::move(row));
    add_steps(shown, out);
  });
  if (!read)
    return tl::unexpected(read.error());
  return out;
}

}  // namespace settle::slurm
