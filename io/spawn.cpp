#include "io/spawn.hpp"

#include "io/descriptors.hpp"
#include "io/signals_blocked.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <string_view>

// What runs between clone and exec shares our memory: it must leave no trace of a sanitizer's bookkeeping, and
// must not pass through their interceptors (a sigaction of the child would be noted as one of ours).
#define SETTLE_BETWEEN_CLONE_AND_EXEC                                                                        \
  __attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined"), noinline))

#if defined(__SANITIZE_THREAD__)
#define SETTLE_UNDER_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SETTLE_UNDER_THREAD_SANITIZER
#endif
#endif

#ifdef SETTLE_UNDER_THREAD_SANITIZER
// Its clone takes every child for a fork with memory of its own and notes that in the memory we share.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...) noexcept;
#define SETTLE_CLONE __clone
#else
#define SETTLE_CLONE ::clone
#endif

namespace settle::io {
namespace {

/// Everything the child needs, made before it exists: it may not allocate.
struct child_plan {
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* const* programs = nullptr;  ///< paths to try, null at the end
  int program = -1;                       ///< or this file
  int descriptors[3] = {-1, -1, -1};
  bool own_session = false;
  bool dies_with_parent = false;
  pid_t parent = 0;
  rlim_t soft_descriptors = 0;  ///< its soft limit; 0: ours
  volatile int error = 0;       ///< written by the child, in our memory
};

constexpr int program_place = 3;

SETTLE_BETWEEN_CLONE_AND_EXEC bool place_program(child_plan& plan) {
  if (plan.program < 0)
    return true;
  // Close-on-exec either way: the program itself does not see it.
  return plan.program == program_place
             ? syscall(SYS_fcntl, program_place, F_SETFD, FD_CLOEXEC) == 0
             : syscall(SYS_dup3, plan.program, program_place, O_CLOEXEC) == program_place;
}

SETTLE_BETWEEN_CLONE_AND_EXEC bool clear_the_way(int& fd) {
  if (fd < 3)
    fd = static_cast<int>(syscall(SYS_fcntl, fd, F_DUPFD, 3));
  return fd >= 0;
}

SETTLE_BETWEEN_CLONE_AND_EXEC bool place_descriptors(child_plan& plan) {
  for (int& fd : plan.descriptors)  // out of the way of 0, 1, 2 first: we may ourselves run without them
    if (!clear_the_way(fd))
      return false;
  if (plan.program >= 0 && !clear_the_way(plan.program))
    return false;
  for (int target = 0; target < 3; ++target)
    if (syscall(SYS_dup3, plan.descriptors[target], target, 0) < 0)
      return false;
  return place_program(plan);
}

/// Also descriptors that our host opened without close-on-exec.
SETTLE_BETWEEN_CLONE_AND_EXEC void close_the_rest(const child_plan& plan) {
  const unsigned first = plan.program < 0 ? 3 : program_place + 1;
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0u, 0u) == 0)
    return;
#endif
  struct rlimit limit = {65536, 65536};
  (void)syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  const long last = limit.rlim_cur > 65536 ? 65536 : static_cast<long>(limit.rlim_cur);
  for (long fd = first; fd < last; ++fd)
    (void)syscall(SYS_close, fd);
}

SETTLE_BETWEEN_CLONE_AND_EXEC void set_soft_limit(const child_plan& plan) {
  struct rlimit limit = {0, 0};
  if (plan.soft_descriptors == 0 || syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit) != 0)
    return;
  limit.rlim_cur = plan.soft_descriptors;
  (void)syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr);
}

SETTLE_BETWEEN_CLONE_AND_EXEC void reset_signals() {
  const unsigned long nothing[8] = {};  // as a kernel sigaction: SIG_DFL, no flags, empty mask
  for (int signal = 1; signal <= 64; ++signal)
    (void)syscall(SYS_rt_sigaction, signal, nothing, nullptr, 8);
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, nothing, nullptr, 8);
}

SETTLE_BETWEEN_CLONE_AND_EXEC bool part_from_parent(const child_plan& plan) {
  if (plan.dies_with_parent) {
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
      return false;
    if (syscall(SYS_getppid) != plan.parent) {  // it died before we asked
      errno = ESRCH;
      return false;
    }
  }
  return plan.own_session ? syscall(SYS_setsid) >= 0 : syscall(SYS_setpgid, 0, 0) == 0;
}

