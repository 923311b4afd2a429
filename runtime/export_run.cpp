#include "runtime/export_run.hpp"

#include "actors/job_spec.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/json_writer.hpp"
#include "io/files.hpp"
#include "io/job_id.hpp"
#include "runtime/export_deps.hpp"
#include "runtime/export_imported.hpp"
#include "runtime/export_rules.hpp"
#include "runtime/import_run.hpp"
#include "runtime/iso_time.hpp"
#include "runtime/journal_head.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <span>
#include <unordered_map>

namespace settle {

namespace {

using actors::json_writer;
using tasks::document;
using tasks::env_rule;

/// "1.2G", "512M", "4K": as scripthut says what a job used.
std::string size_words(std::int64_t bytes) {
  constexpr double kilo = 1024;
  const auto size = static_cast<double>(bytes);
  if (size >= kilo * kilo * kilo)
    return fmt::format("{:.1f}G", size / (kilo * kilo * kilo));
  if (size >= kilo * kilo)
    return fmt::format("{:.0f}M", size / (kilo * kilo));
  return size >= kilo ? fmt::format("{:.0f}K", size / kilo) : fmt::format("{}B", bytes);
}

class exporter {
public:
  exporter(const shown_run& run, actors::kept_run kept)
      : run_(run), kept_(std::move(kept)), deps_(run.documents) {
    kept_.facts.folder = run.folder;
    for (const auto& doc : run.documents)
      for (const tasks::task& task : doc->tasks)
        document_of_.emplace(&task, doc.get());
    account_ = account();
  }

  void write(const std::function<void(std::string_view)>& piece) {
    write_head();
    out_.open_list("items");
    for (std::size_t i = 0; i < run_.items.size(); ++i) {
      write_item(i);
      piece(out_.take());
      piece("\n");
    }
    out_.close_list();
    out_.close();
    piece(out_.take() + "\n");
  }

  bool left_patterns() const noexcept { return deps_.left_patterns(); }

private:
  void write_head() {
    out_.open();
    out_.whole("version", 2);
    out_.text("id", run_.id);
    out_.text("workflow_name", run_.title.empty() ? run_.id : run_.title);
    out_.text("backend_name", run_.backend);
    out_.text_or_null("created_at", run_.created_at ? iso_time(*run_.created_at) : kept_.facts.created_at);
    kept_.max_concurrent == 0 ? out_.null("max_concurrent")
                              : out_.whole("max_concurrent", kept_.max_concurrent);
    out_.text("log_dir", run_.folder + "/logs");
    out_.text_or_null("account", account_);
    out_.truth("login_shell", false);
    for (const char* name : {"commit_hash", "git_repo", "git_branch", "source_name"})
      out_.null(name);
    write_rules(out_, "doc_env",
                run_.documents.empty() ? std::span<const env_rule>{} : run_.documents[0]->env);
    out_.open("doc_env_groups");
    for (const auto& [name, rules] : groups())
      write_rules(out_, name, *rules);
    out_.close();
    out_.json("doc_stacks", "{}");
    out_.truth("agent_session", false);
    out_.null("agent_mode");
    out_.null("agent_session_name");
  }

  /// scripthut has one account for a run: that of all tasks, where they agree.
  std::string account() const {
    const std::string* common = nullptr;
    for (const auto& [task, doc] : document_of_) {
      if (common != nullptr && *common != task->wants->account)
        return {};
      common = &task->wants->account;
    }
    return common == nullptr ? std::string{} : *common;
  }

  std::map<std::string, const std::vector<env_rule>*> groups() const {
    std::map<std::string, const std::vector<env_rule>*> all;
    for (const auto& doc : run_.documents)
      for (const auto& [name, rules] : doc->groups)
        all[name] = &rules;
    return all;
  }

  void write_item(std::size_t index) {
    const shown_item& it = run_.items[index];
    const bool over = core::is_terminal(it.last.status);
    const std::string state = it.last.facts.raw_state;
    const auto time = [this](std::string_view name, std::optional<core::duration> at) {
      out_.text_or_null(name, at ? iso_time(*at) : std::string{});
    };
    out_.open();
    write_task(index);
    out_.text("status", core::to_text(it.last.status));
    out_.text_or_null("job_id", it.last.job_id == 0 ? std::string{} : io::job_id_text(it.last.job_id));
    out_.null("user");
    time("submitted_at", it.submitted_at);
    time("started_at", it.started_at);
    time("finished_at", it.finished_at);
    out_.text_or_null("error", it.last.error);
    out_.null("submit_script");
    out_.null("submit_output");
    const auto share = it.last.facts.cpu_efficiency;
    out_.real_or_null("cpu_efficiency", share ? std::optional(*share * 100) : std::nullopt);
    const auto rss = it.last.facts.max_rss_bytes;
    out_.text_or_null("max_rss", rss && *rss > 0 ? size_words(*rss) : std::string{});
    out_.text_or_null("scheduler_state", over ? state.substr(0, state.find(' ')) : std::string{});
    out_.whole_or_null("exit_code", it.last.exit_code);
    out_.json("outputs", "[]");
    out_.truth("has_run_summary", false);
    out_.text_or_null("pending_reason",
                      it.last.status == core::item_status::queued ? it.last.reason : std::string{});
    out_.null("cache_key");
    out_.truth("cache_hit", false);
    out_.null("input_hashes");
    out_.null("output_hashes");
    out_.close();
  }

