#include "actors/bridge/slurm_cluster.hpp"

#include "actors/bridge/slurm_examination.hpp"
#include "actors/core/limits.hpp"
#include "actors/translate/site_findings.hpp"
#include "actors/translate/slurm_answers.hpp"
#include "io/slurm/commands.hpp"
#include "io/slurm/site.hpp"
#include "io/subprocess.hpp"

#include <asio/awaitable.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <span>
#include <string>
#include <utility>

extern char** environ;

namespace settle::actors {

namespace {

using std::chrono::milliseconds;

enum program : std::size_t { squeue, sacct, sbatch, scancel, sdiag, scontrol, program_count };
constexpr std::array<const char*, program_count> program_names{"squeue",  "sacct", "sbatch",
                                                               "scancel", "sdiag", "scontrol"};

/// What every command of one cluster shares. Lives as long as any coroutine that uses it.
struct shared {
  slurm_cluster_config config;
  std::vector<std::string> query_environment;
  std::vector<std::string> submit_environment;
  std::array<std::atomic<std::uint64_t>, program_count> calls{};

  std::vector<std::string> environment_for(program p) const {
    return p == sbatch ? submit_environment : query_environment;
  }
};
using shared_ptr = std::shared_ptr<shared>;

asio::awaitable<io::command_result> run(shared_ptr s, program p, io::command what) {
  what.environment = s->environment_for(p);
  s->calls[p].fetch_add(1, std::memory_order_relaxed);
  auto answer = co_await io::run_command(std::move(what));
  co_return answer;
}

asio::awaitable<void> list_jobs(shared_ptr s, std::function<void(listing_answer)> done) {
  auto command = slurm::list_command(s->config.uid, s->config.command_deadline);
  listing_answer answer;
  answer.begun = s->config.now().monotonic;
  auto said = co_await run(s, squeue, std::move(command));
  answer.latency = said.elapsed;
  listed_jobs found(slurm::rows_at_most(said));
  auto rest = slurm::read_listing_rows(std::move(said), s->config.uid,
                                       [&found](const slurm::queue_row& row) { found.add(row); });
  if (rest)
    answer.what = found.take(*rest);
  else
    answer.what = tl::unexpected(rest.error());
  done(std::move(answer));
}

/// Runs the calls one after the other; ids of calls that did not answer are not among `asked`.
asio::awaitable<void> account_jobs(shared_ptr s, std::vector<std::vector<std::uint64_t>> ids,
                                   std::vector<io::command> commands,
                                   std::function<void(accounting_answer)> done) {
  accounting_answer answer;
  std::vector<accounted_job> jobs;
  std::vector<std::uint64_t> answered;
  std::optional<io::error> trouble;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto command = std::move(commands[i]);
    auto said = co_await run(s, sacct, std::move(command));
    answer.latency = std::max(answer.latency, said.elapsed);
    answer.disabled = slurm::says_accounting_disabled(said);
    accounted_jobs found;
    auto bad = slurm::read_accounting_rows(std::move(said),
                                           [&found](const slurm::account_record& r) { found.add(r); });
    if (!bad) {
      trouble = bad.error();
      break;  // slurmdbd is in trouble: the other calls would only wait for their deadlines too
    }
    unread_jobs unread;
    found.take(*bad, jobs, unread);
    answer.some_task_unread = answer.some_task_unread || unread.some_task;
    answer.unread_text.cut = answer.unread_text.cut || unread.text.cut;
    for (auto& text : unread.text.texts)
      answer.unread_text.add(std::move(text));
    std::partition_copy(ids[i].begin(), ids[i].end(), std::back_inserter(answer.unread),
                        std::back_inserter(answered), [&](std::uint64_t id) { return unread.cover(id); });
  }
  answer.read = s->config.now().monotonic;
  if (trouble && answered.empty()) {
    for (auto& part : ids)
      answer.asked.insert(answer.asked.end(), part.begin(), part.end());
    answer.what = tl::unexpected(*trouble);
  } else {
    answer.asked = std::move(answered);
    answer.what = std::move(jobs);
  }
  done(std::move(answer));
}

asio::awaitable<void> submit_job(shared_ptr s, io::command command,
                                 std::function<void(io::result<std::uint64_t>)> done) {
  auto said = co_await run(s, sbatch, std::move(command));
  done(slurm::read_submission(said));
}

asio::awaitable<void> cancel_jobs(shared_ptr s, std::vector<io::command> commands,
                                  std::function<void(io::result<void>)> done) {
  io::result<void> answer;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto command = std::move(commands[i]);
    const bool is_update = command.argv.front() != program_names[scancel];  // how that ends does not matter
    auto said = co_await run(s, is_update ? scontrol : scancel, std::move(command));
    if (!is_update && (said.spawn_errno != 0 || said.end.exit != 0))
      answer = io::fail(io::errc::unavailable, slurm::describe_failure("scancel", said));
  }
  done(std::move(answer));
}

