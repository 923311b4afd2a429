// `settle doctor` on a real Slurm: what it says is what is so.
#include "tests/live/child.hpp"
#include "tests/live/shared_clusters.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <cmath>
#include <set>
#include <string>

namespace settle::live {
namespace {

using std::chrono::seconds;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// The controller's own count of submissions.
std::string next_job_id(const cluster& slurm) {
  const auto config = slurm.ask({"scontrol", "show", "config"}).out;
  const auto at = config.find("NEXT_JOB_ID");
  REQUIRE(at != std::string::npos);
  return first_line(config.substr(at));
}

}  // namespace

TEST_CASE("doctor tells a real cluster's version, accounting, limits and clock, and submits nothing",
          "[live][doctor]") {
  auto& slurm = remembering_cluster();
  const auto state = slurm.new_folder("doctor") + "/state";
  const auto before = next_job_id(slurm);
  const auto said = run_to_end({SETTLE_PROGRAM, "doctor", "--json", "--backend", "slurm", "--state", state},
                               slurm.client_environment(), seconds{60});
  INFO(said.out << said.err);
  CHECK(said.code == 0);
  rapidjson::Document report;
  REQUIRE_FALSE(report.Parse(said.out.c_str()).HasParseError());
  const auto& cluster = report["cluster"];
  // `sbatch --version` is "slurm-wlm 22.05.8"; the program must have understood it.
  const std::string version = cluster["client_version"].GetString();
  CHECK(first_line(slurm.ask({"sbatch", "--version"}).out).ends_with(" " + version));
  CHECK(cluster["controller_version"].GetString() == version);
  CHECK(cluster["controller_answers"].GetBool());
  CHECK(std::string(cluster["accounting"].GetString()) == "on");
  CHECK(cluster["federated"].IsFalse());
  CHECK(cluster["min_job_age_seconds"].GetDouble() == 300);
  // One machine, one clock. The bounds hold whatever the machine's load: they grow with the round trip. The 20 ms are
  // our milliseconds and the kernel's tick, by which time() lags.
  REQUIRE(cluster["clock_skew_seconds"].IsNumber());
  CHECK(std::fabs(cluster["clock_skew_seconds"].GetDouble()) <=
        cluster["clock_skew_within_seconds"].GetDouble() + 0.020);
  CHECK(std::fabs(cluster["clock_skew_seconds"].GetDouble()) < 5);
  std::set<std::string> programs;
  for (const auto& command : report["commands"].GetArray())
    programs.insert(command["program"].GetString());
  CHECK(programs == std::set<std::string>{"sbatch", "squeue", "sacct", "scancel", "sdiag"});
  for (const auto& finding : report["findings"].GetArray())
    CHECK(std::string(finding["grade"].GetString()) != "cannot_work");
  CHECK(next_job_id(slurm) == before);
}

}  // namespace settle::live
