#include "io/slurm/sbatch_words.hpp"

#include "io/slurm/fields.hpp"

#include <algorithm>
#include <array>

namespace settle::slurm {
namespace {

using enum refusal;

struct meaning {
  std::string_view text;
  refusal says;
};

/// What may follow "Batch job submission failed: " (slurm_errno.c). slurmctld answers with an error code only
/// after it gave the request up, so its codes are never unclear; the codes that sbatch finds by itself are,
/// if the request may have left. A text that is not here is unclear: searching costs minutes, a second job is
/// wrong.
constexpr std::array submission_failed{
    // sbatch never reached slurmctld: slurm_open_controller_conn() gave up before anything was sent.
    meaning{"Unable to contact slurm controller (connect failure)", busy},
    meaning{"Communication connection failure", busy},
    // The request, or its answer, was lost on the way.
    meaning{"Unable to contact slurm controller (send failure)", unclear},
    meaning{"Unable to contact slurm controller (receive failure)", unclear},
    meaning{"Unable to contact slurm controller (shutdown failure)", unclear},
    meaning{"Socket timed out on send/recv operation", unclear},
    meaning{"Zero Bytes were transmitted or received", unclear},
    meaning{"Unexpected message received", unclear},
    meaning{"Message receive failure", unclear},
    meaning{"Message send failure", unclear},
    meaning{"Insane message length", unclear},
    meaning{"Header lengths are longer than data received", unclear},
    meaning{"Incompatible versions of client and server code", unclear},
    meaning{"Protocol authentication error", unclear},  // but see `never_sent`
    meaning{"Connection reset by peer", unclear},
    meaning{"No error", unclear},
    // slurmctld is busy, full or not in charge. EAGAIN is MaxJobCount; sbatch has then retried for 120 s.
    meaning{"Resource temporarily unavailable", full},
    meaning{"MaxJobCount limit reached", full},
    meaning{"Unable to create job record, try again", busy},
    meaning{"Requested nodes are busy", busy},
    meaning{"Required ports are in use", busy},
    meaning{"Rate limit exceeded, please retry momentarily", busy},
    meaning{"Rate limit exceeded, please retry later", busy},
    meaning{"I/O error writing script/environment to file", busy},
    meaning{"System submissions disabled", busy},
    meaning{"Slurm backup controller in standby mode", busy},
    meaning{"Controller is in standby mode, try a different controller", busy},
    meaning{"Slurm internal error, contact system administrator", busy},
    meaning{"Authentication credential expired", busy},
    // Somebody will open it again, or usage will decay.
    meaning{"Required partition not available (inactive or drain)", busy},
    meaning{"Partition in DOWN state", busy},
    meaning{"Partition is in use", busy},
    meaning{"Required node not available (down, drained or reserved)", busy},
    meaning{"Requested reservation is in use", busy},
    meaning{"Requested reservation not usable now", busy},
    meaning{"Job can not start due to maintenance reservation.", busy},
    meaning{"Requested account has breached requested QOS usage threshold", busy},
    meaning{"Licenses currently unavailable", busy},
    meaning{"Max powered up nodes reached", busy},
    // The request itself is wrong for this cluster.
    meaning{"Invalid partition name specified", refused},
    meaning{"No partition specified or system default partition", refused},
    meaning{"Access/permission denied", refused},
    meaning{"User's group not permitted to use this partition", refused},
    meaning{"Requested nodes not in this partition", refused},
    meaning{"More processors requested than permitted", refused},
    meaning{"Node count specification invalid", refused},
    meaning{"Job size specification needs to be provided", refused},
    meaning{"Job script not specified", refused},
    meaning{"Invalid user id", refused},
    meaning{"Invalid group id", refused},
    meaning{"Invalid user ID", refused},
    meaning{"Invalid group ID", refused},
    meaning{"Duplicate job id", refused},
    meaning{"Pathname of a file, directory or other parameter too long", refused},
    meaning{"Requested node configuration is not available", refused},
    meaning{"Requested partition configuration not available now", refused},
    meaning{"Requested topology configuration is not available", refused},
    meaning{"Invalid node name specified", refused},
    meaning{"Task distribution specification invalid", refused},
    meaning{"Task count specification invalid", refused},
    meaning{"Invalid feature specification", refused},
    meaning{"Invalid preferred feature specification", refused},
    meaning{"Invalid extra constraints specification", refused},
    meaning{"Requested operation not supported on this system", refused},
    meaning{"Requested operation is presently disabled", refused},
    meaning{"Job dependency problem", refused},
    meaning{"Circular job dependency", refused},
    meaning{"Only batch jobs are accepted or processed", refused},
    meaning{"Current SwitchType does not permit arbitrary task distribution", refused},
    meaning{"Requested more tasks than available processors", refused},
    meaning{"Memory required by task is not available", refused},
    meaning{"Invalid account or account/partition combination specified", refused},
    meaning{"Invalid or unknown association", refused},
    meaning{"Invalid qos specification", refused},
    meaning{"Invalid QOS specification, relative QOS can only be used in a single partition per cluster.",
            refused},
    meaning{"Invalid wckey specification", refused},
    meaning{"Invalid license specification", refused},
    meaning{"Requested time limit is invalid (missing or exceeds some limit)", refused},
    meaning{"Invalid time specified", refused},
    meaning{"Invalid time-min specification (exceeds job's time or other limits)", refused},
    meaning{"Access denied to requested reservation", refused},
    meaning{"Requested reservation is invalid", refused},
    meaning{"Requires more ports than can be reserved", refused},
    meaning{"CPU count specification invalid", refused},
    meaning{"Invalid generic resource (gres) specification", refused},
    meaning{"Duplicate generic resource (gres) specification", refused},
    meaning{"Invalid GRES specification (with and without type identification)", refused},
    meaning{"Requested GRES option unsupported by configured SelectType plugin", refused},
    meaning{"Invalid Trackable RESource (TRES) specification", refused},
    meaning{"Insufficient GRES available in allocation", refused},
    meaning{"Invalid job array specification", refused},
    meaning{"Burst Buffer permission denied", refused},
    meaning{"Burst Buffer resource limit exceeded", refused},
    meaning{"Burst Buffer request invalid", refused},
    meaning{"Invalid mcs_label specified", refused},
    meaning{"Job --batch option is invalid or not a subset of --constraints", refused},
    meaning{"Job --batch option is invalid or not a subset of --constraint", refused},
    meaning{"Invalid --nice value", refused},
    meaning{"Environment is missing in job", refused},
    meaning{"Multiple partition job request not supported when a partition is set in the association",
            refused},
    meaning{"Cannot request more threads per core than the job allocation", refused},
    meaning{"X11 forwarding not available", refused},
    meaning{"Invalid container id specified", refused},
    meaning{"Job cannot be submitted without the current working directory specified.", refused},
    // A job_submit plugin that returns slurm.ERROR (-1); its own words stand in the lines above.
    meaning{"Unspecified error", refused},
};

/// The request could not even be signed (munge is down). An answer that cannot be verified names RESPONSE_.
constexpr std::string_view never_sent = "REQUEST_SUBMIT_BATCH_JOB has authentication error";
constexpr std::string_view failed_with = "Batch job submission failed: ";
constexpr std::string_view policy = "Job violates accounting/QOS policy";

/// sbatch ended before it had a request: the machine's trouble, not the task's.
constexpr std::array<std::string_view, 12> troubled_machine{
    "configuration source",    "config file",          "configuration file",
    "control machine address", "failed to initialize", "Failed to initialize",
    "Plugin initialization",   "auth plugin",          "Cannot allocate memory",
    "Too many open files",     "No space left",        "error while loading shared libraries",
};

bool contains(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

/// The line before names the limit (acct_policy.c). Limits on the number of submitted jobs drain; every other
/// one is checked against this one job alone (DenyOnLimit), so waiting does not help. Without a name: wait.
refusal judge_policy(std::string_view errors) noexcept {
  if (contains(errors, "SubmitJob"))
    return full;
  constexpr std::array<std::string_view, 4> limits{"QOSMax", "QOSMin", "QOSGrp", "Assoc"};
  const auto named = [&](std::string_view name) { return contains(errors, name); };
  if (std::any_of(limits.begin(), limits.end(), named) || contains(errors, "PerAccount"))
    return refused;
  return busy;
}

refusal judge_failed_submission(std::string_view errors, std::string_view reason) noexcept {
  if (contains(errors, never_sent))
    return busy;
  if (reason.starts_with(policy))
    return judge_policy(errors);
  for (const auto& m : submission_failed)
    if (reason == m.text)
      return m.says;
  return unclear;
}

std::string_view trimmed(std::string_view line) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

}  // namespace

refusal judge_refusal(std::string_view errors, int exit_code) noexcept {
  if (const auto at = errors.rfind(failed_with); at != std::string_view::npos) {
    const auto reason = errors.substr(at + failed_with.size());
    return judge_failed_submission(errors, trimmed(reason.substr(0, reason.find('\n'))));
  }
  // Without that sentence sbatch ended before it sent anything; but a wrapper around it may hide its words.
  if (exit_code == 126 || exit_code == 127)
    return busy;
  if (trimmed(errors).empty() || (exit_code > 127 && exit_code < 255))
    return unclear;
  const auto named = [&](std::string_view name) { return contains(errors, name); };
  if (std::any_of(troubled_machine.begin(), troubled_machine.end(), named))
    return busy;
  return refused;
}

std::string sbatch_words(std::string_view errors) {
  constexpr std::size_t bytes_max = 1000;
  std::string out;
  while (!errors.empty() && out.size() < bytes_max) {
    const auto end = std::min(errors.find('\n'), errors.size());
    auto line = trimmed(errors.substr(0, end));
    errors.remove_prefix(std::min(end + 1, errors.size()));
    for (const std::string_view prefix : {"sbatch: ", "error: ", "fatal: "})
      if (line.starts_with(prefix))
        line.remove_prefix(prefix.size());
    if (line.empty() || line.starts_with("Try \"sbatch --help\""))
      continue;
    if (!out.empty())
      out += "; ";
    out += line;
  }
  return field::printable(std::string_view(out).substr(0, bytes_max));
}

}  // namespace settle::slurm