asio::awaitable<void> ask_backlog(shared_ptr s, std::function<void(std::optional<std::uint64_t>)> done) {
  auto command = slurm::diagnostics_command(s->config.command_deadline);
  auto said = co_await run(s, sdiag, std::move(command));
  done(slurm::read_dbd_queue_size(said));
}

asio::awaitable<void> ask_refusal(shared_ptr s, std::function<void(std::string)> done) {
  const auto deadline = std::min(s->config.command_deadline, core::limits::admission_patience);
  auto command = slurm::federation_command(deadline);
  const auto said = co_await run(s, scontrol, std::move(command));
  done(refusal_of(slurm::read_federation(said)));
}

asio::awaitable<void> ask_arrays(shared_ptr s, std::function<void(array_limits)> done) {
  auto command = slurm::config_command(s->config.command_deadline);
  const auto said = co_await run(s, scontrol, std::move(command));
  const auto config = slurm::read_config(said);
  array_limits out{core::limits::array_size_default, core::limits::array_script_bytes_max};
  if (config) {
    out.tasks_max = config->max_array_size.value_or(out.tasks_max);
    out.script_bytes_max = std::min<std::size_t>(out.script_bytes_max, config->max_script_bytes);
  }
  done(out);
}

slurm::job_request request_of(const job_spec& job) {
  slurm::job_request r;
  r.job_name = job.job_name;
  r.script = job.script;
  r.partition = job.wants->partition;
  r.account = job.wants->account;
  r.qos = job.wants->qos;
  r.constraint = job.wants->constraint;
  r.memory = job.wants->memory;
  r.time_limit = job.wants->time_limit;
  r.gres = job.wants->gres;
  r.cpus = job.wants->cpus;
  r.array = io::array_indexes(job.array).text();
  r.output_file = job.output_is_pattern ? job.output_file : slurm::escape_pattern(job.output_file);
  r.error_file = job.error_is_pattern ? job.error_file : slurm::escape_pattern(job.error_file);
  r.extra_args = job.wants->sbatch_args;
  return r;
}

class slurm_cluster final : public cluster {
public:
  slurm_cluster(std::shared_ptr<io::io_host> host, slurm_cluster_config config)
      : host_(std::move(host)), shared_(std::make_shared<shared>()) {
    shared_->config = std::move(config);
    shared_->query_environment = io::slurm_environment(environ, false);
    shared_->submit_environment = io::slurm_environment(environ, true);
  }

  void list(std::function<void(listing_answer)> done) override {
    start([s = shared_, done] { return list_jobs(s, done); },
          [s = shared_, done](io::error e) {
            done({tl::unexpected(std::move(e)), s->config.now().monotonic, {}});
          });
  }

  void account(std::vector<std::uint64_t> ids, std::size_t calls_max,
               std::function<void(accounting_answer)> done) override {
    std::vector<io::command> commands;
    std::vector<std::vector<std::uint64_t>> parts;  // the ids of each command
    for (std::span<const std::uint64_t> rest = ids; !rest.empty() && commands.size() < calls_max;) {
      std::size_t taken = 0;
      auto call =
          slurm::account_commands(shared_->config.uid, rest, 1, shared_->config.command_deadline, taken);
      if (taken == 0)
        break;
      commands.push_back(std::move(call.front()));
      parts.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
      rest = rest.subspan(taken);
    }
    start_accounting(std::move(parts), std::move(commands), std::move(done));
  }

