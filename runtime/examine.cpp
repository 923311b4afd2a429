#include "runtime/examine.hpp"

#include "actors/system.hpp"
#include "io/slurm/commands.hpp"
#include "runtime/examine_places.hpp"
#include "runtime/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <thread>
#include <unistd.h>
#include <utility>

namespace settle {

namespace {

using core::finding;
using core::grade;

bool runs_on_slurm(backend_kind wanted) {
  return wanted == backend_kind::slurm || (wanted == backend_kind::automatic && is_on_path("sbatch"));
}

std::string missing_of(const std::vector<std::string>& programs) {
  std::vector<std::string> missing;
  std::copy_if(programs.begin(), programs.end(), std::back_inserter(missing),
               [](const std::string& program) { return !is_on_path(program); });
  return fmt::format("{}", fmt::join(missing, ", "));
}

finding programs_finding() {
  const char* const remedy = "install Slurm's client commands, or put them on PATH";
  if (const auto missing = missing_of({"sbatch", "squeue", "sacct", "scancel"}); !missing.empty())
    return {"commands", grade::cannot_work, missing + ": not on PATH", remedy};
  if (const auto missing = missing_of({"scontrol", "sdiag"}); !missing.empty())
    return {"commands", grade::attention,
            missing + ": not on PATH; settle runs without, but knows less of the cluster", remedy};
  return {"commands", grade::ok, "sbatch, squeue, sacct, scancel, scontrol and sdiag are on PATH", ""};
}

std::vector<std::vector<std::string>> command_lines(std::chrono::milliseconds deadline) {
  const std::uint64_t id = 1;
  const std::uint32_t uid = ::geteuid();
  slurm::job_request job;
  job.job_name = "NAME.TOKEN";
  job.output_file = "OUTPUT";
  job.error_file = "ERROR";
  std::size_t taken = 0;
  std::vector<std::vector<std::string>> out;
  out.push_back(slurm::submit_command(job, deadline).argv);
  out.push_back(slurm::list_command(uid, deadline).argv);
  for (auto& command : slurm::account_commands(uid, {&id, 1}, 1, deadline, taken))
    out.push_back(std::move(command.argv));
  for (auto& command : slurm::cancel_commands({&id, 1}, deadline))
    out.push_back(std::move(command.argv));
  out.push_back(slurm::diagnostics_command(deadline).argv);
  return out;
}

void examine_slurm(site_report& report, const core::policy& rules) {
  report.findings.push_back(programs_finding());
  if (report.findings.back().graded == grade::cannot_work)
    return;
  const auto cluster = actors::slurm_config(report.state_dir, rules).slurm;
  // Shared: the io thread may still be inside set_value when we have the answer.
  const auto promise = std::make_shared<std::promise<actors::site_answer>>();
  auto answer = promise->get_future();
  cluster->examine(rules, [promise](actors::site_answer a) { promise->set_value(std::move(a)); });
  auto site = answer.get();
  report.facts = std::move(site.facts);
  std::move(site.findings.begin(), site.findings.end(), std::back_inserter(report.findings));
  report.findings.push_back(
      {"dialect", grade::ok,
       "settle reads the columns that squeue and sacct print, which are the same in all "
       "releases it is tested with; not their JSON",
       ""});
  report.commands = command_lines(rules.command_deadline);
}

void examine_local(site_report& report) {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  report.findings.push_back(
      {"processors", grade::ok,
       fmt::format("{}: so many jobs run at once here, unless --slots says otherwise", processors), ""});
  if (::access("/bin/sh", X_OK) != 0)
    report.findings.push_back({"shell", grade::cannot_work, "there is no /bin/sh: jobs are its scripts",
                               "install a POSIX shell as /bin/sh"});
  else if (!is_on_path("bash"))
    report.findings.push_back({"shell", grade::attention, "/bin/sh is there, bash is not: commands run in sh",
                               "install bash where commands are written for it"});
  else
    report.findings.push_back({"shell", grade::ok, "/bin/sh and bash are there: commands run in bash", ""});
}

}  // namespace

grade site_report::worst() const noexcept {
  grade worst = grade::ok;
  for (const auto& f : findings)
    worst = std::max(worst, f.graded);
  return worst;
}

int site_report::exit_code() const noexcept {
  return worst() == grade::cannot_work ? 3 : 0;
}

const char* grade_words(grade g) noexcept {
  switch (g) {
  case grade::ok:
    return "ok";
  case grade::attention:
    return "attention";
  case grade::cannot_work:
    break;
  }
  return "cannot work";
}

site_report examine(options o) {
  site_report report;
  report.backend = runs_on_slurm(o.backend) ? backend_kind::slurm : backend_kind::local;
  report.state_dir = absolute(o.state_dir.empty() ? default_state_dir() : o.state_dir);
  if (report.backend == backend_kind::slurm)
    examine_slurm(report, o.rules);
  else
    examine_local(report);
  add_state_dir_findings(report.findings, report.state_dir, report.backend == backend_kind::slurm);
  return report;
}

}  // namespace settle
