#include "io/subprocess.hpp"

#include "io/child.hpp"
#include "io/drain.hpp"
#include "io/spawn.hpp"
#include "io/unique_fd.hpp"

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace settle::io {
namespace {

using clock = std::chrono::steady_clock;

/// How long after KILL a child may still exist: one stuck in the kernel (a dead network file system) is left.
constexpr std::chrono::milliseconds kill_patience{5'000};
/// Beyond it sums with the clock would overflow.
constexpr std::chrono::milliseconds deadline_max = std::chrono::hours(24 * 3650);
/// The same patience for destructors, which block.
constexpr std::chrono::milliseconds last_patience{1'000};

/// A descriptor to read `input` from, or none and errno. A memfd: no writer, no SIGPIPE, no deadlock.
unique_fd input_descriptor(const std::string& input) {
  if (input.empty())
    return unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  unique_fd file(::memfd_create("stdin", MFD_CLOEXEC));
  for (std::size_t done = 0; file && done < input.size();) {
    const ssize_t count = ::write(file.get(), input.data() + done, input.size() - done);
    if (count > 0)
      done += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      return {};
  }
  if (file)
    ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// One command under way. The coroutine below only sleeps on `alarm`; this says what to do when it wakes. Whoever
/// drops the last reference, the child is gone with it.
class running_command : public std::enable_shared_from_this<running_command> {
public:
  running_command(const asio::any_io_executor& executor, command what)
      : alarm(executor), executor_(executor), what_(std::move(what)), out_(executor, what_.output_bytes_max),
        err_(executor, what_.output_bytes_max) {}
  ~running_command() {
    if (child_)
      child_->kill_and_reap(last_patience);
  }
  running_command(const running_command&) = delete;
  running_command& operator=(const running_command&) = delete;

  void launch();
  bool ended() const { return stage_ == stage::ended; }
  void cancel();
  void advance(clock::time_point now);
  clock::time_point next() const { return next_; }
  command_result take();

  asio::steady_timer alarm;

private:
  enum class stage {
    running,      ///< until its deadline
    terminating,  ///< TERM was sent; until the grace is over
    killing,      ///< KILL was sent
    lingering,    ///< it has exited, somebody else still holds a pipe
    ended,
  };
  int start_child();
  void terminate(clock::time_point now);
  void see_exit(clock::time_point now);
  void time_is_up(clock::time_point now);
  void end();
  bool pipes_open() const { return out_.is_open() || err_.is_open(); }

  asio::any_io_executor executor_;
  command what_;
  drain out_;
  drain err_;
  std::unique_ptr<child> child_;
  stage stage_ = stage::running;
  clock::time_point begun_ = clock::now();
  clock::time_point next_{};
  command_result result_;
};

void running_command::launch() {
  result_.spawn_errno = start_child();
  if (result_.spawn_errno != 0) {
    stage_ = stage::ended;
    return;
  }
  const auto self = shared_from_this();
  const auto wake = [self] { self->alarm.cancel(); };
  out_.start(wake);
  err_.start(wake);
  child_->on_exit([self] {
    if (self->ended())
      self->child_->reap();  // we had given up on it
    else
      self->alarm.cancel();
  });
  next_ = begun_ + std::min(what_.deadline, deadline_max);
}

int running_command::start_child() {
  const unique_fd in = input_descriptor(what_.input);
  if (!in)
    return errno;
  unique_fd out, err;
  if (const int error = out_.open(out))
    return error;
  if (const int error = err_.open(err))
    return error;
  auto started = spawn({.argv = std::move(what_.argv),
                        .environment = std::move(what_.environment),
                        .in = in.get(),
                        .out = out.get(),
                        .err = err.get(),
                        .own_session = false,
                        .dies_with_this_thread = true});
  if (!started)
    return started.error();
  child_ = std::make_unique<child>(executor_, std::move(*started));
  result_.pid = child_->pid();
  return 0;
}

void running_command::cancel() {
  if (stage_ != stage::running || child_->exited())
    return;
  result_.cancelled = true;
  terminate(clock::now());
}

void running_command::terminate(clock::time_point now) {
  child_->signal_group(SIGTERM);
  child_->signal_group(SIGCONT);  // a stopped one has to hear it
  stage_ = stage::terminating;
  next_ = now + what_.term_grace;
}

void running_command::advance(clock::time_point now) {
  if (ended())
    return;
  if (stage_ != stage::lingering && child_->exited())
    see_exit(now);
  if (stage_ == stage::lingering && !pipes_open())
    end();
  else if (now >= next_)
    time_is_up(now);
}

void running_command::see_exit(clock::time_point now) {
  result_.end = child_->end();
  stage_ = stage::lingering;
  next_ = now + what_.pipe_linger;
}

void running_command::time_is_up(clock::time_point now) {
  switch (stage_) {
  case stage::running:
    result_.timed_out = true;
    return terminate(now);
  case stage::terminating:
    child_->signal_group(SIGKILL);
    stage_ = stage::killing;
    next_ = now + kill_patience;
    return;
  case stage::lingering:
    out_.take_what_is_there();
    err_.take_what_is_there();
    result_.lingered = pipes_open();
    return end();
  case stage::killing:
    return end();
  case stage::ended:
    return;
  }
}

void running_command::end() {
  stage_ = stage::ended;
  out_.close();
  err_.close();
  if (!child_->exited())
    return;  // reaped when it ends at last, or by the destructor
  if (result_.timed_out || result_.cancelled || result_.lingered)
    child_->signal_group(SIGKILL);  // what it left behind; its own number is ours until reaped
  child_->reap();
}

command_result running_command::take() {
  result_.truncated = out_.truncated() || err_.truncated();
  result_.out = out_.take_text();
  result_.err = err_.take_text();
  result_.out_bytes = out_.bytes();
  result_.err_bytes = err_.bytes();
  result_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begun_);
  return std::move(result_);
}

}  // namespace

asio::awaitable<command_result> run_command(command what) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto run = std::make_shared<running_command>(executor, std::move(what));
  run->launch();
  for (;;) {
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (!run->ended() && state.cancelled() != asio::cancellation_type::none)
      run->cancel();
    run->advance(clock::now());
    if (run->ended())
      break;
    asio::error_code woken;
    run->alarm.expires_at(run->next());
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await run->alarm.async_wait(token);
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return run->take();
}

}  // namespace settle::io
