// A private, real Slurm with accounting for one test program: brought up in a fresh folder, asked and disturbed by
// name, taken down at the end of the program, however that ends. It never touches a Slurm of the machine.
#pragma once

#include "tests/live/child.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::live {

class cluster {
public:
  /// `min_job_age`: for how many seconds slurmctld remembers a finished job.
  explicit cluster(int min_job_age);
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Mends what an earlier test left: every daemon runs, every node is in service, no job of anybody is left.
  void make_ready();

  /// What an operator does about a drained node: slurmctld drains one that still runs a job whose id it gave away again.
  void resume_nodes();

  /// verb: start stop kill pause resume; daemon: munged mariadbd slurmdbd slurmctld slurmd.
  void daemon(std::string_view verb, std::string_view name);

  /// A client command (squeue, sacct, scancel, …) against this cluster.
  outcome ask(const arguments& argv) const;
  /// What a client's environment must hold.
  const environment& client_environment() const { return client_environment_; }
  /// An empty folder for files of a test, readable for the compute node; removed with the cluster.
  std::string new_folder(std::string_view name);

  const std::string& folder() const { return folder_; }
  /// Something failed: the end leaves logs and tests' folders behind and says where.
  void keep_logs() { keep_logs_ = true; }

private:
  outcome control(arguments verb_and_more) const;
  void require_control(arguments verb_and_more) const;
  void start_guardian();

  std::string folder_;  ///< holds `c`, the cluster, and the tests' folders
  environment control_environment_;
  environment client_environment_;
  int guardian_input_ = -1;
  int folders_made_ = 0;
  bool keep_logs_ = false;
};

}  // namespace settle::live
