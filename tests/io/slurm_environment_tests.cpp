#include "io/subprocess.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using settle::io::slurm_environment;

namespace {

std::vector<std::string> cleaned(std::vector<std::string> from, bool keep_sbatch_defaults) {
  std::vector<char*> pointers;
  for (auto& variable : from)
    pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  return slurm_environment(pointers.data(), keep_sbatch_defaults);
}

const std::vector<std::string> a_users = {"HOME=/home/u",
                                          "SQUEUE_FORMAT=%i",
                                          "SQUEUE_USERS=root",
                                          "SACCT_FORMAT=JobID",
                                          "SLURM_TIME_FORMAT=relative",
                                          "SLURM_CONF=/c",
                                          "SLURM_CONF_SERVER=s",
                                          "SLURM_JWT=token",
                                          "SLURM_JOB_ID=7",
                                          "SBATCH_PARTITION=p",
                                          "SBATCH_ACCOUNT=a",
                                          "SBATCH_QOS=q",
                                          "SBATCH_RESERVATION=r",
                                          "SBATCH_CONSTRAINT=c",
                                          "SBATCH_TIMELIMIT=5",
                                          "SBATCH_ARRAY_INX=1",
                                          "SALLOC_ACCOUNT=x",
                                          "SRUN_DEBUG=1",
                                          "SCANCEL_VERBOSE=1",
                                          "LC_ALL=de_DE.UTF-8",
                                          "SLURM_CONFUSED=1",
                                          "MY_SLURM_CONF=2",
                                          "PATH=/bin",
                                          "no equals sign",
                                          "=nameless",
                                          "EMPTY="};

}  // namespace

TEST_CASE("a query's environment holds nothing that changes Slurm's output", "[io][slurm_environment]") {
  CHECK(cleaned(a_users, false) ==
        std::vector<std::string>{"HOME=/home/u", "SLURM_CONF=/c", "SLURM_CONF_SERVER=s", "SLURM_JWT=token",
                                 "MY_SLURM_CONF=2", "PATH=/bin", "EMPTY=", "SLURM_TIME_FORMAT=%s",
                                 "SLURM_BITSTR_LEN=0", "LC_ALL=C"});
}

TEST_CASE("sbatch keeps the user's defaults and locale, and nothing of an outer job",
          "[io][slurm_environment]") {
  CHECK(cleaned(a_users, true) ==
        std::vector<std::string>{"HOME=/home/u", "SLURM_CONF=/c", "SLURM_CONF_SERVER=s", "SLURM_JWT=token",
                                 "SBATCH_PARTITION=p", "SBATCH_ACCOUNT=a", "SBATCH_QOS=q",
                                 "SBATCH_RESERVATION=r", "SBATCH_CONSTRAINT=c", "SBATCH_TIMELIMIT=5",
                                 "LC_ALL=de_DE.UTF-8", "MY_SLURM_CONF=2", "PATH=/bin", "EMPTY="});
}

TEST_CASE("a process without an environment still gets what a query needs", "[io][slurm_environment]") {
  CHECK(slurm_environment(nullptr, true).empty());
  CHECK(slurm_environment(nullptr, false).size() == 3);
}
