#include "tests/bench/cost.hpp"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace settle::bench {

namespace {

double seconds(const rusage& used) {
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

double megabytes_of(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key))
      return std::stod(line.substr(key.size())) / 1024;
  return 0;
}

}  // namespace

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return seconds(used);
}

double resident_megabytes() {
  return megabytes_of("VmRSS:");
}
double peak_megabytes() {
  return megabytes_of("VmHWM:");
}

program_cost run_program(const char* const* argv) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDOUT_FILENO);
    ::execv(argv[0], const_cast<char* const*>(argv));
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 0)
    return {};
  return {seconds(used), static_cast<double>(used.ru_maxrss) / 1024};
}

}  // namespace settle::bench
