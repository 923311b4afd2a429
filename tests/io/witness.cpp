#include "tests/io/witness.hpp"

#include <asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <thread>

namespace settle::test {
namespace {

namespace fs = std::filesystem;

/// "PID (NAME) STATE PPID ...", the name may hold anything.
pid_t parent_in(const std::string& stat) {
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos
             ? 0
             : static_cast<pid_t>(std::strtol(stat.c_str() + name_end + 4, nullptr, 10));
}

int children_now() {
  int count = 0;
  for (const auto& process : fs::directory_iterator("/proc"))
    if (std::isdigit(static_cast<unsigned char>(process.path().filename().string().front())) != 0)
      count += parent_in(read_file(process.path() / "stat")) == ::getpid();
  return count;
}

}  // namespace

traces traces_now() {
  const auto all = fs::directory_iterator("/proc/self/fd");
  return {static_cast<int>(std::distance(fs::begin(all), fs::end(all))), children_now()};
}

std::ostream& operator<<(std::ostream& out, const traces& t) {
  return out << t.descriptors << " descriptors, " << t.children << " children";
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

char process_state(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos ? '\0' : stat.at(name_end + 2);
}

bool is_dead(pid_t pid) {
  const char state = process_state(pid);
  return state == '\0' || state == 'Z' || state == 'X';
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  REQUIRE(file.flush());
}

std::int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:"))
      return std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
  FAIL("no VmHWM");
  return 0;
}

void reset_peak_memory() {
  write_file("/proc/self/clear_refs", "5");
}

io::command shell(const std::string& text) {
  io::command what;
  what.argv = {"/bin/sh", "-c", text};
  what.environment = {"PATH=/usr/bin:/bin"};
  return what;
}

io::command_result run_on(asio::io_context& context, io::command what) {
  io::command_result result;
  std::exception_ptr escaped;
  bool done = false;
  asio::co_spawn(context, io::run_command(std::move(what)), [&](std::exception_ptr e, io::command_result r) {
    escaped = e;
    result = std::move(r);
    done = true;
  });
  context.restart();
  context.run();
  REQUIRE(done);
  REQUIRE(escaped == nullptr);
  return result;
}

io::command_result run(io::command what) {
  asio::io_context context(1);
  return run_on(context, std::move(what));
}

int in_fork(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0)
    ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

temporary_folder::temporary_folder() {
  std::string pattern = (fs::temp_directory_path() / "settle-io-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace settle::test
