#include "tests/bench/beside.hpp"

#include "actors/core/limits.hpp"
#include "tests/bench/meter.hpp"
#include "tests/bench/stage.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace settle::bench {

namespace {

using core::item_status;

constexpr std::uint64_t ten = 10;
constexpr std::uint64_t cycles_allowed = 2;

/// Runs of ten, by the number that the stage gives them.
class small_runs {
public:
  small_runs(stage& s, meter& m, const place& where)
      : stage_(s), meter_(m), document_(write_document(where, ten, false, std::string{beside_name})) {}

  /// It is told that it is submitted; none: it is not.
  std::optional<std::size_t> submit(const std::string& when) {
    if (!stage_.submit(document_))
      return std::nullopt;
    const auto run = stage_.runs() - 1;
    wait(run, item_status::submitted, steady::time_point::max());
    meter_.phase_so_far("ten submitted, " + when);
    return stage_.seen(run).trouble ? std::nullopt : std::optional{run};
  }
  void begin(std::size_t run, moment& now, const std::string& when) {
    now.beside.begun += ten;
    until(run, now, item_status::running, "ten begin, " + when);
  }
  std::optional<std::size_t> submit_and_begin(moment& now, const std::string& when) {
    const auto run = submit(when);
    if (run)
      begin(*run, now, when);
    return run;
  }
  /// Of all that began: they end, and accounting has their rows.
  void end(std::size_t run, moment& now, const std::string& when) {
    now.beside.gone = now.beside.accounted = now.beside.begun;
    until(run, now, item_status::completed, "ten end, " + when);
  }

private:
  using steady = std::chrono::steady_clock;

  bool told(std::size_t run, item_status status) const {
    return stage_.seen(run).of(status) >= ten || stage_.seen(run).trouble;
  }
  void wait(std::size_t run, item_status status, steady::time_point until) const {
    while (!told(run, status) && steady::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  void until(std::size_t run, const moment& now, item_status status, const std::string& phase) {
    stage_.set(now);
    std::uint64_t cycles = 0;
    while (!told(run, status)) {
      const auto next = steady::now() + core::limits::poll_interval_settling;
      stage_.cycle();
      ++cycles;
      wait(run, status, next);
    }
    meter_.phase_so_far(phase);
    meter_.cycles(cycles);
  }

  stage& stage_;
  meter& meter_;
  std::string document_;
};

std::vector<phase_cost> ten_alone(const place& where) {
  const place own{where.folder + "/alone", where.fakes, where.settle};
  std::filesystem::create_directory(own.folder);
  stage s(own.folder, own.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  small_runs small(s, m, own);
  const auto only = small.submit_and_begin(now, "alone");
  if (!only)
    return {};
  small.end(*only, now, "alone");
  return m.take(ten).phases;
}

/// What it takes of each kind at the most.
bool within(const std::vector<phase_cost>& alone, const std::vector<phase_cost>& beside) {
  bool out = true;
  for (const auto& a : alone)
    for (const auto& b : beside) {
      const auto kind = a.phase.substr(0, a.phase.find(','));
      if (!a.cycles || !b.cycles || !b.phase.starts_with(kind) || *b.cycles <= *a.cycles + cycles_allowed)
        continue;
      out = false;
      std::fprintf(stderr, "bench: %s: %llu cycles, alone %llu\n", b.phase.c_str(),
                   static_cast<unsigned long long>(*b.cycles), static_cast<unsigned long long>(*a.cycles));
    }
  return out;
}

}  // namespace

scenario_cost beside(const place& where, std::uint64_t items) {
  const auto alone = ten_alone(where);
  const auto document = write_document(where, items);
  stage s(where.folder, where.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  small_runs small(s, m, where);
  const auto first = small.submit_and_begin(now, "before N");
  if (alone.empty() || !first)
    return {};
  const auto large = s.runs();
  if (!s.submit(document))
    return {};
  m.phase_so_far("load");
  s.wait_for(ten + 1, 0);  // its first arrays are out, the others wait
  m.phase_so_far("begin to submit");
  const auto second = small.submit("N being submitted");
  if (!second)
    return {};
  small.end(*first, now, "N being submitted");
  small.begin(*second, now, "N being submitted");
  s.wait_for(items + 2 * ten, 0);
  m.phase("submit");
  all_run(s, m, now, items);
  small.end(*second, now, "N live");
  const auto third = small.submit_and_begin(now, "N live");
  if (!third)
    return {};
  now.gone = items;
  s.set(now);
  s.cycle();
  m.phase_so_far("all vanish");
  small.end(*third, now, "N settle");
  const auto fourth = small.submit_and_begin(now, "N settle");
  if (!fourth)
    return {};
  now.accounted = items;
  small.end(*fourth, now, "N end");
  while (!s.seen(large).finished && !s.seen(large).trouble)
    s.cycle();
  m.phase("all the rest");
  auto out = m.take(items, large);
  out.done = out.done && within(alone, out.phases);
  out.phases.insert(out.phases.begin(), alone.begin(), alone.end());
  return out;
}

}  // namespace settle::bench
