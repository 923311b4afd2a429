// settle-keeper: starts one task, waits for it and writes down how it ended, whether or not the settle that started
// it still lives. Does for a process of this machine what slurmstepd does for a job's. A program of its own, without
// settle's memory and libraries; io/local/keeper_image.hpp says how it is found, io/local/launch.cpp how it is called.
//
//   settle-keeper RECORDS TOKEN FACTS PARENT LIMIT SCRIPT
//
// RECORDS is the folder of the task's records and TOKEN their name in it; FACTS the words by which this machine is
// known again; PARENT the pid of the settle; LIMIT the time limit in seconds, 0: none. 1 and 2 are the task's output;
// 0 is where one line goes: "task PID" once the task is claimed and will run, or "error ERRNO WHAT": it never will.
// SIGUSR1 cancels (TERM to the task's group, KILL 5 s later to what is left); SIGTERM does the same without saying
// that it was cancelled. Every other signal but SIGKILL and SIGSTOP is nothing to it.
#include "io/local/keeper/records.hpp"
#include "io/process_stat.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace settle::keeper {
namespace {

constexpr std::int64_t term_grace_ms = 5'000;
constexpr std::int64_t look_first_ms = 25, look_last_ms = 200;  // whether the group of an ended task is gone
constexpr std::int64_t for_ever_ms = std::int64_t{3650} * 24 * 3600 * 1000;

std::int64_t clock_ms(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::int64_t now_ms() {
  return clock_ms(CLOCK_MONOTONIC);
}

std::int64_t epoch_seconds() {
  return clock_ms(CLOCK_REALTIME) / 1000;
}

void tell(const char* line, int length) {
  // A pipe: whole or not at all. A settle that is no more is told nothing; its successor reads the record.
  if (::write(STDIN_FILENO, line, static_cast<std::size_t>(length)) < 0)
    return;
}

[[noreturn]] void refuse(int error, const char* what) {
  char line[256];
  tell(line, std::snprintf(line, sizeof line, "error %d %s\n", error, what));
  ::_exit(1);
}

/// Until the task is claimed it only waits; when the keeper dies before, it is never run.
[[noreturn]] void become_task(int keeper, const char* script, char** environment) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (::setsid() < 0 || nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0)
    ::_exit(127);
  // From here on its group can be signalled; what comes before exec stays pending until then.
  char word = '!';
  if (::write(keeper, &word, 1) != 1)
    ::_exit(127);
  ssize_t got = 0;
  while ((got = ::read(keeper, &word, 1)) < 0 && errno == EINTR) {
  }
  if (got != 1)
    ::_exit(0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  char shell[] = "/bin/sh";
  char* const argv[] = {shell, const_cast<char*>(script), nullptr};  // exec takes char* and does not write
  ::execve(shell, argv, environment);
  ::perror("settle: cannot run /bin/sh");
  ::_exit(127);
}

class task {
public:
  task(pid_t pid, std::int64_t limit_s) : pid_(pid) {
    if (limit_s > 0 && limit_s < for_ever_ms / 1000)
      limit_at_ = begun_ms_ + limit_s * 1000;
  }

  task_end watch() {
    for (;;) {
      look();
      const auto now = now_ms();
      if (ended_ && (kill_at_ == 0 || killed_ || (now >= look_at_ && !io::group_lives(pid_))))
        return conclude();
      if (ended_ && now >= look_at_) {
        look_at_ = now + pause_ms_;
        pause_ms_ = pause_ms_ * 2 < look_last_ms ? pause_ms_ * 2 : look_last_ms;
      }
      if (kill_at_ == 0 && now >= limit_at_) {
        end_.timed_out = true;
        terminate();
      } else if (kill_at_ != 0 && !killed_ && now >= kill_at_) {
        killed_ = true;
        ::kill(-pid_, SIGKILL);
        continue;
      }
      wait();
    }
  }

private:
  /// Looks without reaping: the dead task keeps its number, so that its group can still be signalled, and no
  /// stranger's ever is.
  void look() {
    siginfo_t seen{};
    rusage used{};
    // The raw call: libc's waitid does not give the resource use.
    if (ended_ || ::syscall(SYS_waitid, P_PID, pid_, &seen, WEXITED | WNOHANG | WNOWAIT, &used) != 0 ||
        seen.si_pid != pid_)
      return;
    ended_ = true;
    end_.exit = seen.si_code == CLD_EXITED ? seen.si_status : -1;
    end_.signal = seen.si_code == CLD_EXITED ? 0 : seen.si_status;
    end_.core_dumped = seen.si_code == CLD_DUMPED;
    end_.end = epoch_seconds();
    end_.elapsed_ms = now_ms() - begun_ms_;
    end_.cpu_ms = (std::int64_t{used.ru_utime.tv_sec} + used.ru_stime.tv_sec) * 1000 +
                  (std::int64_t{used.ru_utime.tv_usec} + used.ru_stime.tv_usec) / 1000;
    end_.max_rss_kib = used.ru_maxrss;
  }

  void wait() {
    std::int64_t until = ended_ ? look_at_ : for_ever_ms;
    for (const std::int64_t due :
         {kill_at_ == 0 ? limit_at_ : for_ever_ms, kill_at_ != 0 && !killed_ ? kill_at_ : for_ever_ms})
      until = due < until ? due : until;
    const std::int64_t left = until - now_ms();
    const timespec limit{left > 0 ? left / 1000 : 0, left > 0 ? left % 1000 * 1'000'000 : 0};
    sigset_t heard;
    ::sigemptyset(&heard);
    for (const int signal : {SIGCHLD, SIGUSR1, SIGTERM})
      ::sigaddset(&heard, signal);
    const int signal = ::sigtimedwait(&heard, nullptr, &limit);
    if (signal == SIGUSR1 || signal == SIGTERM)
      told_to_end(signal == SIGUSR1);
  }

  void told_to_end(bool by_settle) {
    look();
    if (kill_at_ != 0 || ended_)
      return;
    end_.cancelled = by_settle;
    terminate();
  }

  void terminate() {
    kill_at_ = now_ms() + term_grace_ms;
    ::kill(-pid_, SIGTERM);
    ::kill(-pid_, SIGCONT);  // a stopped one has to hear it
  }

  task_end conclude() {
    if (killed_)
      ::kill(-pid_, SIGKILL);
    siginfo_t ignored{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED);
    return end_;
  }

  pid_t pid_;
  std::int64_t begun_ms_ = now_ms();
  task_end end_{.start = epoch_seconds()};
  std::int64_t limit_at_ = for_ever_ms * 2;
  std::int64_t kill_at_ = 0;  ///< 0: nobody has told it to end
  std::int64_t look_at_ = 0, pause_ms_ = look_first_ms;
  bool ended_ = false, killed_ = false;
};

int keep(char** argv, char** environment) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, "settle-keeper", 0, 0, 0);
  const records kept{argv[2], ::open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (kept.folder < 0)
    refuse(errno, "open the folder of its records");
  int line[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
    refuse(errno, "make a socket");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(line[1]);  // its own copy would keep it waiting when the keeper dies
    become_task(line[0], argv[6], environment);
  }
  if (pid < 0)
    refuse(errno, "start a process");
  ::close(line[0]);
  char word = 0;
  const int error = ::read(line[1], &word, 1) == 1 ? claim(kept, argv[3], pid) : EAGAIN;  // it died before
  if (error != 0) {
    ::close(line[1]);
    ::waitpid(pid, nullptr, 0);
    refuse(error, error == EAGAIN ? "start its process" : "write its start record");
  }
  char text[64];
  tell(text, std::snprintf(text, sizeof text, "task %d\n", pid));
  task one(pid, std::atoll(argv[5]));
  if (::write(line[1], &word, 1) != 1)
    ::kill(pid, SIGKILL);  // it was killed, or would wait for ever
  ::close(line[1]);
  const int nothing = ::open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);
  for (int fd = 0; nothing >= 0 && fd <= STDERR_FILENO; ++fd)
    ::dup2(nothing, fd);  // whoever reads the task's output sees its end with the task
  const task_end end = one.watch();
  const bool orphan = ::getppid() != std::atoi(argv[4]);
  return write_end(kept, end, orphan) ? 0 : 1;
}

}  // namespace
}  // namespace settle::keeper

int main(int argc, char** argv, char** environment) {
  if (argc == 7)
    return settle::keeper::keep(argv, environment);
  std::fputs("settle-keeper: called by settle, which knows how\n", stderr);
  return 2;
}
