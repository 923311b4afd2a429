#include "io/tasks/task_reader.hpp"

#include "io/slurm/commands.hpp"
#include "io/tasks/env_reader.hpp"
#include "io/tasks/quantities.hpp"
#include "io/tasks/wording.hpp"

namespace settle::tasks {

namespace {

constexpr std::int64_t cpus_max = 65'533;  // Slurm keeps 16 bits and needs the two highest for itself

std::string quoted(field f) {
  return '"' + std::string(key_of(f)) + '"';
}

constexpr std::array<std::string resources::*, 8> resource_texts{
    // in the order of `field`
    &resources::working_dir, &resources::partition, &resources::account,    &resources::qos,
    &resources::constraint,  &resources::memory,    &resources::time_limit, &resources::gres};
static_assert(static_cast<std::size_t>(field::cpus) == resource_texts.size());

std::string task::*text_of(field f) {
  switch (f) {
  case field::id:
    return &task::id;
  case field::name:
    return &task::name;
  default:
    return &task::command;
  }
}

rare_text task::*rare_text_of(field f) {
  switch (f) {
  case field::output_file:
    return &task::output_file;
  case field::error_file:
    return &task::error_file;
  case field::generates_source:
    return &task::generates_source;
  default:
    return &task::init;
  }
}

bool is_path(field f) {
  return f == field::working_dir || f == field::output_file || f == field::error_file ||
         f == field::generates_source;
}

void check_text(json_input& in, field f, const std::string& text, place at) {
  if (f == field::memory && !text.empty() && !is_memory(text))
    in.problem_at(
        at, "\"memory\" is " + shown(text) +
                "; Slurm reads a number and one of K M G T (or none: megabytes), such as \"4G\", \"500M\", "
                "\"4096\", or \"0\" for all of a node's");
  if (f == field::time_limit && !text.empty() && !read_time_limit(text))
    in.problem_at(at, "\"time_limit\" is " + shown(text) +
                          "; Slurm reads \"minutes\", \"mm:ss\", \"hh:mm:ss\", \"d-hh\", \"d-hh:mm\", "
                          "\"d-hh:mm:ss\" or \"UNLIMITED\"");
  if (f == field::id && text.empty())
    in.problem_at(at, "\"id\" is empty; every task needs one of its own");
  if (is_path(f))
    warn_of_dollars(in, key_of(f), text, at);
}

void read_sbatch_args(json_input& in, json_input::value& v, std::vector<std::string>& out) {
  std::vector<place> places;
  out.clear();
  in.texts(v, "\"sbatch_args\"", out, &places);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (const auto reason = slurm::refuse_sbatch_arg(out[i]))
      in.problem_at(places[i], "sbatch_args: " + shown(out[i]) + " is refused: " + *reason);
  }
}

void read_text_field(json_input& in, field f, json_input::value& v, std::string& out) {
  const place at = in.where(v);
  if (in.text(v, quoted(f), out))
    check_text(in, f, out, at);
}

void read_deps(json_input& in, field f, json_input::value& v, task& t, task_places& places,
               const given_fields& given) {
  const field other = f == field::deps ? field::dependencies : field::deps;
  if (given.has(other)) {
    in.problem_at(given.at(f), quoted(f) + " and " + quoted(other) + " (at " +
                                   line_and_column(given.at(other)) +
                                   ") are two spellings of one thing; keep one of them");
    return in.skip(v);
  }
  in.texts(v, quoted(f), t.deps.write(), &places.deps.write());
}

void read_task_field(json_input& in, field f, json_input::value& v, task& t, task_places& places,
                     const given_fields& given) {
  if (f == field::deps || f == field::dependencies)
    return read_deps(in, f, v, t, places, given);
  if (f == field::env)
    return read_env_rules(in, v, "\"env\"", t.env.write());
  if (f == field::id)
    places.id = in.where(v);
  if (f == field::init)
    t.own_init = true;
  if (f == field::id || f == field::name || f == field::command)
    return read_text_field(in, f, v, t.*text_of(f));
  std::string text;
  read_text_field(in, f, v, text);
  t.*rare_text_of(f) = std::move(text);
}

void tell_missing(json_input& in, const task& t, place at, const given_fields& given) {
  std::string missing;
  for (const field f : {field::id, field::name, field::command}) {
    if (!given.has(f))
      missing += (missing.empty() ? "" : ", ") + quoted(f);
  }
  if (missing.empty())
    return;
  const std::string who = t.id.empty() ? "this task" : "task " + shown(t.id);
  in.problem_at(at, who + " lacks " + missing + " (every task needs \"id\", \"name\" and \"command\")");
}

}  // namespace