  void account_by_name(std::vector<std::string> names, core::epoch_seconds since,
                       std::function<void(accounting_answer)> done) override {
    std::vector<io::command> commands;
    commands.push_back(
        slurm::account_by_name_command(shared_->config.uid, names, since, shared_->config.command_deadline));
    std::vector<std::vector<std::uint64_t>> parts(1);
    start_accounting(std::move(parts), std::move(commands), std::move(done));
  }

  void submit(const job_spec& job, std::function<void(io::result<std::uint64_t>)> done) override {
    // sbatch itself retries a full controller for up to 120 s; ended before, its answer would be unclear.
    auto deadline = 2 * shared_->config.command_deadline + core::limits::submit_patience;
    auto command = slurm::submit_command(request_of(job), deadline);
    start([s = shared_, command = std::move(command), done] { return submit_job(s, command, done); },
          [done](io::error e) { done(io::fail(io::errc::maybe_submitted, std::move(e.words))); });
  }

  void cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) override {
    auto commands = slurm::cancel_commands(ids, shared_->config.command_deadline);
    start([s = shared_, commands = std::move(commands), done] { return cancel_jobs(s, commands, done); },
          [done](io::error e) { done(tl::unexpected(std::move(e))); });
  }

  void accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) override {
    start([s = shared_, done] { return ask_backlog(s, done); }, [done](io::error) { done(std::nullopt); });
  }

  void arrays(std::function<void(array_limits)> done) override {
    start([s = shared_, done] { return ask_arrays(s, done); }, [done](io::error) { done({}); });
  }

  void examine(const core::policy& rules, std::function<void(site_answer)> done) override {
    const auto run_one = [s = shared_](io::command what) {
      const auto* const name = std::find(program_names.begin(), program_names.end(), what.argv.front());
      return run(s, static_cast<program>(name - program_names.begin()), std::move(what));
    };
    const examination how{shared_->config.uid, shared_->config.command_deadline, shared_->config.now, rules,
                          run_one};
    start([how, done] { return examine_site(how, done); },
          [done](io::error e) {
            done({{}, {{"controller", core::grade::cannot_work, std::move(e.words), "try again"}}});
          });
  }

  void refusal(std::function<void(std::string)> done) override {
    start([s = shared_, done] { return ask_refusal(s, done); }, [done](io::error) { done({}); });
  }

  std::vector<call_count> calls() const override {
    std::vector<call_count> out;
    for (std::size_t i = 0; i < program_count; ++i)
      out.push_back({program_names[i], shared_->calls[i].load(std::memory_order_relaxed)});
    return out;
  }

private:
  void start_accounting(std::vector<std::vector<std::uint64_t>> parts, std::vector<io::command> commands,
                        std::function<void(accounting_answer)> done) {
    auto failed = [s = shared_, parts, done](io::error e) {
      accounting_answer answer;
      for (const auto& part : parts)
        answer.asked.insert(answer.asked.end(), part.begin(), part.end());
      answer.what = tl::unexpected(std::move(e));
      answer.read = s->config.now().monotonic;
      done(std::move(answer));
    };
    start([s = shared_, parts = std::move(parts), commands = std::move(commands),
           done = std::move(done)] { return account_jobs(s, parts, commands, done); },
          std::move(failed));
  }
  /// `failed` answers in place of a coroutine that an exception ended (memory): nobody may wait for ever.
  void start(std::function<asio::awaitable<void>()> make, std::function<void(io::error)> failed) {
    host_->start(std::move(make), [failed = std::move(failed)](std::exception_ptr e) {
      if (e)
        failed({io::errc::unavailable, "the command could not be run: out of memory or descriptors"});
    });
  }

  std::shared_ptr<io::io_host> host_;
  std::shared_ptr<shared> shared_;
};

}  // namespace

std::shared_ptr<cluster> make_slurm_cluster(std::shared_ptr<io::io_host> host, slurm_cluster_config config) {
  return std::make_shared<slurm_cluster>(std::move(host), std::move(config));
}

}  // namespace settle::actors
