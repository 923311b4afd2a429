#include "tests/live/cluster.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace settle::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const std::string script = std::string(SETTLE_SOURCE_DIR) + "/tests/live/slurm-cluster";

void require_slurm() {
  const std::string path = std::string(std::getenv("PATH") ? std::getenv("PATH") : "") + ":/usr/sbin:/sbin";
  std::string missing;
  for (const char* program :
       {"slurmctld", "slurmd", "slurmdbd", "munged", "mariadbd", "sbatch", "squeue", "sacct", "srun"}) {
    auto env = clean_environment();
    env["PATH"] = path;
    if (!run_to_end({"/bin/sh", "-c", "command -v \"$0\"", program}, env, seconds{10}).ok())
      missing += std::string(" ") + program;
  }
  if (!missing.empty())
    throw std::runtime_error("the live tests need a real Slurm and miss:" + missing +
                             "\non Debian: apt-get install --no-install-recommends slurmctld slurmd slurmdbd "
                             "slurm-client munge mariadb-server");
}

/// In memory where possible: slurmctld's state saves on a slow disk stall it for a minute.
std::string make_folder() {
  const char* tmp = std::getenv("TMPDIR");
  std::string path = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : tmp != nullptr ? tmp : "/tmp";
  path += "/settle-live-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    throw std::runtime_error("cannot make " + path);
  fs::permissions(path, fs::perms{0755});
  return path;
}

}  // namespace

cluster::cluster(int min_job_age) {
  require_slurm();
  folder_ = make_folder();
  start_guardian();
  control_environment_ = clean_environment();
  control_environment_["SC_MIN_JOB_AGE"] = std::to_string(min_job_age);
  control_environment_["SC_USERS"] = "nobody";
  control_environment_["SC_CPUS"] = "128";  // a thousand sleeping tasks shall not take all day
  require_control({"up"});
  client_environment_ = clean_environment();
  client_environment_["SLURM_CONF"] = folder_ + "/c/etc/slurm.conf";
}

cluster::~cluster() {
  control({"down"});
  if (keep_logs_) {
    std::error_code ignored;
    fs::remove_all(folder_ + "/c/state", ignored);  // hundreds of megabytes that tell nothing
    std::cerr << "kept for you: " << folder_ << " (logs of the daemons in c/log)\n";
    [[maybe_unused]] const auto told = write(guardian_input_, "keep\n", 5);
  }
  close(guardian_input_);
}

/// A process of its own session that outlives us, reads one line from us, and removes everything when it gets none:
/// a test that crashes, or that ctest kills, leaves no daemon behind.
void cluster::start_guardian() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error("pipe failed");
  guardian_input_ = ends[1];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  std::string text = "read -r word; [ \"$word\" = keep ] || { \"$0\" destroy \"$1\"/c; rm -rf -- \"$1\"; }";
  std::string parts[] = {"setsid", "--fork", "/bin/sh", "-c", text, script, folder_};
  std::vector<char*> argv;
  for (auto& part : parts)
    argv.push_back(part.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int rc = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (rc != 0)
    throw std::runtime_error("cannot start setsid (util-linux)");
  waitpid(pid, nullptr, 0);
}

outcome cluster::control(arguments verb_and_more) const {
  arguments argv{script, verb_and_more.at(0), folder_ + "/c"};
  argv.insert(argv.end(), verb_and_more.begin() + 1, verb_and_more.end());
  return run_to_end(argv, control_environment_, seconds{240});
}

void cluster::require_control(arguments verb_and_more) const {
  const auto verb = verb_and_more.at(0);
  const auto done = control(std::move(verb_and_more));
  if (!done.ok())
    throw std::runtime_error("slurm-cluster " + verb + " failed:\n" + done.out + done.err);
}

void cluster::make_ready() {
  for (const char* name : {"munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd"})
    control({"resume", name});
  require_control({"up"});
  resume_nodes();
  const auto listed = ask({"squeue", "-h", "-r", "-o", "%A"});
  std::string ids;
  for (char c : listed.out)
    ids += c == '\n' ? ' ' : c;
  ask({"/bin/sh", "-c", "echo $0 | xargs -r scancel", ids});
}

/// Refused where there is nothing to resume.
void cluster::resume_nodes() {
  ask({"scontrol", "update", "nodename=ALL", "state=resume"});
}

void cluster::daemon(std::string_view verb, std::string_view name) {
  require_control({std::string(verb), std::string(name)});
}

outcome cluster::ask(const arguments& argv) const {
  return run_to_end(argv, client_environment_, seconds{60});
}

std::string cluster::new_folder(std::string_view name) {
  const auto path = folder_ + "/" + std::to_string(++folders_made_) + "-" + std::string(name);
  fs::create_directories(path);
  return path;
}

}  // namespace settle::live
