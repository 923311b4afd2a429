#include "actors/translate/site_findings.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

namespace {

using core::finding;
using core::grade;
using std::to_string;

/// The releases that settle's tests read answers of.
constexpr slurm::version oldest_tested{20, 11, 0};
constexpr slurm::version newest_tested{26, 5, 0};
/// Since then sacct prints exit codes from 128 on as they are.
constexpr slurm::version whole_exit_codes{25, 11, 0};
/// A slower listing stretches settle's interval.
constexpr core::duration slow_listing = std::chrono::milliseconds{1500};
/// Records that wait for slurmdbd beyond this: verdicts are late by more than moments.
constexpr std::uint64_t long_backlog = 1000;
constexpr core::duration notable_skew = std::chrono::seconds{60};

slurm::version release_of(slurm::version v) {
  v.patch = 0;
  return v;
}

const slurm::configuration* config_of(const site_answers& a) {
  return a.config && *a.config ? &**a.config : nullptr;
}

bool controller_answers(const site_answers& a) {
  return a.listing && a.listing->has_value();
}

core::accounting_state accounting_of(const site_answers& a) {
  const auto* config = config_of(a);
  if (a.accounting_disabled || (config && config->accounting_off()))
    return core::accounting_state::off;
  if (!a.accounting)
    return core::accounting_state::unknown;
  return *a.accounting ? core::accounting_state::on : core::accounting_state::silent;
}

finding version_finding(const site_answers& a) {
  if (!a.client)
    return {"version", grade::cannot_work, a.client.error().words,
            "make Slurm's commands work in this shell first: sbatch --version (is SLURM_CONF right?)"};
  const auto* config = config_of(a);
  const auto client = *a.client;
  const auto controller = config && config->controller_version ? *config->controller_version : client;
  std::string words = "Slurm " + slurm::version_words(client);
  if (config && config->controller_version && client != controller)
    words += " here, " + slurm::version_words(controller) + " on the controller";
  if (client < whole_exit_codes)
    words += "; its sacct prints exit codes from 128 on less 128, settle takes the controller's exact ones";
  if (release_of(client) > release_of(controller))
    return {"version", grade::attention,
            words + "; commands newer than their controller are not supported by Slurm",
            "use commands of the controller's release or of one before it"};
  const auto older = std::min(client, controller), newer = std::max(client, controller);
  if (older < oldest_tested || release_of(newer) > newest_tested)
    return {"version", grade::attention, words + "; settle is tested with 20.11 to 26.05",
            "try a small run first, and compare its verdicts with sacct"};
  return {"version", grade::ok, std::move(words), ""};
}

std::string hosts_words(const std::vector<slurm::controller_host>& hosts, bool up) {
  std::string out;
  for (const auto& h : hosts)
    if (h.up == up)
      out += (out.empty() ? "" : ", ") + h.host + " (" + h.role + ")";
  return out;
}

finding controller_finding(const site_answers& a) {
  if (!controller_answers(a)) {
    std::string words = a.listing ? a.listing->error().words : "slurmctld was not asked";
    if (const auto down = hosts_words(a.pinged, false); !down.empty())
      words += "; down: " + down;
    if (const auto up = hosts_words(a.pinged, true); !up.empty())
      words += "; up, says scontrol ping: " + up;
    return {"controller", grade::cannot_work, std::move(words),
            "wait until slurmctld answers (settle run would wait too), or ask the cluster's administrators"};
  }
  const auto latency = **a.listing;
  std::string words = "slurmctld answered squeue in " + time_words(latency);
  const auto* config = config_of(a);
  if (!config)
    return {"controller", grade::attention,
            words + ", but not scontrol show config: its limits are not known" +
                (a.config ? " (" + a.config->error().words + ")" : ""),
            "try: scontrol show config"};
  if (const auto up = hosts_words(config->controllers, true); !up.empty())
    words += "; up: " + up;
  if (const auto down = hosts_words(config->controllers, false); !down.empty())
    return {"controller", grade::attention, words + "; down: " + down,
            "the cluster works without; its administrators may want to know"};
  if (latency > slow_listing)
    return {"controller", grade::attention,
            words + "; it is slow: settle looks less often, so that it is not made slower",
            "nothing, or ask why slurmctld is busy"};
  return {"controller", grade::ok, std::move(words), ""};
}

finding federated(const std::string& name) {
  return {"federation", grade::cannot_work,
          "this cluster is in federation " + name +
              ": its jobs move to clusters that this one's queue and accounting do not show",
          "use a cluster that is in no federation"};
}

void add_federation(std::vector<finding>& to, const site_answers& a) {
  if (!a.federation)
    return;
  if (!*a.federation)
    to.push_back({"federation", grade::attention,
                  "it is not known whether this cluster is in a federation: " + a.federation->error().words,
                  "try: scontrol show federation; settle does not work in one"});
  else if ((*a.federation)->empty())
    to.push_back({"federation", grade::ok, "this cluster is in none", ""});
  else
    to.push_back(federated(**a.federation));
}

finding accounting_finding(const site_answers& a) {
  const auto* config = config_of(a);
  switch (accounting_of(a)) {
  case core::accounting_state::on: {
    std::string words = "on; sacct answered in " + time_words(**a.accounting);
    if (config && config->enforces("nosteps"))
      return {
          "accounting", grade::attention,
          words +
              ", but steps are not recorded (AccountingStorageEnforce=nosteps): exit codes are the jobs', "
              "memory and failed steps are not known",
          "ask the cluster's administrators to record steps"};
    return {"accounting", grade::ok, std::move(words), ""};
  }
  case core::accounting_state::off: {
    const bool no_jobs = config && config->enforces("nojobs");
    return {
        "accounting", grade::attention,
        std::string("off") + (no_jobs ? " for jobs (AccountingStorageEnforce=nojobs)" : "") +
            ": only what the controller still remembers of an ended job can tell how it ended; where nothing "
            "does, the item is completed, unconfirmed",
        "ask the cluster's administrators for accounting (slurmdbd)"};
  }
  case core::accounting_state::silent:
    return {"accounting", grade::attention,
            "kept, but it does not answer now: " + a.accounting->error().words +
                "; items stay settling until it does, or until --settle-no-record",
            "try again later: sacct -n -X"};
  case core::accounting_state::unknown:
    break;
  }
  return {"accounting", grade::attention, "not asked: Slurm's commands do not work here", ""};
}

void add_backlog(std::vector<finding>& to, const site_answers& a) {
  if (!a.backlog)
    return;
  const std::string words =
      to_string(*a.backlog) + " records of slurmctld's wait for slurmdbd (DBD Agent queue size)";
  if (*a.backlog >= long_backlog)
    to.push_back({"accounting_queue", grade::attention, words + ": verdicts come late",
                  "see whether slurmdbd and its database are well: sdiag"});
  else
    to.push_back({"accounting_queue", grade::ok, words, ""});
}

void add_clock(std::vector<finding>& to, const site_answers& a) {
  if (!controller_answers(a))
    return;
  if (!a.clock) {
    to.push_back({"clock", grade::attention,
                  "the controller's time is not known; settle allows its clock to be 600 s off ours",
                  "compare: date +%s; sdiag"});
    return;
  }
  const auto off = a.clock->skew < core::duration{} ? -a.clock->skew : a.clock->skew;
  const bool same = off <= a.clock->within;
  const bool behind = a.clock->skew < core::duration{};
  const std::string words =
      same ? "the controller's clock agrees with ours to within " + time_words(off + a.clock->within)
           : "the controller's clock is " + time_words(off) + (behind ? " behind" : " ahead of") +
                 " ours, to within " + time_words(a.clock->within);
  if (off > notable_skew)
    to.push_back({"clock", grade::attention,
                  words + "; settle measures it again from its own submissions, and allows 600 s more "
                          "wherever it compares times",
                  "set this machine's clock (chrony, ntp); munge refuses what is 300 s off"});
  else
    to.push_back({"clock", grade::ok, words, ""});
}

}  // namespace

