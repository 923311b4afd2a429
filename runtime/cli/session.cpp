#include "runtime/cli/session.hpp"

#include "runtime/cli/commands.hpp"
#include "runtime/cli/screen.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace settle::cli {

namespace {

constexpr int glance_ms = 200;                         // status line, trouble, end of a detach
constexpr std::chrono::milliseconds farewell{2'000};   // for a slow reader, when settle leaves a run
constexpr std::chrono::milliseconds patience{30'000};  // for an answer to a question; none is a no

std::chrono::milliseconds now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

std::string jobs(std::uint64_t n) {
  return n == 1 ? "1 job" : fmt::format("{} jobs", n);
}

}  // namespace

session::session(runtime& host, std::string run, std::uint64_t from_seq, reporter& told, signals& noted,
                 bool cancel_first)
    : host_(host), run_(std::move(run)), told_(told), noted_(noted), interrupts_(can_ask(), cancel_first) {
  // A finished run that was resumed tells nothing more.
  finished_seen_ = from_seq > 1 && host_.summary(run_).finished();
  host_.observe(run_, from_seq, [queue = queue_](const core::stream_event& e) { queue->put(e); });
}

session::~session() {
  queue_->close();  // an observer must never wait for a queue that nobody empties
  if (detaching_.valid())
    detaching_.wait();
}

int session::supervise(bool accept_unconfirmed) {
  for (;;) {
    answer_signals();
    // Where the reader is slow, events wait in the queue, then in the runtime; signals are answered all the same.
    const bool room = told_.flush(noted_.fd(), glance_ms);
    if (room)
      pass_events();
    run_summary state = host_.summary(run_);
    if (room && passed_all(state)) {
      told_.finished(state);
      write_rest(std::nullopt);
      return state.exit_code(accept_unconfirmed);
    }
    if (left_ || (interrupts_.leaving() && detached())) {
      conclude_leaving(state);
      return state.finished() ? state.exit_code(accept_unconfirmed) : exit_no_work;
    }
    if (room && !interrupts_.asking())
      told_.tick(now(), state);
    if (told_.flush(noted_.fd(), glance_ms))
      wait_for_something();
  }
}

void session::pass_events() {
  for (const core::stream_event& e : queue_->take()) {
    told_.event(e);
    finished_seen_ = finished_seen_ || e.kind == core::stream_kind::run_finished;
  }
}

/// The run is over (or cannot go on) and every event of it was passed on.
bool session::passed_all(run_summary& end) {
  if (!finished_seen_ && !end.trouble)
    return false;
  auto state = host_.wait_for(run_, std::chrono::milliseconds(50));
  if (!state)
    return false;
  pass_events();
  end = std::move(*state);
  return true;
}

// ---- signals ----

void session::answer_signals() {
  for (const int number : noted_.take())
    carry_out(interrupts_.saw(number, now()));
  carry_out(interrupts_.tick(now()));
  if (interrupts_.asking())
    read_reply();
}

void session::carry_out(interrupts::answer what) {
  using answer = interrupts::answer;
  switch (what) {
  case answer::nothing:
    break;
  case answer::hint:
    told_.words("settle: interrupted. Ctrl-C again within 2 s asks about cancelling; "
                "otherwise settle leaves and the jobs keep running");
    break;
  case answer::ask:
    ask();
    break;
  case answer::detach:
    begin_detach();
    break;
  case answer::cancel:
    told_.words(fmt::format("settle: cancelling run {} ({} live); every verdict is still awaited", run_,
                            host_.summary(run_).tally.live()));
    if (const auto asked = host_.cancel(run_); !asked)
      told_.words("settle: " + asked.error().words);
    break;
  case answer::leave:
    told_.words("settle: leaving although the cancelling is not finished");
    left_ = true;
    break;
  }
}

void session::ask() {
  reply_.clear();
  asked_at_ = now();
  told_.question(
      fmt::format("settle: cancel the {} of this run? [y/N] ", jobs(host_.summary(run_).tally.live())));
}

/// Looks for an answer without waiting for it.
void session::read_reply() {
  pollfd in{STDIN_FILENO, POLLIN, 0};
  bool ended = now() - *asked_at_ > patience;
  while (!ended && ::poll(&in, 1, 0) == 1) {
    char c = '\n';
    ended = ::read(STDIN_FILENO, &c, 1) <= 0 || c == '\n';
    if (!ended)
      reply_ += c;
  }
  if (ended)
    carry_out(interrupts_.replied(reply_ == "y" || reply_ == "Y" || reply_ == "yes"));
}

void session::begin_detach() {
  if (detaching_.valid())
    return;
  told_.words(
      fmt::format("settle: leaving run {}: nothing new is submitted, what is under way is waited for", run_));
  detaching_ = std::async(std::launch::async, [this] { host_.detach(); });
}

bool session::detached() const {
  return detaching_.valid() && detaching_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void session::conclude_leaving(const run_summary& state) {
  pass_events();
  const core::counts& tally = state.tally;
  const std::uint64_t live = tally.live();
  const std::uint64_t waiting = tally.of(core::item_status::pending);
  std::string words =
      fmt::format("settle: left run {}: {} keep{} running", run_, jobs(live), live == 1 ? "s" : "");
  if (waiting > 0)
    words += fmt::format(", {} never submitted", waiting);
  words += fmt::format(". Go on with it: settle run --resume {}", run_);
  told_.words(words + fmt::format(". What is known: settle show {}", run_));
  write_rest(farewell);
}

// ---- waiting ----

/// What is left to print, unless another signal says that nobody waits for it, or the limit passes.
void session::write_rest(std::optional<std::chrono::milliseconds> limit) {
  const auto end = now() + limit.value_or(std::chrono::hours(0));
  while (!told_.flush(noted_.fd(), glance_ms))
    if (!noted_.take().empty() || (limit && now() > end))
      return;
  if (told_.lost())
    told_.words("settle: standard output could not be written; what was printed is not complete");
}

void session::wait_for_something() {
  std::array<pollfd, 3> fds{{{noted_.fd(), POLLIN, 0}, {queue_->fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  const nfds_t count = interrupts_.asking() ? 3 : 2;
  ::poll(fds.data(), count, glance_ms);
}

}  // namespace settle::cli
