#include "tests/bench/scenarios.hpp"

#include "actors/run_recovery.hpp"
#include "tests/bench/beside.hpp"
#include "tests/bench/cost.hpp"
#include "tests/bench/meter.hpp"
#include "tests/bench/stage.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

namespace settle::bench {

namespace {

using core::item_status;

void end_all(stage& s, meter& m, moment& now, std::uint64_t items) {
  now.gone = items;
  s.set(now);
  s.cycle();  // a listing without any of them is not believed before it is said again
  s.cycle();
  m.phase("all vanish");
  now.accounted = items;
  s.set(now);
  s.cycle();
  m.phase("accounting");
}

constexpr int polls = 5;

scenario_cost life(const place& where, std::uint64_t items, stage::scheduler how) {
  const auto document = write_document(where, items);
  stage s(where.folder, where.fakes, how);
  meter m(s);
  moment now;
  submit(s, m, document, items);
  if (s.run().empty())
    return {};
  all_run(s, m, now, items);
  for (int i = 0; i < polls; ++i)
    s.cycle();
  m.phase("unchanged, each poll", polls);
  end_all(s, m, now, items);
  return m.take(items);
}

scenario_cost plain_life(const place& where, std::uint64_t items) {
  return life(where, items, stage::scheduler::settles_own);
}
scenario_cost hosted_life(const place& where, std::uint64_t items) {
  return life(where, items, stage::scheduler::work_stealing);
}

scenario_cost trickle(const place& where, std::uint64_t items) {
  constexpr std::uint64_t steps = 50;
  const auto document = write_document(where, items);
  stage s(where.folder, where.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  submit(s, m, document, items);
  all_run(s, m, now, items);
  for (std::uint64_t i = 1; i <= steps; ++i) {
    now.gone = now.accounted = items * i / steps;
    s.set(now);
    s.cycle();
    s.wait_for(0, i < steps ? now.accounted : 0);
  }
  while (!s.seen().finished && !s.seen().trouble)  // the last ones vanish all at once
    s.cycle();
  m.phase("trickle");
  return m.take(items);
}

scenario_cost gather(const place& where, std::uint64_t items) {
  const auto document = write_document(where, items, true);
  stage s(where.folder, where.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  submit(s, m, document, items);
  all_run(s, m, now, items);
  end_all(s, m, now, items);
  s.wait_for(items + 1, items);
  now.begun = now.gone = now.accounted = items + 1;
  s.set(now);
  while (!s.seen().finished && !s.seen().trouble)
    s.cycle();
  m.phase("gather task");
  return m.take(items + 1);
}

/// Ten items of ours, and so many jobs that are none.
scenario_cost foreign(const place& where, std::uint64_t jobs) {
  constexpr std::uint64_t items = 10;
  const auto document = write_document(where, items);
  stage s(where.folder, where.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  now.foreign = jobs;
  submit(s, m, document, items);
  all_run(s, m, now, items);
  for (int i = 0; i < polls; ++i)
    s.cycle();
  m.phase("foreign, each poll", polls);
  end_all(s, m, now, items);
  return m.take(items);
}

/// At most ten thousand live; half of those that run end with each poll.
scenario_cost streamed(const place& where, std::uint64_t items) {
  constexpr std::uint64_t at_once = 10'000;
  const auto document = write_document(where, items);
  stage s(where.folder, where.fakes, stage::scheduler::settles_own);
  meter m(s);
  moment now;
  if (!s.submit(document, at_once))
    return {};
  m.phase_so_far("load");
  while (!s.seen().finished && !s.seen().trouble) {
    s.wait_for(std::min(items, now.accounted + at_once), now.accounted);
    now.gone = now.accounted = now.begun - (now.begun - now.gone) / 2 * (s.submitted() < items ? 1 : 0);
    now.begun = s.submitted();
    s.set(now);
    s.cycle();
    if (s.submitted() == items && now.gone == items)
      while (!s.seen().finished && !s.seen().trouble)
        s.cycle();
  }
  m.phase("all the rest");
  return m.take(items);
}

/// A run of another process, to its end: its id.
std::string left_run(const place& where, std::uint64_t items) {
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(plain_life(where, items).done ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return {};
  return std::filesystem::directory_iterator(where.folder + "/state/runs")->path().filename().string();
}

scenario_cost replay(const place& where, std::uint64_t items) {
  const auto run = left_run(where, items);
  if (run.empty())
    return {};
  const double before = cpu_seconds();
  const auto found = actors::recover_run(where.folder + "/state/runs/" + run, actors::machine_now(), true);
  scenario_cost out;
  out.phases.push_back({"replay", cpu_seconds() - before, resident_megabytes()});
  out.peak_megabytes = peak_megabytes();
  out.done = found && found->book.run().tally().of(item_status::completed) == items;
  return out;
}

scenario_cost of_program(const char* phase, const program_cost& spent) {
  return {{{phase, spent.cpu_seconds, spent.peak_megabytes}}, spent.peak_megabytes, spent.cpu_seconds >= 0};
}

scenario_cost watch(const place& where, std::uint64_t items) {
  const auto run = left_run(where, items);
  const auto state = where.folder + "/state";
  const char* const argv[] = {where.settle.c_str(), "watch",     "--json", "--state",
                              state.c_str(),        run.c_str(), nullptr};
  return run.empty() ? scenario_cost{} : of_program("watch", run_program(argv));
}

scenario_cost validate(const place& where, std::uint64_t items) {
  const auto document = write_document(where, items);
  const char* const argv[] = {where.settle.c_str(), "validate", document.c_str(), nullptr};
  return of_program("validate", run_program(argv));
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all{
      {"validate", "settle validate of N tasks", validate},
      {"life", "N items from the document to their verdicts, all live at once", plain_life},
      {"host", "the same in a host's actor system: work stealing, 2 threads", hosted_life},
      {"streamed", "N items, at most 10,000 live", streamed},
      {"trickle", "N items end over 50 polls", trickle},
      {"gather", "N items and one that depends on all of them", gather},
      {"foreign", "10 items among N jobs that are not settle's", foreign},
      {"beside", "10 items that come later, beside N that live, settle and end", beside},
      {"replay", "the finished run of N items is read from its journal", replay},
      {"watch", "settle watch --json of that run", watch},
  };
  return all;
}

}  // namespace settle::bench
