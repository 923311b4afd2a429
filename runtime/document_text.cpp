#include "runtime/document_text.hpp"

#include "actors/translate/json_writer.hpp"
#include "runtime/export_rules.hpp"

#include <array>
#include <utility>

namespace settle {

namespace {

using actors::json_writer;
using tasks::resources;

constexpr std::array<std::pair<const char*, std::string resources::*>, 8> resource_texts{{
    {"working_dir", &resources::working_dir},
    {"partition", &resources::partition},
    {"account", &resources::account},
    {"qos", &resources::qos},
    {"constraint", &resources::constraint},
    {"memory", &resources::memory},
    {"time_limit", &resources::time_limit},
    {"gres", &resources::gres},
}};

/// What differs from `beside`: an empty value takes back what stands there.
void write_resources(json_writer& out, const resources& wants, const resources& beside) {
  for (const auto& [name, member] : resource_texts)
    if (wants.*member != beside.*member)
      out.text(name, wants.*member);
  if (wants.cpus != beside.cpus)
    out.whole_or_null("cpus", wants.cpus);
  if (wants.sbatch_args != beside.sbatch_args)
    out.texts("sbatch_args", wants.sbatch_args);
}

void write_task(json_writer& out, const tasks::task& task, const resources& defaults) {
  out.open();
  out.text("id", task.id);
  out.text("name", task.name);
  out.text("command", task.command);
  write_resources(out, *task.wants, defaults);
  if (!task.deps.empty())
    out.texts("deps", task.deps);
  out.text_if_any("output_file", task.output_file);
  out.text_if_any("error_file", task.error_file);
  out.text_if_any("generates_source", task.generates_source);
  if (!task.env.empty())
    write_rules(out, "env", task.env);
  if (task.own_init)
    out.text("init", task.init);
  out.close();
}

}  // namespace

std::string document_text(const tasks::document& doc) {
  json_writer out;
  std::string text;
  out.open();
  out.text_if_any("title", doc.title);
  write_resources(out, doc.defaults, {});
  out.text_if_any("init", doc.init);
  if (!doc.env.empty())
    write_rules(out, "env", doc.env);
  if (!doc.groups.empty()) {
    out.open("env_groups");
    for (const auto& [name, rules] : doc.groups)
      write_rules(out, name, rules);
    out.close();
  }
  out.open_list("tasks");
  for (const tasks::task& task : doc.tasks) {
    text += out.take() + "\n";
    write_task(out, task, doc.defaults);
  }
  out.close_list();
  out.close();
  return text + out.take() + "\n";
}

}  // namespace settle
