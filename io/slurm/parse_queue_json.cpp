#include "io/slurm/fields.hpp"
#include "io/slurm/json_answer.hpp"
#include "io/slurm/parse.hpp"

#include <array>

namespace settle::slurm {
namespace {

/// A job as it is shown, before it is known to be whole.
struct shown_job {
  json_number job_id, user_id, array_job, array_task;
  std::string array_tasks;
  shown_state state;
  code exit;
  json_number restarts, submit, start, end;
  std::string reason, description, name;
};

constexpr std::array<json_rule<shown_job>, 14> rules{{
    number_rule<shown_job, &shown_job::job_id>("job_id"),
    number_rule<shown_job, &shown_job::user_id>("user_id"),
    number_rule<shown_job, &shown_job::array_job>("array_job_id"),
    number_rule<shown_job, &shown_job::array_task>("array_task_id"),
    text_rule<shown_job, &shown_job::array_tasks>("array_task_string"),
    state_rule<shown_job, &shown_job::state>("job_state"),
    code_rule<shown_job, &shown_job::exit>("exit_code"),
    number_rule<shown_job, &shown_job::restarts>("restart_cnt"),
    time_rule<shown_job, &shown_job::submit>("submit_time"),
    time_rule<shown_job, &shown_job::start>("start_time"),
    time_rule<shown_job, &shown_job::end>("end_time"),
    text_rule<shown_job, &shown_job::reason>("state_reason"),
    text_rule<shown_job, &shown_job::description>("state_description"),
    text_rule<shown_job, &shown_job::name>("name"),
}};

/// Empty when it is well; else why it is not.
std::string_view to_row(shown_job&& shown, queue_row& row) {
  const auto id = job_id_of(shown.job_id);
  if (!id)
    return "no job id";
  if (shown.state.word.empty())
    return "no state";
  row.job_id = *id;
  if (!read_array(shown.array_job, shown.array_task, shown.array_tasks, row.array))
    return "the array's tasks are cut or unreadable";
  row.state = std::move(shown.state.state);
  row.word = std::move(shown.state.word);
  row.exit = shown.exit;
  row.restarts = count_of<std::uint32_t>(shown.restarts);
  row.submit = shown.submit;
  row.start = shown.start;
  row.end = shown.end;
  // Text shows one of both as well: "job requeued in held state" rather than JobHeldUser.
  row.reason = std::move(shown.description.empty() ? shown.reason : shown.description);
  row.name = std::move(shown.name);
  return {};
}

}  // namespace

io::result<table<queue_row>> parse_queue_json(std::string document, std::optional<std::uint32_t> uid) {
  table<queue_row> out;
  const auto read = each_job(std::move(document), [&](json_walk& in, json_value& v) {
    const auto text = in.text_from(v);
    shown_job shown;
    auto why = read_job(in, v, rules, shown);
    if (uid && shown.user_id && *shown.user_id != *uid)
      return;
    queue_row row;
    const auto job_id = job_id_of(shown.job_id);
    const auto array_id = array_of(shown.array_job, job_id);
    if (why.empty())
      why = to_row(std::move(shown), row);
    if (why.empty())
      out.rows.push_back(std::move(row));
    else
      out.bad.emplace_back(field::set_aside(text, why, job_id)).array_job_id = array_id;
  });
  if (!read)
    return tl::unexpected(read.error());
  return out;
}

}  // namespace settle::slurm