/// Tries each path as execvp does; returns the errno that tells most.
SETTLE_BETWEEN_CLONE_AND_EXEC int execute(const child_plan& plan) {
  if (plan.program >= 0) {
    (void)syscall(SYS_execveat, program_place, "", plan.argv, plan.environment, AT_EMPTY_PATH);
    return errno;
  }
  bool forbidden = false;
  int error = ENOENT;
  for (const char* const* program = plan.programs; *program != nullptr; ++program) {
    (void)syscall(SYS_execve, *program, plan.argv, plan.environment);
    error = errno;
    if (error == EACCES)
      forbidden = true;
    else if (error != ENOENT && error != ENOTDIR && error != ESTALE && error != ENODEV && error != ETIMEDOUT)
      return error;
  }
  return forbidden ? EACCES : error;
}

SETTLE_BETWEEN_CLONE_AND_EXEC int child_main(void* argument) {
  auto& plan = *static_cast<child_plan*>(argument);
  if (!part_from_parent(plan) || !place_descriptors(plan)) {
    plan.error = errno;
    return 127;
  }
  close_the_rest(plan);
  set_soft_limit(plan);
  reset_signals();
  plan.error = execute(plan);
  return 127;
}

class child_stack {
public:
  child_stack()
      : base_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
  }
  ~child_stack() {
    if (base_ != MAP_FAILED)
      ::munmap(base_, size);
  }
  child_stack(const child_stack&) = delete;
  child_stack& operator=(const child_stack&) = delete;
  explicit operator bool() const { return base_ != MAP_FAILED; }
  void* top() const { return static_cast<std::byte*>(base_) + size; }

private:
  static constexpr std::size_t size = 64 * 1024;
  void* base_;
};

std::vector<std::string> programs_to_try(const spawn_request& what) {
  const std::string& name = what.argv.front();
  if (name.empty() || name.find('/') != std::string::npos)
    return {name};
  std::string_view path = "/bin:/usr/bin";  // as libc without PATH
  for (const std::string& variable : what.environment)
    if (variable.starts_with("PATH="))
      path = std::string_view(variable).substr(5);
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string_view folder = path.substr(begin, end - begin);
    found.push_back(folder.empty() ? name : std::string(folder) + '/' + name);
    begin = end + 1;
  }
  return found;
}

bool holds_nul(const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));  // exec takes char* and does not write
  all.push_back(nullptr);
  return all;
}

void reap_failed(int pidfd) {
  siginfo_t ignored{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &ignored, WEXITED) != 0 && errno == EINTR) {
  }
}

}  // namespace

tl::expected<spawned, int> spawn(const spawn_request& what) {
  assert(!what.argv.empty() && what.in >= 0 && what.out >= 0 && what.err >= 0);
  if (holds_nul(what.argv) || holds_nul(what.environment))
    return tl::unexpected<int>(EINVAL);
  const auto argv = pointers(what.argv);
  const auto environment = pointers(what.environment);
  const auto programs = programs_to_try(what);
  const auto program_pointers = pointers(programs);
  child_plan plan{.argv = argv.data(),
                  .environment = environment.data(),
                  .programs = program_pointers.data(),
                  .program = what.program,
                  .descriptors = {what.in, what.out, what.err},
                  .own_session = what.own_session,
                  .dies_with_parent = what.dies_with_this_thread,
                  .parent = ::getpid(),
                  .soft_descriptors = former_descriptor_limit().value_or(0)};
  const child_stack stack;
  if (!stack)
    return tl::unexpected<int>(errno);
  int pidfd = -1;
  pid_t pid = -1;
  int error = 0;
  {
    const signals_blocked quiet(signals_blocked::which::all);
    pid =
        SETTLE_CLONE(child_main, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &pidfd);
    error = errno;
  }
  if (pid < 0)
    return tl::unexpected<int>(error);
  spawned started{pid, unique_fd(pidfd)};
  if (const int refused = plan.error) {
    reap_failed(started.pidfd.get());
    return tl::unexpected<int>(refused);
  }
  return started;
}

}  // namespace settle::io
