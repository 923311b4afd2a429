#include "io/local/local_task.hpp"

#include "io/files.hpp"
#include "io/process_stat.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace settle::io::local {
namespace {

/// A pidfd can be readable before wait sees the end (a debugger holds the zombie): then we look this often.
constexpr std::chrono::milliseconds look_again{50};
/// A record that could not be read, for want of descriptors or of an answer of the file system.
constexpr std::chrono::seconds read_again{1};

bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

/// False: the reactor refuses it.
bool hand_over(unique_fd& from, asio::posix::stream_descriptor& to) {
  asio::error_code refused;
  to.assign(from.get(), refused);
  if (!refused)
    (void)from.release();
  return !refused;
}

/// "task PID" or "error ERRNO WHAT".
result<std::int32_t> parse_word(std::string_view line, const task_place& place) {
  const auto number_after = [line](std::string_view head, int& into) -> std::string_view {
    const auto parsed = std::from_chars(line.data() + head.size(), line.data() + line.size(), into);
    return parsed.ec == std::errc{} ? line.substr(static_cast<std::size_t>(parsed.ptr - line.data()))
                                    : std::string_view{};
  };
  int number = 0;
  if (line.starts_with("task ") && number_after("task ", number) == "\n")
    return number;
  if (line.starts_with("error ")) {
    const auto what = number_after("error ", number);
    if (number == EEXIST)
      return fail(errc::unavailable, "another settle has decided that " + place.token + " does not run");
    return why_not(std::string(what.substr(0, what.find('\n'))), "in " + place.records, number);
  }
  return fail(errc::unavailable, "its keeper ended before the task began");
}

}  // namespace

local_task::local_task(const asio::any_io_executor& executor, task_place place, launched started)
    : place_(std::move(place)), word_(executor), watched_(executor), unheard_(std::move(started.word)),
      keeper_(std::move(started.keeper.pidfd)), again_(executor) {}

local_task::local_task(const asio::any_io_executor& executor, task_place place, pid_t task, unique_fd keeper)
    : place_(std::move(place)), task_(task), word_(executor), watched_(executor), keeper_(std::move(keeper)),
      again_(executor) {}

void local_task::later(std::chrono::milliseconds pause, void (local_task::*what)()) {
  again_.expires_after(pause);
  again_.async_wait([self = shared_from_this(), what](const asio::error_code& error) {
    if (!error)
      (self.get()->*what)();
  });
}

void local_task::hear(std::function<void(result<std::int32_t>)> told) {
  told_ = std::move(told);
  if (!hand_over(unheard_, word_))
    return wait_for_word();
  word_.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const asio::error_code& error) {
                     if (error != asio::error::operation_aborted)
                       self->heard();
                   });
}

void local_task::wait_for_word() {
  if (is_readable(unheard_.get()))
    heard();
  else
    later(look_again, &local_task::wait_for_word);
}

void local_task::heard() {
  std::array<char, 512> line{};
  const int fd = word_.is_open() ? word_.native_handle() : unheard_.get();
  const ssize_t got = ::read(fd, line.data(), line.size());
  asio::error_code ignored;
  word_.close(ignored);
  unheard_.reset();
  auto said = parse_word({line.data(), got > 0 ? static_cast<std::size_t>(got) : 0}, place_);
  if (said)
    task_ = *said;
  else
    wait_for_keeper();  // nothing will be told of it, but it is to be reaped
  if (const auto told = std::exchange(told_, nullptr))
    told(std::move(said));
}

void local_task::watch(std::function<void(local_end)> ended) {
  ended_ = std::move(ended);
  wait_for_keeper();
}

void local_task::cancel() {
  if (const int pidfd = keeper(); pidfd >= 0)
    (void)::syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, nullptr, 0);
}

void local_task::wait_for_keeper() {
  if (std::exchange(waiting_, true))
    return;
  if (!hand_over(keeper_, watched_))
    return later(look_again, &local_task::look_at_keeper);  // never before it was told of
  watched_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const asio::error_code& error) {
                        if (error != asio::error::operation_aborted)
                          self->look_at_keeper();
                      });
}

void local_task::look_at_keeper() {
  siginfo_t seen{};
  // Reaps it if it is ours, and it alone; ECHILD: another settle's, or the program that hosts us has reaped it.
  if (!is_readable(keeper()) ||
      (::waitid(P_PIDFD, static_cast<id_t>(keeper()), &seen, WEXITED | WNOHANG) == 0 && seen.si_pid == 0))
    return later(look_again, &local_task::look_at_keeper);
  asio::error_code ignored;
  watched_.close(ignored);
  keeper_.reset();
  keeper_gone();
}

void local_task::keeper_gone() {
  if (!ended_)
    return;
  auto end = read_end(place_);
  if (!end && end.error().code == errc::storage)
    return later(read_again, &local_task::keeper_gone);
  local_end how;
  if (end && *end)
    how = **end;
  else
    how.lost = words_of_lost(read_start(place_).value_or(std::nullopt), this_process());
  if (const auto ended = std::exchange(ended_, nullptr))
    ended(how);
}

result<std::optional<unique_fd>> keeper_of(const start_record& record, const lease_owner& me) {
  unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, record.keeper.pid, 0)));
  const int error = errno;
  // After the descriptor was opened: should its number be another's by now, it shows here.
  switch (life_of(record.keeper, me)) {
  case life::gone:
    return std::nullopt;
  case life::unknown:
    return fail(errc::unavailable, "it runs on " + record.keeper.host + ", which is not this machine");
  case life::alive:
    break;
  }
  if (pidfd)
    return std::optional<unique_fd>(std::move(pidfd));
  if (error == ESRCH)
    return std::nullopt;  // it ended between the two looks
  return fail(errc::unavailable,
              "cannot watch process " + std::to_string(record.keeper.pid) + ": " + errno_words(error));
}

std::string words_of_lost(const std::optional<start_record>& record, const lease_owner& me) {
  if (!record || record->unrun)
    return "there is no record of its start: whether it ran is not known";
  if (record->keeper.boot != me.boot)
    return "the machine was restarted while it ran: how it ended is not known";
  std::string words =
      fmt::format("its keeper (process {}) is gone and has left no record of its end", record->keeper.pid);
  const auto seen = look_at_process(record->task);
  const bool runs = seen && seen->lives() && seen->start == record->task_start;
  // While anybody of its group is left, its number is nobody else's; a leader with another start time leads another.
  const bool others = !runs && (!seen || seen->start == record->task_start) && group_lives(record->task);
  if (runs)
    return words + fmt::format("; its process {} still runs, and nobody waits for it", record->task);
  if (others)
    return words +
           fmt::format("; processes of its group {} still run, and nobody waits for them", record->task);
  return words + "; none of its processes is left";
}

}  // namespace settle::io::local
