#include "io/local/executor.hpp"

#include "io/local/job_process.hpp"
#include "io/local/launch.hpp"
#include "io/local/process_groups.hpp"

#include <asio/post.hpp>

#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace settle::io {
namespace {

/// How often we look whether the groups of jobs being ended are gone: one pass over /proc for all of them.
constexpr std::chrono::milliseconds census_interval{25};

}  // namespace

/// Outlives the executor while jobs run, so that they are reaped; `open` says whether anybody still listens.
struct local_executor::impl : std::enable_shared_from_this<local_executor::impl> {
  explicit impl(io_host& host) : io(host.context().get_executor()), census(io) {}

  void begin(const local_job& job, const std::function<void(result<std::int32_t>)>& started,
             std::function<void(local_end)> ended);
  void watch(const std::shared_ptr<local::job_process>& job, const local_job& what,
             std::function<void(local_end)> ended);
  void fade(pid_t pid);
  void take_census();
  void close();
  template <class Callback, class... Arguments>
  void tell(const Callback& callback, Arguments&&... arguments);
  bool is_open();
  std::shared_ptr<local::job_process> find(pid_t pid) const;

  asio::any_io_executor io;
  // The rest, but the gate and what it guards, is touched on the io thread only.
  // Jobs are weak here: each is kept by what it waits for in the io_context, and it keeps this. So nothing is
  // left, no descriptor either, once that context is gone.
  std::map<pid_t, std::weak_ptr<local::job_process>> running;
  std::set<pid_t> fading;  ///< leader dead, its group perhaps not
  asio::steady_timer census;
  bool census_set = false;
  std::recursive_mutex gate;  ///< held while calling back; recursive: a callback may destroy the executor
  bool open = true;
};

template <class Callback, class... Arguments>
void local_executor::impl::tell(const Callback& callback, Arguments&&... arguments) {
  const std::lock_guard lock(gate);
  if (open && callback)
    callback(std::forward<Arguments>(arguments)...);
}

bool local_executor::impl::is_open() {
  const std::lock_guard lock(gate);
  return open;
}

std::shared_ptr<local::job_process> local_executor::impl::find(pid_t pid) const {
  const auto found = running.find(pid);
  return found == running.end() ? nullptr : found->second.lock();
}

void local_executor::impl::begin(const local_job& job,
                                 const std::function<void(result<std::int32_t>)>& started,
                                 std::function<void(local_end)> ended) {
  if (!is_open())
    return;
  auto launched = local::launch(job);
  if (!launched)
    return tell(started, tl::unexpected<error>(std::move(launched.error())));
  const auto process = std::make_shared<local::job_process>(io, std::move(*launched));
  running.insert_or_assign(process->pid(), process);
  watch(process, job, std::move(ended));
  tell(started, result<std::int32_t>(process->pid()));
}

void local_executor::impl::watch(const std::shared_ptr<local::job_process>& job, const local_job& what,
                                 std::function<void(local_end)> ended) {
  const pid_t pid = job->pid();
  const auto self = shared_from_this();
  job->watch(
      what.time_limit, [self, pid] { self->fade(pid); },
      [self, pid, ended = std::move(ended)](const local_end& how) {
        self->running.erase(pid);
        self->fading.erase(pid);
        self->tell(ended, how);
      });
}

void local_executor::impl::fade(pid_t pid) {
  fading.insert(pid);
  if (std::exchange(census_set, true))
    return;
  census.expires_after(census_interval);
  census.async_wait([self = shared_from_this()](const asio::error_code& error) {
    self->census_set = false;
    if (!error)
      self->take_census();
  });
}

void local_executor::impl::take_census() {
  const auto living = local::living_process_groups();
  const auto faded = fading;  // a job that ends here leaves the set
  for (const pid_t pid : faded)
    if (const auto job = find(pid); job && !living.contains(pid))
      job->group_left();
  if (!fading.empty())
    fade(*fading.begin());
}

void local_executor::impl::close() {
  for (const auto& [pid, weak] : running)
    if (const auto job = weak.lock())
      job->forget_time_limit();
}

local_executor::local_executor(std::shared_ptr<io_host> host)
    : host_(std::move(host)), impl_(std::make_shared<impl>(*host_)) {}

local_executor::~local_executor() {
  {
    const std::lock_guard lock(impl_->gate);
    impl_->open = false;
  }
  asio::post(impl_->io, [self = impl_] { self->close(); });
}

void local_executor::start(local_job job, std::function<void(result<std::int32_t>)> started,
                           std::function<void(local_end)> ended) {
  asio::post(impl_->io,
             [self = impl_, job = std::move(job), started = std::move(started),
              ended = std::move(ended)]() mutable { self->begin(job, started, std::move(ended)); });
}

void local_executor::cancel(std::int32_t pid) {
  asio::post(impl_->io, [self = impl_, pid] {
    if (const auto job = self->find(pid))
      job->cancel();
  });
}

}  // namespace settle::io
