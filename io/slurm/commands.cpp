#include "io/slurm/commands.hpp"

#include "io/array_indexes.hpp"
#include "io/job_id.hpp"
#include "io/slurm/parse.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace settle::slurm {
namespace {

/// Linux allows 128 KiB for one argument (MAX_ARG_STRLEN); sacct needs some 4 s for 10 000 ids with steps.
constexpr std::size_t id_list_bytes_max = 60'000;

command make(std::vector<std::string> argv, std::chrono::milliseconds deadline) {
  command out;
  out.argv = std::move(argv);
  out.deadline = deadline;
  return out;
}

/// The ids from `at` on, with commas, as many as fit; moves `at` past them.
std::string id_list(std::span<const std::uint64_t> ids, std::size_t& at) {
  std::string out;
  for (; at < ids.size(); ++at) {
    const auto id = io::job_id_text(ids[at]);
    if (out.size() + 1 + id.size() > id_list_bytes_max)
      break;
    if (!out.empty())
      out += ',';
    out += id;
  }
  return out;
}

/// -D: earlier attempts too. -u: nobody else's rows. Never -X: the steps decide as well.
std::vector<std::string> sacct(std::uint32_t uid) {
  return {"sacct", "-n", "-P", "-D", "--user=" + std::to_string(uid)};
}

std::string format_option() {
  return "--format=" + std::string(accounting_format);
}

}  // namespace

command list_command(std::uint32_t uid, std::chrono::milliseconds deadline) {
  // -a: jobs in hidden partitions and in partitions the user may no longer use are listed too.
  return make({"squeue", "-h", "-a", "--user=" + std::to_string(uid), "--states=all", "-O",
               std::string(queue_format)},
              deadline);
}

std::vector<command> account_commands(std::uint32_t uid, std::span<const std::uint64_t> ids,
                                      std::size_t calls_max, std::chrono::milliseconds deadline,
                                      std::size_t& taken) {
  std::vector<command> out;
  taken = 0;
  while (out.size() < calls_max && taken < ids.size()) {
    auto argv = sacct(uid);
    argv.insert(argv.end(), {"-j", id_list(ids, taken), format_option()});
    out.push_back(make(std::move(argv), deadline));
  }
  return out;
}

command account_by_name_command(std::uint32_t uid, std::span<const std::string> names, std::int64_t since,
                                std::chrono::milliseconds deadline) {
  std::string list;
  for (const auto& name : names) {
    assert(name.find(',') == std::string::npos);
    if (!list.empty())
      list += ',';
    list += name;
  }
  auto argv = sacct(uid);
  // With -S alone sacct leaves out jobs that were never eligible (held, then cancelled); with states and an
  // end it shows them. "uts" is how Slurm takes an epoch.
  argv.insert(argv.end(), {"--name=" + list, "-S", "uts" + std::to_string(since), "-E", "now", "-s",
                           "PD,R,S,RQ,RS,CD,CA,F,TO,NF,PR,BF,DL,OOM", format_option()});
  return make(std::move(argv), deadline);
}

command submit_command(const job_request& job, std::chrono::milliseconds deadline) {
  // --chdir=/: the script enters working_dir itself, because Slurm runs elsewhere if it cannot.
  std::vector<std::string> argv{"sbatch", "--parsable", "--job-name=" + job.job_name, "--chdir=/"};
  const auto ask = [&](const char* option, const std::string& value) {
    if (!value.empty())
      argv.push_back(option + value);
  };
  ask("--output=", job.output_file);
  ask("--error=", job.error_file);
  if (job.append)
    argv.emplace_back("--open-mode=append");
  ask("--partition=", job.partition);
  ask("--account=", job.account);
  ask("--qos=", job.qos);
  ask("--constraint=", job.constraint);
  if (job.cpus)
    ask("--cpus-per-task=", std::to_string(*job.cpus));
  ask("--mem=", job.memory);
  ask("--time=", job.time_limit);
  ask("--gres=", job.gres);
  ask("--array=", job.array);
  // Last: an argument that lacks its value can then swallow nothing of ours.
  argv.insert(argv.end(), job.extra_args.begin(), job.extra_args.end());
  auto out = make(std::move(argv), deadline);
  out.input = job.script;
  return out;
}

std::string escape_pattern(std::string_view path) {
  // slurmd's fname_create: one backslash anywhere turns all % literal, and of a pair of them one is left.
  const char doubled = path.find('\\') == std::string_view::npos ? '%' : '\\';
  std::string out;
  out.reserve(path.size());
  for (const char c : path)
    out.append(c == doubled ? 2u : 1u, c);
  return out;
}

std::vector<command> cancel_commands(std::span<const std::uint64_t> ids, std::chrono::milliseconds deadline) {
  std::vector<std::uint64_t> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end(), io::older_job);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<command> out;
  std::vector<std::string> argv{"scancel"};
  std::size_t bytes = 0;
  const auto add = [&](std::string id) {
    bytes += id.size();
    argv.push_back(std::move(id));
    if (bytes >= id_list_bytes_max) {
      out.push_back(make(std::exchange(argv, {"scancel"}), deadline));
      bytes = 0;
    }
  };
  for (auto at = sorted.begin(); at != sorted.end();) {
    if (!io::is_array_task(*at)) {
      add(std::to_string(*at++));
      continue;
    }
    const auto array = io::array_id_of(*at);
    std::vector<std::uint32_t> indexes;
    for (; at != sorted.end() && io::is_array_task(*at) && io::array_id_of(*at) == array; ++at)
      indexes.push_back(io::array_index_of(*at));
    for (const auto& piece : io::array_indexes(indexes).pieces(id_list_bytes_max)) {
      auto tasks = std::to_string(array) + "_[" + piece + "]";
      out.push_back(make({"scontrol", "update", "JobId=" + tasks, "Nice=0"}, deadline));
      out.push_back(make({"scancel", std::move(tasks)}, deadline));
    }
  }
  if (argv.size() > 1)
    out.push_back(make(std::move(argv), deadline));
  return out;
}

command diagnostics_command(std::chrono::milliseconds deadline) {
  return make({"sdiag"}, deadline);
}

}  // namespace settle::slurm
