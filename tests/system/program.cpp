#include "tests/system/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace settle::tests {

namespace {

using clock = std::chrono::steady_clock;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe");
  return ends;
}

int input_of(const std::string& text) {
  const int fd = ::memfd_create("input", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("memfd");
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

/// In the child: everything that must be ours before the program starts.
[[noreturn]] void become(const invocation& what, int in, int out, int err) {
  if (!what.terminal) {
    ::setpgid(0, 0);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
  }
  if (!what.folder.empty() && ::chdir(what.folder.c_str()) != 0)
    ::_exit(126);
  for (const std::string& setting : what.environment)
    ::putenv(const_cast<char*>(setting.c_str()));
  std::vector<char*> argv;
  for (const std::string& word : what.argv)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv.front(), argv.data());
  ::_exit(127);
}

void close_fd(int& fd) {
  if (fd >= 0)
    ::close(fd);
  fd = -1;
}

}  // namespace

program::program(const invocation& what) {
  if (what.terminal) {
    winsize size{24, 80, 0, 0};
    pid_ = ::forkpty(&terminal_fd_, nullptr, nullptr, &size);
    if (pid_ == 0)
      become(what, -1, -1, -1);
    out_fd_ = ::fcntl(terminal_fd_, F_DUPFD_CLOEXEC, 0);
    return;
  }
  const auto out = make_pipe();
  const auto err = make_pipe();
  const int in = input_of(what.input);
  pid_ = ::fork();
  if (pid_ == 0)
    become(what, in, out[1], err[1]);
  ::close(in);
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
  if (what.stdout_closed)
    close_fd(out_fd_);
}

program::~program() {
  if (!reaped_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  close_fd(out_fd_);
  close_fd(err_fd_);
  close_fd(terminal_fd_);
}

void program::signal(int number) const {
  ::kill(pid_, number);
}

void program::type(const std::string& keys) const {
  if (::write(terminal_fd_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("terminal");
}

void program::stop_reading() {
  close_fd(out_fd_);
}

/// Reads what is there, waiting for it at most that long; false when both streams have ended.
bool program::collect(std::chrono::milliseconds at_most) {
  std::array<pollfd, 2> fds{{{stalled_ ? -1 : out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}}};
  ::poll(fds.data(), fds.size(), static_cast<int>(at_most.count()));
  std::array<char, 65'536> piece{};
  for (auto [fd, text, ready] :
       {std::tuple(&out_fd_, &out_, fds[0].revents), std::tuple(&err_fd_, &err_, fds[1].revents)}) {
    if (*fd < 0 || ready == 0)
      continue;
    const ssize_t n = ::read(*fd, piece.data(), piece.size());
    if (n > 0)
      text->append(piece.data(), static_cast<std::size_t>(n));
    else if (n == 0 || errno != EINTR)
      close_fd(*fd);
  }
  return out_fd_ >= 0 || err_fd_ >= 0;
}

bool program::wait_until(const std::function<bool(const std::string&, const std::string&)>& enough,
                         std::chrono::seconds limit) {
  const auto end = clock::now() + limit;
  while (!enough(out_, err_)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now());
    if (left.count() <= 0 || !collect(std::min(left, std::chrono::milliseconds(100))))
      return enough(out_, err_);
  }
  return true;
}

void program::reap(int status, long max_rss_kib) {
  reaped_ = true;
  max_rss_kib_ = max_rss_kib;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void program::finish(std::chrono::seconds limit) {
  const auto end = clock::now() + limit;
  while (!reaped_) {
    int status = 0;
    rusage used{};
    const bool late = clock::now() > end;
    if (late)
      ::kill(pid_, SIGKILL);
    if (::wait4(pid_, &status, late ? 0 : WNOHANG, &used) == pid_)
      reap(status, used.ru_maxrss);
    else
      collect(std::chrono::milliseconds(20));
  }
  // A task may still hold a stream open; what the program itself wrote is there.
  stalled_ = false;
  for (bool more = true; more;) {
    const std::size_t before = out_.size() + err_.size();
    more = collect(std::chrono::milliseconds(0)) && out_.size() + err_.size() > before;
  }
}

}  // namespace settle::tests