  void write_task(std::size_t index) {
    static const tasks::task unknown;
    const shown_item& it = run_.items[index];
    const tasks::task& task = it.task ? *it.task : unknown;
    const auto& wants = *task.wants;
    const auto [out_file, err_file] = files_of(index);
    out_.open("task");
    out_.text("id", it.id);
    out_.text_or_null("name", task.name);
    out_.text_or_null("command", task.command);
    out_.text_or_null("working_dir", it.task ? actors::absolute_path(wants.working_dir, kept_.facts.start_dir,
                                                                     kept_.facts.home)
                                             : std::string{});
    out_.text_or_null("partition", wants.partition);
    out_.whole_or_null("cpus", wants.cpus);
    out_.text_or_null("memory", wants.memory);
    out_.text_or_null("time_limit", wants.time_limit);
    const auto doc = document_of_.find(it.task);
    out_.texts("dependencies", doc == document_of_.end() ? task.deps.list() : deps_.of(task, *doc->second));
    out_.text_or_null("generates_source", task.generates_source);
    out_.text_or_null("output_file", out_file);
    out_.text_or_null("error_file", err_file);
    write_env(task);
    out_.text_or_null("gres", wants.gres);
    out_.null("image");
    out_.json("inputs", "[]");
    out_.json("outputs", "[]");
    out_.truth("cache", true);
    out_.text("cache_scope", "commit");
    write_what_scripthut_passes_over(wants);
    out_.close();
  }

  void write_what_scripthut_passes_over(const tasks::resources& wants) {
    if (wants.account != account_)
      out_.text_if_any("account", wants.account);
    out_.text_if_any("qos", wants.qos);
    out_.text_if_any("constraint", wants.constraint);
    if (!wants.sbatch_args.empty())
      out_.texts("sbatch_args", wants.sbatch_args);
  }

  /// The rules that hold for it beside the first document's: a generated document's own, then its own. What settle
  /// calls `init` is the last of them.
  void write_env(const tasks::task& task) {
    const auto found = document_of_.find(&task);
    if (found == document_of_.end())
      return write_rules(out_, "env", task.env);
    const document& doc = *found->second;
    const std::size_t shared = run_.documents[0]->env.size();
    const auto own = std::span(doc.env).subspan(std::min(shared, doc.env.size()));
    write_rules(out_, "env", own, task.env, task.own_init ? task.init.str() : doc.init);
  }

  /// Where its words are; as the task says where only Slurm knows, and null before it was submitted.
  std::pair<std::string, std::string> files_of(std::size_t index) const {
    const shown_item& it = run_.items[index];
    const auto found = document_of_.find(it.task);
    if (found == document_of_.end())
      return {};
    std::pair given{it.task->output_file.str(), it.task->error_file.str()};
    if (it.last.attempt == 0)
      return given;
    const auto spec =
        actors::make_job_spec(kept_.facts, *found->second, *it.task, static_cast<core::item_index>(index), 1);
    return spec ? std::pair{spec->output_file, spec->error_file} : given;
  }

  const shown_run& run_;
  actors::kept_run kept_;
  std::unordered_map<const tasks::task*, const document*> document_of_;
  resolved_deps deps_;
  std::string account_;
  json_writer out_;
};

}  // namespace

io::result<void> export_run(const std::string& state_dir, const std::string& run,
                            const std::function<void(std::string_view)>& piece,
                            std::vector<std::string>& warnings) {
  auto shown = read_run(state_dir, run, "");
  if (!shown)
    return tl::unexpected(shown.error());
  const std::string imported = shown->folder + "/" + std::string(imported_file_name);
  std::string text;
  const int error = io::read_whole_file(imported, text);
  // Only where there is no such file it is a run of settle's: else tasks would be exported without their env.
  if (error != 0 && error != ENOENT)
    return io::fail(io::errc::storage, imported + " cannot be read: " + io::errno_words(error));
  if (error == 0) {
    if (const auto wrong = write_current_form(text, piece, warnings); !wrong.empty())
      return io::fail(io::errc::storage, imported + " cannot be read: " + wrong);
    return {};
  }
  auto kept = read_journal_head(shown->folder);
  if (!kept)
    return tl::unexpected(kept.error());
  warnings.insert(warnings.end(), shown->warnings.begin(), shown->warnings.end());
  exporter out(*shown, std::move(*kept));
  out.write(piece);
  if (out.left_patterns())
    warnings.push_back("some of `dependencies` are patterns still: what they match would be millions of ids");
  return {};
}

}  // namespace settle
