#include "tests/live/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace settle::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Pointers into strings that outlive them, with the final null that exec wants.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

struct files {
  int out = -1;
  int err = -1;
};

pid_t spawn(arguments argv, const environment& env, const files& to, const std::string& folder) {
  std::vector<std::string> settings;
  for (const auto& [key, value] : env)
    settings.push_back(key + "=" + value);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, to.out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, to.err, STDERR_FILENO);
  if (!folder.empty())
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t pid = -1;
  auto argv_pointers = pointers(argv);
  auto env_pointers = pointers(settings);
  const int rc =
      posix_spawnp(&pid, argv[0].c_str(), &actions, nullptr, argv_pointers.data(), env_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (rc != 0)
    throw std::runtime_error("cannot start " + argv[0] + ": " + std::strerror(rc));
  return pid;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  return ends;
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Appends what is there; false at the end of the stream.
bool read_some(int fd, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t n = read(fd, buffer.data(), buffer.size());
  if (n < 0)
    return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0;
}

int remaining_ms(steady_clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

/// Reads both pipes until both end; false when the time was over first.
bool drain(int out, int err, outcome& result, steady_clock::time_point end) {
  std::array<pollfd, 2> wanted{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  while (wanted[0].fd >= 0 || wanted[1].fd >= 0) {
    const int left = remaining_ms(end);
    if (left == 0)
      return false;
    if (poll(wanted.data(), wanted.size(), left) <= 0)
      continue;
    if (wanted[0].revents != 0 && !read_some(out, result.out))
      wanted[0].fd = -1;
    if (wanted[1].revents != 0 && !read_some(err, result.err))
      wanted[1].fd = -1;
  }
  return true;
}

}  // namespace

environment clean_environment() {
  environment out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
      continue;
    bool foreign = false;
    for (std::string_view prefix : {"SLURM", "SBATCH", "SACCT", "SQUEUE", "SCANCEL", "SC_", "SETTLE_"})
      foreign = foreign || text.starts_with(prefix);
    if (!foreign)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

outcome run_to_end(const arguments& argv, const environment& env, milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  const auto out = make_pipe();
  const auto err = make_pipe();
  const pid_t pid = spawn(argv, env, {out[1], err[1]}, "");
  close(out[1]);
  close(err[1]);
  outcome result;
  result.timed_out = !drain(out[0], err[0], result, end);
  if (result.timed_out)
    kill(pid, SIGKILL);
  close(out[0]);
  close(err[0]);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.code = code_of(status);
  return result;
}

line_child::line_child(const arguments& argv, const environment& env, const std::string& error_file,
                       const std::string& folder) {
  const int err = open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (err < 0)
    throw std::runtime_error("cannot open " + error_file);
  const auto out = make_pipe();
  pid_ = spawn(argv, env, {out[1], err}, folder);
  close(err);
  close(out[1]);
  out_ = out[0];
}

line_child::~line_child() {
  if (!code_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0)
    close(out_);
}

std::vector<std::string> line_child::read_lines(milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  std::vector<std::string> lines;
  while (lines.empty() && !at_end()) {
    pollfd wanted{out_, POLLIN, 0};
    const int left = remaining_ms(end);
    if (poll(&wanted, 1, left) <= 0) {
      if (left == 0)
        break;
      continue;
    }
    if (!read_some(out_, rest_)) {
      close(out_);
      out_ = -1;
    }
    std::size_t from = 0;
    for (auto to = rest_.find('\n'); to != std::string::npos; to = rest_.find('\n', from)) {
      lines.push_back(rest_.substr(from, to - from));
      from = to + 1;
    }
    rest_.erase(0, from);
  }
  return lines;
}

void line_child::send(int signal) const {
  if (!code_)
    kill(pid_, signal);
}

std::optional<int> line_child::wait(milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!code_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_)
      code_ = code_of(status);
    else if (remaining_ms(end) == 0)
      return std::nullopt;
    else
      std::this_thread::sleep_for(milliseconds{10});
  }
  return code_;
}

}  // namespace settle::live
