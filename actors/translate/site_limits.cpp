// What a cluster's configuration limits, judged against the rules that settle would run with.
#include "actors/translate/site_findings.hpp"

#include <utility>

namespace settle::actors {

namespace {

using core::finding;
using core::grade;
using std::to_string;

/// Below this a script with a long command or environment may be refused.
constexpr std::uint64_t small_script = 64u << 10;

std::string size_words(std::uint64_t bytes) {
  if (bytes >= 1u << 20 && bytes % (1u << 20) == 0)
    return to_string(bytes >> 20) + " MiB";
  if (bytes >= 1u << 10 && bytes % (1u << 10) == 0)
    return to_string(bytes >> 10) + " KiB";
  return to_string(bytes) + " bytes";
}

finding array_finding(std::uint64_t size) {
  if (size < 2)
    return {"max_array_size", grade::attention,
            "this cluster takes no job arrays (MaxArraySize " + to_string(size) +
                "): every task is a job of its own",
            "ask for MaxArraySize of some thousands: many alike jobs then cost one sbatch"};
  return {
      "max_array_size", grade::ok,
      "one job array holds up to " + to_string(size) +
          " tasks (MaxArraySize); tasks that ask for the same go out as arrays, unless --no-arrays is given",
      ""};
}

/// 0: the controller never forgets (slurm.conf). Two looks: one may come late or be void.
finding job_age_finding(core::duration age, const core::policy& rules) {
  if (age == core::duration{})
    return {"min_job_age", grade::ok, "the controller remembers ended jobs without limit (MinJobAge 0)", ""};
  const std::string words = "the controller remembers an ended job for " + time_words(age) + " (MinJobAge)";
  if (age < 2 * rules.poll_interval)
    return {"min_job_age", grade::attention,
            words + " and settle looks every " + time_words(rules.poll_interval) +
                ": it may forget before settle looks, and then accounting alone tells how a job ended",
            "ask for MinJobAge=300, Slurm's default, or use a shorter --poll-interval"};
  return {"min_job_age", grade::ok, words + "; settle looks every " + time_words(rules.poll_interval), ""};
}

finding script_finding(std::uint64_t bytes) {
  const std::string words = "a job's script may have " + size_words(bytes) + " (max_script_size)";
  if (bytes < small_script)
    return {"max_script_size", grade::attention, words + ": jobs with more to say are refused",
            "keep long commands in files of their own, or ask for max_script_size=4194304, Slurm's default"};
  return {"max_script_size", grade::ok, words, ""};
}

finding timeout_finding(core::duration timeout, const core::policy& rules) {
  const std::string words =
      "Slurm's commands give a silent controller " + time_words(timeout) + " (MessageTimeout)";
  if (timeout >= rules.command_deadline)
    return {"message_timeout", grade::attention,
            words + ", settle ends them after " + time_words(rules.command_deadline) + " already",
            "use --command-deadline " +
                to_string(std::chrono::ceil<std::chrono::seconds>(timeout).count() + 10) + "s"};
  return {"message_timeout", grade::ok,
          words + ", settle ends them after " + time_words(rules.command_deadline), ""};
}

finding rate_finding(const slurm::rate_limit& rate) {
  const std::string words = "each user has " + to_string(rate.bucket) + " requests at once and " +
                            to_string(rate.refill) + " more every " + to_string(rate.period_s) +
                            " s (rl_enable): Slurm's commands wait their turn, settle sees that as a slow "
                            "controller and asks less often";
  // A cycle is one squeue, at most four sacct (which ask slurmdbd) and one sdiag.
  if (rate.refill < rate.period_s)
    return {"rate_limit", grade::attention, words,
            "other commands of yours share the allowance: run few of them"};
  return {"rate_limit", grade::ok, words, ""};
}

finding enforce_finding(const slurm::configuration& config) {
  std::string listed;
  for (const auto& word : config.accounting_enforce)
    listed += (listed.empty() ? "" : ",") + word;
  if (listed.empty())
    return {"enforce", grade::ok,
            "submissions are not held to limits of accounts (AccountingStorageEnforce none)", ""};
  return {
      "enforce", grade::ok,
      "AccountingStorageEnforce " + listed +
          ": an sbatch beyond a limit of jobs is refused for now and repeated, paced, until there is room",
      ""};
}

}  // namespace

void add_limit_findings(std::vector<core::finding>& to, const slurm::configuration& config,
                        const core::policy& rules) {
  if (config.max_array_size)
    to.push_back(array_finding(*config.max_array_size));
  if (config.max_job_count)
    to.push_back({"max_jobs", grade::ok,
                  "the controller holds at most " + to_string(*config.max_job_count) +
                      " jobs of all users (MaxJobCount); when it is full settle waits",
                  ""});
  if (config.min_job_age)
    to.push_back(job_age_finding(*config.min_job_age, rules));
  to.push_back(script_finding(config.max_script_bytes));
  if (config.message_timeout)
    to.push_back(timeout_finding(*config.message_timeout, rules));
  if (config.rate)
    to.push_back(rate_finding(*config.rate));
  else
    to.push_back({"rate_limit", grade::ok, "slurmctld limits nobody's rate of requests", ""});
  to.push_back(enforce_finding(config));
  if (config.job_requeue)
    to.push_back({"requeue", grade::ok,
                  *config.job_requeue
                      ? "Slurm runs jobs of failed nodes again by itself (JobRequeue 1): settle follows each "
                        "such attempt"
                      : "jobs of failed nodes are not run again unless they ask for it (JobRequeue 0)",
                  ""});
}

}  // namespace settle::actors
