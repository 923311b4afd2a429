#include "runtime/settle.hpp"

#include "actors/system.hpp"
#include "runtime/observer.hpp"
#include "runtime/places.hpp"
#include "runtime/run_request.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>

namespace settle {

namespace compat = actors::compat;

bool run_summary::finished() const noexcept {
  return status == core::run_status::completed || status == core::run_status::failed ||
         status == core::run_status::cancelled;
}

int run_summary::exit_code(bool accept_unconfirmed) const noexcept {
  if (trouble || !finished())
    return 3;
  if (status != core::run_status::completed)
    return 1;
  return confirmed || accept_unconfirmed ? 0 : 4;
}

io::result<backend_kind> choose_backend(backend_kind wanted) {
  const bool has_slurm = is_on_path("sbatch");
  if (wanted == backend_kind::automatic)
    return has_slurm ? backend_kind::slurm : backend_kind::local;
  if (wanted == backend_kind::slurm && !has_slurm)
    return io::fail(io::errc::unavailable,
                    "backend slurm was asked for, but there is no `sbatch` on PATH: install the Slurm client "
                    "commands or use --backend local");
  return wanted;
}

namespace {

std::unique_ptr<caf::actor_system_config> make_caf_config(std::size_t threads) {
  auto cfg = std::make_unique<caf::actor_system_config>();
  actors::register_messages(*cfg);
  compat::set_sharing_policy(*cfg);
  compat::set_threads(*cfg, std::max<std::size_t>(1, threads));
  return cfg;
}

/// Within which every answer of our own actors comes; they never wait for anything outside.
constexpr auto answer_deadline = std::chrono::seconds{60};

}  // namespace

struct runtime::impl {
  options opts;
  backend_kind kind = backend_kind::local;
  std::shared_ptr<actors::cluster> slurm;
  std::unique_ptr<caf::actor_system_config> caf_config;
  std::unique_ptr<caf::actor_system> system;
  caf::actor root;
  std::mutex watches_mutex;
  std::map<std::string, std::shared_ptr<run_watch>> watches;

  void open(options o, backend_kind chosen) {
    opts = std::move(o);
    kind = chosen;
    auto config = kind == backend_kind::slurm ? actors::slurm_config(opts.state_dir, opts.rules)
                                              : actors::local_config(opts.state_dir);
    slurm = config.slurm;
    config.home = home_dir();
    config.rules = opts.rules;
    config.interval_fixed = opts.poll_interval_fixed;
    config.submissions_at_once = opts.submissions_at_once;
    config.late_accounting = opts.late_accounting;
    if (opts.take_requests) {
      config.inbox = inbox_of(opts.state_dir);
      config.outbox = outbox_of(opts.state_dir);
    }
    config.arrays = kind == backend_kind::slurm && opts.arrays;
    if (opts.max_concurrent != 0)
      config.max_concurrent = opts.max_concurrent;
    caf_config = make_caf_config(opts.threads);
    system = std::make_unique<caf::actor_system>(*caf_config);
    root = actors::spawn_settle(*system, std::move(config));
  }

  /// Sends the request and waits; none when our actors are gone or did not answer.
  template <class Answer, class Message>
  std::optional<Answer> ask(Message m, std::chrono::milliseconds deadline = answer_deadline) {
    std::optional<Answer> answer;
    caf::scoped_actor self{*system};
    compat::request(&*self, root, deadline, std::move(m))
        .receive([&](Answer& a) { answer = std::move(a); }, [](const caf::error&) {});
    return answer;
  }

  std::shared_ptr<run_watch> watch_of(const std::string& run) {
    std::lock_guard guard{watches_mutex};
    auto& w = watches[run];
    if (!w)
      w = std::make_shared<run_watch>();
    return w;
  }

  template <caf::spawn_options Options>
  void observe(const std::string& run, std::uint64_t from_seq, observer what) {
    auto watch = watch_of(run);
    {
      std::lock_guard guard{watch->mutex};
      ++watch->observers_left;
    }
    system->spawn<observer_actor, Options>(root, run, from_seq, std::move(what), std::move(watch));
  }

  /// Begins a run, or goes on with one.
  template <class Request>
  submit_answer take(Request m) {
    if (auto got = ask<actors::run_answer>(std::move(m), std::chrono::hours{1}))
      return watched(std::move(*got));
    submit_answer answer;
    answer.trouble = "settle's supervisor did not answer";
    return answer;
  }

  submit_answer watched(actors::run_answer got) {
    if (!got.run.empty())
      observe<caf::no_spawn_options>(got.run, got.next_seq, nullptr);  // so that somebody always sees the end
    return {std::move(got.run), std::move(got.problems), std::move(got.warnings), std::move(got.trouble),
            got.next_seq};
  }

