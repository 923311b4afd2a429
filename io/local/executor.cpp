#include "io/local/executor.hpp"

#include "io/files.hpp"
#include "io/local/keeper_image.hpp"
#include "io/local/launch.hpp"
#include "io/local/local_task.hpp"
#include "io/local/task_record.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace settle::io {
namespace {

/// A task whose records cannot be read just now, or that runs on another machine, is looked for this often.
constexpr std::chrono::seconds look_again{1};

std::string key_of(const task_place& place) {
  return place.records + '/' + place.token;
}

tl::unexpected<error> elsewhere(const std::string& where) {
  return fail(errc::unavailable, where + ", which is not this machine (or not this container)");
}

}  // namespace

/// Outlives the executor while jobs run, so that they are reaped; `open` says whether anybody still listens.
struct local_executor::impl : std::enable_shared_from_this<local_executor::impl> {
  explicit impl(io_host& host)
      : io(host.context().get_executor()), me(this_process()), facts(local::facts_of(me)) {}

  using started_callback = std::function<void(result<std::int32_t>)>;
  using found_callback = std::function<void(found_task)>;
  using ended_callback = std::function<void(local_end)>;

  void begin(const local_job& job, const started_callback& started, const ended_callback& ended);
  result<std::shared_ptr<local::local_task>> launch(const local_job& job);
  void watch(const std::shared_ptr<local::local_task>& task, ended_callback ended);
  void find(const task_place& place, bool known_to_run, const found_callback& found,
            const ended_callback& ended);
  void find_later(const task_place& place, bool known_to_run, const found_callback& found,
                  const ended_callback& ended);
  result<found_task> look_for(const task_place& place, bool known_to_run,
                              std::shared_ptr<local::local_task>& running);
  result<found_task> without_start(const task_place& place, bool known_to_run);
  template <class Callback, class... Arguments>
  void tell(const Callback& callback, Arguments&&... arguments);
  bool is_open();