bool given_fields::first(json_input& in, field f, place where) {
  if (has(f)) {
    in.problem_at(where,
                  quoted(f) + " is given twice in one object; the first stands at " + line_and_column(at(f)));
    return false;
  }
  mask_ |= std::uint64_t{1} << static_cast<unsigned>(f);
  places_[static_cast<std::size_t>(f)] = where;
  return true;
}

bool accept_key(json_input& in, std::string_view key, field f, level where, place at, json_input::value& v) {
  if (where == level::record) {
    const bool used = allowed(f, level::task) && f != field::env;
    if (!used)
      in.skip(v);
    return used;
  }
  if (allowed(f, where))
    return true;
  if (ignored(f, where))
    in.warn_once(at, key,
                 "\"" + std::string(key) + "\" is scripthut's and means nothing to settle; it is left out");
  else
    in.problem_at(at, refuse_key(key, f, where));
  in.skip(v);
  return false;
}

void read_resource(json_input& in, field f, json_input::value& v, resources& out) {
  if (f == field::sbatch_args)
    return read_sbatch_args(in, v, out.sbatch_args);
  if (f != field::cpus)
    return read_text_field(in, f, v, out.*resource_texts[static_cast<std::size_t>(f)]);
  std::int64_t cpus = 0;
  if (in.whole_number(v, "\"cpus\"", 1, cpus_max, cpus))
    out.cpus = cpus;
}

std::uint16_t read_task(json_input& in, json_input::value& v, place at, task& t, task_places& places,
                        resources& own, level where) {
  places.at = places.id = at;
  given_fields given;
  seen_keys strange;
  const bool whole =
      in.fields_of(v, "a task", [&](std::string_view key, place key_at, json_input::value& value) {
        const field f = find_field(key);
        if (f == field::unknown && !strange.first(in, key, key_at))
          return in.skip(value);
        if (f != field::unknown && !given.first(in, f, key_at))
          return in.skip(value);
        if (!accept_key(in, key, f, where, key_at, value))
          return;
        const bool required = f == field::id || f == field::name || f == field::command;
        if (!required && in.is_null(value))
          return given.forget(f);
        if (f <= field::sbatch_args)
          read_resource(in, f, value, own);
        else
          read_task_field(in, f, value, t, places, given);
      });
  if (whole)
    tell_missing(in, t, at, given);
  return given.resources_mask();
}

void fill_defaults(resources& r, std::uint16_t given, const resources& defaults) {
  const auto lacks = [&](field f) { return (given >> static_cast<unsigned>(f) & 1) == 0; };
  for (std::size_t i = 0; i < resource_texts.size(); ++i) {
    const std::string& wanted = defaults.*resource_texts[i];
    if (!wanted.empty() && lacks(static_cast<field>(i)))
      r.*resource_texts[i] = wanted;
  }
  if (lacks(field::cpus))
    r.cpus = defaults.cpus;
  if (lacks(field::sbatch_args) && !defaults.sbatch_args.empty())
    r.sbatch_args = defaults.sbatch_args;
}

void warn_of_dollars(json_input& in, std::string_view name, std::string_view text, place at) {
  for (auto dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$', dollar + 1)) {
    const std::string_view rest = text.substr(dollar);
    if (rest.starts_with("${SETTLE_") || rest.starts_with("${SCRIPTHUT_"))
      continue;
    return in.warn_once(
        at, std::string(name) + "$",
        "\"" + std::string(name) + "\" holds " + shown(rest) +
            ": settle replaces ${SETTLE_…} and ${SCRIPTHUT_…} here, the rest stays as it is written");
  }
}

}  // namespace settle::tasks
