#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace settle::tests {

namespace {

struct folder_of_process {
  std::string path;
  folder_of_process() {
    std::string shape = (std::filesystem::temp_directory_path() / "settle-scripts-XXXXXX").string();
    path = ::mkdtemp(shape.data());
  }
  ~folder_of_process() { std::filesystem::remove_all(path); }
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& s : strings)
    out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

int open_log(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

}  // namespace

const std::string& scratch_folder() {
  static const folder_of_process folder;
  return folder.path;
}

const std::string& path_without_bash() {
  static const std::string path = [] {
    const std::string bin = scratch_folder() + "/bin";
    std::filesystem::create_directories(bin);
    for (const char* tool :
         {"cat", "date", "env", "grep", "mkdir", "pwd", "rm", "sleep", "sort", "tr", "wc"}) {
      for (const std::filesystem::path folder : {"/usr/bin", "/bin"}) {
        std::error_code already_there;
        if (std::filesystem::exists(folder / tool))
          std::filesystem::create_symlink(folder / tool, std::filesystem::path(bin) / tool, already_there);
      }
    }
    return bin;
  }();
  return path;
}

std::vector<shell> shells() {
  std::vector<shell> out;
  if (::access("/bin/bash", X_OK) == 0)
    out.push_back({"bash", usual_path, "/bin/bash", true});
  out.push_back({"sh", "PATH=" + path_without_bash(), "/bin/sh", false});
  return out;
}

script_end run(std::vector<std::string> argv, std::vector<std::string> environment,
               const std::string& folder) {
  const std::string out = scratch_folder() + "/out", err = scratch_folder() + "/err";
  const std::string where = folder.empty() ? scratch_folder() : folder;
  const int out_fd = open_log(out), err_fd = open_log(err), in_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto argv_p = pointers(argv), env_p = pointers(environment);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::setsid();
    if (::chdir(where.c_str()) != 0 || ::dup2(in_fd, 0) < 0 || ::dup2(out_fd, 1) < 0 || ::dup2(err_fd, 2) < 0)
      ::_exit(120);
    ::execve(argv_p[0], argv_p.data(), env_p.data());
    ::_exit(121);
  }
  for (const int fd : {out_fd, err_fd, in_fd})
    ::close(fd);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  script_end end;
  if (WIFEXITED(status))
    end.exit = WEXITSTATUS(status);
  else
    end.signal = WTERMSIG(status);
  end.out = read_file(out);
  end.err = read_file(err);
  return end;
}

script_end run_script(const std::string& script, std::vector<std::string> environment,
                      const std::string& folder) {
  const std::string path = scratch_folder() + "/job.sh";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << script;
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  return run({path}, std::move(environment), folder);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace settle::tests