  asio::any_io_executor io;
  // The rest, but the gate and what it guards, is touched on the io thread only.
  lease_owner me;
  std::string facts;
  unique_fd keeper;               ///< the program; opened when the first task starts
  std::set<std::string> noted{};  ///< folders of records that know this boot
  // Tasks are weak here: each is kept by what it waits for in the io_context, and it keeps this. So nothing is left,
  // no descriptor either, once that context is gone.
  std::map<std::string, std::weak_ptr<local::local_task>> tasks{};  ///< by folder and token
  std::recursive_mutex gate{};  ///< held while calling back; recursive: a callback may destroy the executor
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

result<std::shared_ptr<local::local_task>> local_executor::impl::launch(const local_job& job) {
  if (!noted.contains(job.place.records)) {
    if (auto done = local::note_boot(job.place.records, me); !done)
      return fail(errc::unavailable, done.error().words);
    noted.insert(job.place.records);
  }
  if (!keeper) {
    auto opened = local::open_keeper(job.place.records);
    if (!opened)
      return local::why_not("open", "settle-keeper", opened.error());
    keeper = std::move(*opened);
  }
  auto launched = local::launch(job, facts, keeper.get());
  if (!launched)
    return tl::unexpected(std::move(launched.error()));
  return std::make_shared<local::local_task>(io, job.place, std::move(*launched));
}

void local_executor::impl::begin(const local_job& job, const started_callback& started,
                                 const ended_callback& ended) {
  if (!is_open())
    return;
  auto launched = launch(job);
  if (!launched)
    return tell(started, tl::unexpected<error>(std::move(launched.error())));
  const auto& task = *launched;
  tasks.insert_or_assign(key_of(job.place), task);
  task->hear([self = shared_from_this(), weak = std::weak_ptr(task), place = job.place, started,
              ended](result<std::int32_t> pid) {
    const auto running = weak.lock();
    if (pid && running)
      self->watch(running, ended);
    else
      self->tasks.erase(key_of(place));
    self->tell(started, std::move(pid));
  });
}

void local_executor::impl::watch(const std::shared_ptr<local::local_task>& task, ended_callback ended) {
  task->watch([self = shared_from_this(), key = key_of(task->place()),
               ended = std::move(ended)](const local_end& how) {
    self->tasks.erase(key);
    self->tell(ended, how);
  });
}

result<found_task> local_executor::impl::without_start(const task_place& place, bool known_to_run) {
  found_task lost{.is = found_task::what::ended};
  lost.end.lost = local::words_of_lost(std::nullopt, me);
  if (known_to_run)
    return lost;
  auto under = local::boots_of(place.records, me);
  if (!under)
    return tl::unexpected(under.error());
  if (*under == local::boots::elsewhere)
    return elsewhere("tasks of its run were started on another host");
  if (*under == local::boots::earlier) {
    lost.end.lost = "the machine was restarted about when it was to begin: whether it ran is not known";
    return lost;
  }
  auto claimed = local::claim_unrun(place);
  if (!claimed)
    return tl::unexpected(claimed.error());
  if (!*claimed)  // its keeper was faster
    return fail(errc::unavailable, "its start was recorded just now");
  return found_task{};
}

result<found_task> local_executor::impl::look_for(const task_place& place, bool known_to_run,
                                                  std::shared_ptr<local::local_task>& running) {
  const auto ended_now = [&place]() -> result<std::optional<local_end>> {
    auto end = local::read_end(place);
    if (!end && end.error().code == errc::bad_reply)
      return std::nullopt;
    return end;
  };
  auto start = local::read_start(place);
  if (!start && start.error().code != errc::bad_reply)
    return tl::unexpected(start.error());
  const pid_t pid = start && *start ? (**start).task : 0;
  std::optional<unique_fd> keeper_now;
  auto end = ended_now();
  if (end && !*end && start && *start && !(**start).unrun) {
    auto alive = local::keeper_of(**start, me);
    if (!alive)
      return tl::unexpected(alive.error());
    keeper_now = std::move(*alive);
    if (!keeper_now)
      end = ended_now();  // it may have written it between the two looks
  }
  if (!end)
    return tl::unexpected(end.error());
  if (*end)
    return found_task{found_task::what::ended, pid, **end};
  if (keeper_now) {
    running = std::make_shared<local::local_task>(io, place, pid, std::move(*keeper_now));
    return found_task{.is = found_task::what::runs, .pid = pid};
  }
  if (start && !*start)
    return without_start(place, known_to_run);
  if (start && (**start).unrun && !known_to_run)
    return found_task{};
  found_task lost{.is = found_task::what::ended, .pid = pid};
  lost.end.lost = start ? local::words_of_lost(*start, me) : start.error().words;
  return lost;
}

void local_executor::impl::find(const task_place& place, bool known_to_run, const found_callback& found,
                                const ended_callback& ended) {
  if (!is_open())
    return;
  if (const auto i = tasks.find(key_of(place)); i != tasks.end())
    if (const auto task = i->second.lock()) {
      if (task->pid() == 0)  // just being started
        return find_later(place, known_to_run, found, ended);
      watch(task, ended);
      return tell(found, found_task{.is = found_task::what::runs, .pid = task->pid()});
    }
  std::shared_ptr<local::local_task> running;
  auto seen = look_for(place, known_to_run, running);
  if (!seen)
    return find_later(place, known_to_run, found, ended);
  if (running) {
    tasks.insert_or_assign(key_of(place), running);
    watch(running, ended);
  }
  tell(found, std::move(*seen));
}

void local_executor::impl::find_later(const task_place& place, bool known_to_run, const found_callback& found,
                                      const ended_callback& ended) {
  const auto timer = std::make_shared<asio::steady_timer>(io, look_again);
  timer->async_wait(
      [self = shared_from_this(), timer, place, known_to_run, found, ended](const asio::error_code& error) {
        if (!error)
          self->find(place, known_to_run, found, ended);
      });
}

local_executor::local_executor(std::shared_ptr<io_host> host)
    : host_(std::move(host)), impl_(std::make_shared<impl>(*host_)) {}

local_executor::~local_executor() {
  const std::lock_guard lock(impl_->gate);
  impl_->open = false;
}

void local_executor::start(local_job job, std::function<void(result<std::int32_t>)> started,
                           std::function<void(local_end)> ended) {
  asio::post(impl_->io, [self = impl_, job = std::move(job), started = std::move(started),
                         ended = std::move(ended)]() mutable { self->begin(job, started, ended); });
}

void local_executor::find(task_place place, bool known_to_run, std::function<void(found_task)> found,
                          std::function<void(local_end)> ended) {
  asio::post(impl_->io, [self = impl_, place = std::move(place), known_to_run, found = std::move(found),
                         ended = std::move(ended)] { self->find(place, known_to_run, found, ended); });
}

void local_executor::cancel(const task_place& place) {
  asio::post(impl_->io, [self = impl_, key = key_of(place)] {
    if (const auto i = self->tasks.find(key); i != self->tasks.end())
      if (const auto task = i->second.lock())
        task->cancel();
  });
}

result<void> can_find(const task_place& place) {
  const lease_owner me = this_process();
  auto end = local::read_end(place);
  if (!end && end.error().code == errc::storage)
    return tl::unexpected(end.error());
  if (end && *end)
    return {};
  auto start = local::read_start(place);
  if (!start && start.error().code == errc::storage)
    return tl::unexpected(start.error());
  if (start && *start && !(**start).unrun && life_of((**start).keeper, me) == life::unknown)
    return elsewhere("it was started on " + (**start).keeper.host);
  if (!start || *start)
    return {};
  auto under = local::boots_of(place.records, me);
  if (!under)
    return tl::unexpected(under.error());
  if (*under == local::boots::elsewhere)
    return elsewhere("tasks of its run were started on another host");
  return {};
}

}  // namespace settle::io