std::string refusal_of(const io::result<std::string>& federation) {
  if (!federation || federation->empty())
    return {};
  const auto found = federated(*federation);
  return found.words + ". Nothing was submitted; " + found.remedy;
}

std::string time_words(core::duration d) {
  const auto ms = d.count();
  if (ms < 1000)
    return to_string(ms) + "ms";
  const auto tenths = (ms + 50) / 100;
  const bool is_whole = tenths % 10 == 0 || tenths >= 1000;
  return to_string(tenths / 10) + (is_whole ? "" : "." + to_string(tenths % 10)) + "s";
}

core::site_facts facts_of(const site_answers& a) {
  core::site_facts out;
  if (a.client)
    out.client_version = slurm::version_words(*a.client);
  out.controller_answers = controller_answers(a);
  if (out.controller_answers)
    out.listing_latency = **a.listing;
  out.accounting = accounting_of(a);
  out.accounting_backlog = a.backlog;
  if (a.clock) {
    out.skew = a.clock->skew;
    out.skew_within = a.clock->within;
  }
  if (a.federation && *a.federation)
    out.federated = !(*a.federation)->empty();
  if (const auto* config = config_of(a)) {
    out.cluster = config->cluster;
    if (config->controller_version)
      out.controller_version = slurm::version_words(*config->controller_version);
    out.array_size_max = config->max_array_size;
    out.jobs_max = config->max_job_count;
    out.script_bytes_max = config->max_script_bytes;
    out.ended_jobs_kept = config->min_job_age;
    out.message_timeout = config->message_timeout;
  }
  return out;
}

std::vector<core::finding> findings_of(const site_answers& a, const core::policy& rules) {
  std::vector<finding> out;
  out.push_back(version_finding(a));
  if (!a.client && !a.listing)
    return out;  // nothing else was asked
  out.push_back(controller_finding(a));
  add_federation(out, a);
  out.push_back(accounting_finding(a));
  add_backlog(out, a);
  add_clock(out, a);
  if (const auto* config = config_of(a))
    add_limit_findings(out, *config, rules);
  return out;
}

}  // namespace settle::actors