  run_summary summary(const std::string& run) {
    run_summary s;
    s.run = run;
    if (auto got = ask<actors::run_state_answer>(actors::ask_run{run}); got && got->known) {
      s.title = got->title;
      s.status = got->status;
      s.confirmed = got->confirmed;
      s.tally = got->tally;
      if (!got->trouble.empty())
        s.trouble = got->trouble;
    } else {
      s.trouble = got ? "there is no run " + run : "settle's supervisor did not answer";
    }
    auto watch = watch_of(run);
    std::lock_guard guard{watch->mutex};
    s.observer_troubles = watch->observer_troubles;
    if (!s.trouble && !watch->trouble.empty())
      s.trouble = watch->trouble;
    return s;
  }

  void detach_all() {
    ask<actors::all_detached>(actors::detach_all{}, opts.rules.command_deadline + answer_deadline);
  }

  ~impl() {
    detach_all();
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    root = nullptr;
    system->await_all_actors_done();
    // Answers of commands reach for actors: the io thread ends before their system does.
    slurm.reset();
    system.reset();
  }
};

runtime::runtime(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
runtime::~runtime() = default;

io::result<std::unique_ptr<runtime>> runtime::start(options o) {
  auto kind = choose_backend(o.backend);
  if (!kind)
    return tl::unexpected(kind.error());
  if (o.state_dir.empty())
    o.state_dir = default_state_dir();
  o.state_dir = absolute(o.state_dir);
  if (auto made = make_private_folder(o.state_dir + "/runs"); !made)
    return tl::unexpected(made.error());
  auto i = std::make_unique<impl>();
  i->open(std::move(o), *kind);
  return std::unique_ptr<runtime>(new runtime(std::move(i)));
}

submit_answer runtime::submit_file(const std::string& path, const run_options& o) {
  submit_answer unread;
  auto text = document_text(path, unread);
  return text ? impl_->take(request_for(std::move(*text), path, o)) : unread;
}

submit_answer runtime::submit_text(std::string_view document, const run_options& o) {
  return impl_->take(request_for(std::string{document}, {}, o));
}

submit_answer runtime::resume(const std::string& run, bool take_over) {
  return impl_->take(actors::resume_run{run, take_over});
}

void runtime::observe(const std::string& run, std::uint64_t from_seq, observer what) {
  impl_->observe<caf::detached>(run, from_seq, std::move(what));
}

void runtime::notify(const std::string& run, std::uint64_t from_seq, observer what) {
  impl_->observe<caf::no_spawn_options>(run, from_seq, std::move(what));
}

run_summary runtime::wait(const std::string& run) {
  auto watch = impl_->watch_of(run);
  {
    std::unique_lock lock{watch->mutex};
    watch->changed.wait(lock, [&] { return watch->over(); });
  }
  return impl_->summary(run);
}

std::optional<run_summary> runtime::wait_for(const std::string& run, std::chrono::milliseconds time) {
  auto watch = impl_->watch_of(run);
  {
    std::unique_lock lock{watch->mutex};
    if (!watch->changed.wait_for(lock, time, [&] { return watch->over(); }))
      return std::nullopt;
  }
  return impl_->summary(run);
}

run_summary runtime::summary(const std::string& run) {
  return impl_->summary(run);
}

io::result<void> runtime::cancel(const std::string& run, std::vector<std::string> items) {
  const auto got = impl_->ask<actors::request_answer>(actors::cancel_run{run, std::move(items)});
  if (!got)
    return io::fail(io::errc::unavailable, "settle's supervisor did not answer: cancel again");
  if (!got->carried_out)
    return io::fail(io::errc::bad_input, got->words);
  return {};
}

bool runtime::forget(const std::string& run) {
  const auto got = impl_->ask<actors::run_forgotten>(actors::forget_run{run});
  if (!got || !got->done)
    return false;
  std::lock_guard guard{impl_->watches_mutex};
  impl_->watches.erase(run);
  return true;
}

void runtime::detach() {
  impl_->detach_all();
}

bool runtime::responsive(std::chrono::milliseconds within) {
  return impl_->ask<actors::run_state_answer>(actors::ask_run{}, within).has_value();
}

const std::string& runtime::state_dir() const {
  return impl_->opts.state_dir;
}

backend_kind runtime::backend() const {
  return impl_->kind;
}

std::vector<std::pair<std::string, std::uint64_t>> runtime::calls() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  if (impl_->slurm)
    for (auto& c : impl_->slurm->calls())
      out.emplace_back(c.program, c.calls);
  return out;
}

}  // namespace settle
