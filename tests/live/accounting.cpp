#include "tests/live/accounting.hpp"

#include <sstream>
#include <stdexcept>

namespace settle::live {

std::map<std::string, accounted> ask_sacct(const cluster& slurm, const std::vector<std::string>& job_ids) {
  std::map<std::string, accounted> out;
  if (job_ids.empty())
    return out;
  std::string list;
  for (const auto& id : job_ids)
    list += (list.empty() ? "" : ",") + id;
  const auto answer =
      slurm.ask({"sacct", "-X", "-n", "-P", "-D", "-j", list, "-o", "JobID,State,ExitCode,End"});
  if (!answer.ok())
    throw std::runtime_error("sacct does not answer the test: " + answer.err);
  std::istringstream lines(answer.out);
  for (std::string id; std::getline(lines, id, '|');) {
    auto& job = out[id];
    ++job.attempts;
    std::getline(lines, job.state, '|');
    std::getline(lines, job.exit_code, '|');
    std::getline(lines, job.end);
  }
  return out;
}

}  // namespace settle::live
