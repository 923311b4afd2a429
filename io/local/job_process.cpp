#include "io/local/job_process.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace settle::io::local {
namespace {

constexpr std::chrono::seconds term_grace{5};
/// Beyond it sums with the clock would overflow.
constexpr std::chrono::seconds time_limit_max = std::chrono::hours(24 * 3650);
/// The kernel's counts of resident memory lag behind by some pages per processor.
constexpr std::int64_t rss_slack_bytes = 4 << 20;

/// What the kernel charges to every process we start, at least.
std::int64_t own_peak_rss() {
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  return std::int64_t{own.ru_maxrss} * 1024 + rss_slack_bytes;
}

std::int64_t epoch_seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

job_process::job_process(const asio::any_io_executor& executor, spawned started)
    : process_(executor, std::move(started)), limit_(executor), grace_(executor),
      our_peak_rss_(own_peak_rss()) {
  end_.start_epoch_s = epoch_seconds_now();
}

void job_process::watch(std::optional<std::chrono::seconds> time_limit, std::function<void()> fading,
                        std::function<void(local_end)> ended) {
  fading_ = std::move(fading);
  ended_ = std::move(ended);
  process_.on_exit([self = shared_from_this()] { self->leader_ended(); });
  if (!time_limit)
    return;
  limit_.expires_at(begun_ + std::min(*time_limit, time_limit_max));
  limit_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (error || self->terminating_ || self->process_.exited())
      return;
    self->end_.timed_out = true;
    self->terminate();
  });
}

void job_process::cancel() {
  if (terminating_ || process_.exited())
    return;
  end_.cancelled = true;
  terminate();
}

void job_process::forget_time_limit() {
  limit_.cancel();
}

void job_process::terminate() {
  terminating_ = true;
  limit_.cancel();
  process_.signal_group(SIGTERM);
  process_.signal_group(SIGCONT);  // a stopped one has to hear it
  grace_.expires_after(term_grace);
  grace_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error && !self->process_.reaped())
      self->kill();
  });
}

void job_process::kill() {
  killed_ = true;
  process_.signal_group(SIGKILL);
  if (ended_ && end_.end_epoch_s != 0)
    finish();  // the leader had ended long ago; these were the rest
}

void job_process::leader_ended() {
  limit_.cancel();
  end_.exit = process_.end().exit;
  end_.signal = process_.end().signal;
  end_.core_dumped = process_.core_dumped();
  end_.end_epoch_s = epoch_seconds_now();
  end_.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begun_).count();
  // A shell dies of TERM at once; what it ran may be writing a checkpoint and keeps its grace.
  if (terminating_ && !killed_ && !process_.reaped())
    fading_();
  else
    finish();
}

void job_process::group_left() {
  if (!process_.reaped())
    finish();
}

void job_process::finish() {
  if (killed_)
    process_.signal_group(SIGKILL);
  grace_.cancel();
  const resource_use used = process_.reap();
  end_.cpu_ms = used.cpu_ms;
  end_.max_rss_bytes = used.max_rss_bytes > our_peak_rss_ ? used.max_rss_bytes : 0;
  fading_ = nullptr;
  if (const auto told = std::exchange(ended_, nullptr))
    told(end_);
}

}  // namespace settle::io::local
