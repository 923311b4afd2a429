#include "runtime/cli/commands.hpp"
#include "runtime/cli/event_queue.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/service_notice.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/cli/supervise_log.hpp"
#include "runtime/supervision.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>

namespace settle::cli {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_distance_of_supervisor{1'000};
constexpr std::chrono::hours calls_distance{1};

class headless {
public:
  explicit headless(const supervise_arguments& arguments) : arguments_(arguments), log_(arguments.json) {}
  ~headless() { queue_->close(); }
  headless(const headless&) = delete;
  headless& operator=(const headless&) = delete;

  int supervise() {
    for (const auto& words : arguments_.warnings)
      log_.word({}, "warning: " + words);
    bool stopped = false;
    auto started = supervision::start(
        arguments_.runtime, arguments_.take_over,
        {[queue = queue_](const core::stream_event& e) { queue->offer(e); },
         [this](const std::string& run, const std::string& words) { log_.word(run, words); }},
        [this, &stopped] { return stopped = stopped || !noted_.take().empty(); });
    if (!started && stopped)
      return 0;
    if (!started)
      return refuse(started.error());
    runs_ = std::move(*started);
    log_.word({},
              fmt::format("settle {} supervises {}", SETTLE_VERSION, state_of(arguments_.runtime.state_dir)));
    service_.ready("looking for runs");
    const int code = watch_over();
    service_.stopping();
    leave();
    return code;
  }

private:
  int watch_over() {
    for (;;) {
      if (!noted_.take().empty())
        return 0;
      if (const auto looked = runs_->look(); !looked) {
        if (looked.error().code == io::errc::unavailable)
          return refuse(looked.error());
        complain(looked.error().words);
      } else {
        complaint_.clear();
      }
      tell_service();
      if (steady::now() - calls_told_ >= calls_distance)
        tell_calls();
      pass_events();
      if (log_.lost())
        return refuse("the log could not be written; what was printed is not complete", exit_no_work);
      if (arguments_.until_idle && complaint_.empty() && runs_->idle())
        return runs_->count().in_trouble == 0 ? 0 : exit_no_work;
      wait();
    }
  }

  void complain(const std::string& words) {
    if (std::exchange(complaint_, words) != words)
      log_.word({}, words);
  }

  void tell_service() {
    const auto now_are = runs_->count();
    const auto status = fmt::format("{} under way, {} elsewhere, {} in trouble", now_are.under_way,
                                    now_are.elsewhere, now_are.in_trouble);
    if (std::exchange(status_, status) != status)
      service_.status(status);
    const auto now = steady::now();
    if (!watchdog_ || now - told_alive_ < *watchdog_ / 3)
      return;
    if (runs_->responsive(*watchdog_ / 3))
      service_.alive();
    told_alive_ = now;
  }

  /// How often Slurm was asked, once an hour and at the end: what an administrator wants to know.
  void tell_calls() {
    calls_told_ = steady::now();
    std::string words;
    std::uint64_t all = 0;
    for (const auto& [program, calls] : runs_->calls()) {
      if (calls != 0)
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", program, calls);
      all += calls;
    }
    if (std::exchange(calls_, all) != all)
      log_.word({}, "calls so far: " + words);
  }

  void pass_events() {
    for (const auto& e : queue_->take())
      log_.event(e);
    if (const auto n = queue_->dropped(); n != 0)
      log_.word(
          {}, fmt::format("{} events are left out here, the reader of this log is too slow; the journals of "
                          "the runs hold them",
                          n));
    log_.flush(noted_.fd());
  }

  void wait() {
    const auto until = steady::now() + look_distance_of_supervisor;
    for (auto now = steady::now(); now < until; now = steady::now()) {
      std::array<pollfd, 2> fds{{{noted_.fd(), POLLIN, 0}, {queue_->fd(), POLLIN, 0}}};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now).count() + 1;
      if (::poll(fds.data(), fds.size(), static_cast<int>(left)) > 0 && fds[0].revents != 0)
        return;
      pass_events();
    }
  }

  /// Jobs keep running; whoever supervises next goes on with them.
  void leave() {
    runs_->detach();
    tell_calls();
    const auto under_way = runs_->count().under_way;
    pass_events();
    queue_->close();
    runs_.reset();
    log_.word({}, fmt::format("left {} {} under way: jobs keep running, the next supervisor goes on",
                              under_way, under_way == 1 ? "run" : "runs"));
    log_.flush_rest();
  }

  const supervise_arguments& arguments_;
  signals noted_;
  supervise_log log_;
  service_notice service_;
  std::optional<std::chrono::milliseconds> watchdog_ = service_notice::watchdog();
  steady::time_point told_alive_{};
  std::shared_ptr<event_queue> queue_ = std::make_shared<event_queue>();
  std::unique_ptr<supervision> runs_;
  std::string status_, complaint_;
  steady::time_point calls_told_ = steady::now();
  std::uint64_t calls_ = 0;  ///< when they were told
};

}  // namespace

int supervise_command(const supervise_arguments& arguments) {
  headless process(arguments);
  return process.supervise();
}

}  // namespace settle::cli
