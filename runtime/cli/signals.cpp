#include "runtime/cli/signals.hpp"

#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace settle::cli {

namespace {

volatile std::sig_atomic_t write_end = -1;

void note(int number) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe means that thousands of signals wait already: one more says nothing new.
  [[maybe_unused]] const ssize_t n = ::write(write_end, &byte, 1);
  errno = saved;
}

void nothing(int) {}

void handle(int number, void (*handler)(int)) {
  struct sigaction old {};
  ::sigaction(number, nullptr, &old);
  if (old.sa_handler == SIG_IGN && number != SIGPIPE)
    return;
  struct sigaction wanted {};
  wanted.sa_handler = handler;
  wanted.sa_flags = SA_RESTART;
  ::sigaction(number, &wanted, nullptr);
}

}  // namespace

signals::signals() {
  assert(write_end < 0);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  read_end_ = ends[0];
  write_end = ends[1];
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    handle(number, &note);
  handle(SIGPIPE, &nothing);
}

signals::~signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    handle(number, SIG_DFL);
  ::close(write_end);
  write_end = -1;
  ::close(read_end_);
}

int signals::fd() const noexcept {
  return read_end_;
}

std::vector<int> signals::take() {
  std::vector<int> numbers;
  std::array<unsigned char, 64> bytes{};
  for (ssize_t n = 0; (n = ::read(read_end_, bytes.data(), bytes.size())) > 0;)
    numbers.insert(numbers.end(), bytes.begin(), bytes.begin() + n);
  return numbers;
}

}  // namespace settle::cli
