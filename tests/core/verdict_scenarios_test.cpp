// What real Slurm 20.11 to 26.05 was measured to write for one scenario each, and the verdict that follows.
#include "tests/core/item_driver.hpp"

using namespace settle::test;

namespace {

using what = judgement::kind;

struct code {
  std::optional<int> exit;
  std::optional<int> signal;
};

struct scenario {
  const char* name;
  meaning means;
  cause why;
  code main;
  std::optional<meaning> batch;
  code batch_code;
  bool started;
  // expected
  what outcome;
  cause expected;
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::optional<int> exact = {};
};

constexpr auto good = meaning::succeeded;
constexpr auto bad = meaning::failed;
constexpr auto cut = meaning::interrupted;
constexpr std::nullopt_t none = std::nullopt;

// clang-format off
const scenario scenarios[] = {
    {"exit 0",                            good, cause::none,          {0, 0},  good, {0, 0},     true,  what::success,      cause::none,           0,    none},
    {"exit 3",                            bad,  cause::exit_nonzero,  {3, 0},  bad,  {3, 0},     true,  what::failure,      cause::exit_nonzero,   3,    none},
    {"exit 137, printed less 128",        bad,  cause::exit_nonzero,  {9, 0},  bad,  {9, 0},     true,  what::failure,      cause::exit_nonzero,   9,    none},
    {"exit 137, the controller is exact", bad,  cause::exit_nonzero,  {9, 0},  bad,  {9, 0},     true,  what::failure,      cause::exit_nonzero,   137,  none, 137},
    {"exit 137 on 26.05",                 bad,  cause::exit_nonzero,  {137, 0},bad,  {137, 0},   true,  what::failure,      cause::exit_nonzero,   137,  none, 137},
    {"exit 128 reads 0:0",                bad,  cause::exit_nonzero,  {0, 0},  bad,  {0, 0},     true,  what::failure,      cause::exit_nonzero,   none, none},
    {"exit 128, the controller is exact", bad,  cause::exit_nonzero,  {0, 0},  bad,  {0, 0},     true,  what::failure,      cause::exit_nonzero,   128,  none, 128},
    {"an exact code of another life",     bad,  cause::exit_nonzero,  {3, 0},  bad,  {3, 0},     true,  what::failure,      cause::exit_nonzero,   3,    none, 4},
    {"kill -9 $$",                        bad,  cause::exit_nonzero,  {0, 9},  bad,  {0, 9},     true,  what::failure,      cause::signal,         0,    9},
    {"scancel running",                   bad,  cause::cancelled,     {0, 0},  bad,  {0, 15},    true,  what::failure,      cause::cancelled,      0,    15},
    {"scancel, the race of 26.05",        bad,  cause::cancelled,     {0, 0},  bad,  {143, 0},   true,  what::failure,      cause::cancelled,      143,  none},
    {"scancel, the script traps TERM",    bad,  cause::cancelled,     {0, 0},  good, {0, 0},     true,  what::failure,      cause::cancelled,      none, none},
    {"scancel pending",                   bad,  cause::cancelled,     {0, 0},  none, {},         false, what::failure,      cause::cancelled,      none, none},
    {"time limit",                        bad,  cause::timeout,       {0, 0},  bad,  {0, 15},    true,  what::failure,      cause::timeout,        0,    15},
    {"time limit, trapped",               bad,  cause::timeout,       {0, 0},  good, {0, 0},     true,  what::failure,      cause::timeout,        none, none},
    {"preempted",                         cut,  cause::preempted,     {0, 0},  bad,  {0, 15},    true,  what::interruption, cause::preempted,      0,    15},
    {"node down, 24.11",                  cut,  cause::node_failure,  {1, 0},  bad,  {},         true,  what::interruption, cause::node_failure,   1,    none},
    {"node down, 22.05",                  cut,  cause::node_failure,  {0, 0},  bad,  {},         true,  what::interruption, cause::node_failure,   none, none},
    {"boot failure",                      cut,  cause::boot_failure,  {0, 0},  none, {},         false, what::interruption, cause::boot_failure,   none, none},
    {"deadline",                          bad,  cause::deadline,      {1, 0},  none, {},         false, what::failure,      cause::deadline,       1,    none},
    {"step fails, script exits 0",        good, cause::none,          {0, 0},  good, {0, 0},     true,  what::success,      cause::none,           0,    none},
    {"output path unwritable",            bad,  cause::exit_nonzero,  {0, 53}, bad,  {0, 53},    true,  what::failure,      cause::launch_failure, 0,    53},
    {"output path unwritable, 20.11",     bad,  cause::exit_nonzero,  {1, 0},  bad,  {1, 0},     true,  what::failure,      cause::exit_nonzero,   1,    none},
    {"bad interpreter",                   bad,  cause::exit_nonzero,  {2, 0},  bad,  {2, 0},     true,  what::failure,      cause::exit_nonzero,   2,    none},
    {"command not found",                 bad,  cause::exit_nonzero,  {127, 0},bad,  {127, 0},   true,  what::failure,      cause::exit_nonzero,   127,  none},
    {"prolog fails, no requeue, 24.11",   bad,  cause::cancelled,     {0, 54}, none, {},         true,  what::failure,      cause::launch_failure, 0,    54},
    {"prolog fails, no requeue, 22.05",   bad,  cause::cancelled,     {0, 0},  none, {},         true,  what::failure,      cause::cancelled,      none, none},
    {"prolog fails, no requeue, 20.11",   good, cause::none,          {0, 0},  bad,  {0, 0},     true,  what::failure,      cause::launch_failure, none, none},
    {"COMPLETED, but .batch has a code",  good, cause::none,          {0, 0},  bad,  {7, 0},     true,  what::failure,      cause::exit_nonzero,   7,    none},
    {"COMPLETED, but .batch has a signal",good, cause::none,          {0, 0},  bad,  {0, 15},    true,  what::failure,      cause::signal,         0,    15},
    {"COMPLETED with a code of its own",  good, cause::none,          {5, 0},  good, {0, 0},     true,  what::failure,      cause::exit_nonzero,   5,    none},
    {"out of memory",                     bad,  cause::out_of_memory, {0, 125},bad,  {0, 125},   true,  what::failure,      cause::out_of_memory,  0,    125},
    {"killed for memory by the gatherer", bad,  cause::exit_nonzero,  {0, 9},  bad,  {0, 9},     true,  what::failure,      cause::signal,         0,    9},
    {"rejected at submit, with a row",    bad,  cause::exit_nonzero,  {1, 0},  none, {},         false, what::failure,      cause::exit_nonzero,   1,    none},
    {"nothing is readable",               bad,  cause::exit_nonzero,  {},      bad,  {},         true,  what::failure,      cause::exit_nonzero,   none, none},
    {"success, .batch unreadable",        good, cause::none,          {0, 0},  good, {},         true,  what::success,      cause::none,           0,    none},
    {"success, no code is readable",      good, cause::none,          {},      good, {},         true,  what::success,      cause::none,           none, none},
};
// clang-format on

account_row row_of(const scenario& s) {
  account_row row;
  row.means = s.means;
  row.why = s.why;
  row.code = {s.main.exit, s.main.signal};
  if (s.batch)
    row.batch = batch_row{*s.batch, {s.batch_code.exit, s.batch_code.signal}};
  row.submit = 100;
  if (s.started)
    row.start = 110;
  row.end = 120;
  row.canceller_known = true;
  return row;
}

}  // namespace

TEST_CASE("what Slurm was measured to write gives one verdict each", "[core][verdict]") {
  for (const scenario& s : scenarios) {
    CAPTURE(s.name);
    const account_row rows[] = {row_of(s)};
    std::optional<exit_status> exact;
    if (s.exact)
      exact = exit_status{s.exact, 0};
    const judgement j = judge(rows, {.job_id = 1, .first_submit = 100}, exact, false, false);
    CHECK(j.what == s.outcome);
    CHECK(j.reached.who == evidence::accounting);
    CHECK(j.reached.status == (s.outcome == what::success ? item_status::completed : item_status::failed));
    CHECK(j.reached.why == s.expected);
    CHECK(j.reached.exit_code == s.exit_code);
    CHECK(j.reached.signal == s.signal);
    CHECK(j.reached.error.empty() == (s.outcome == what::success));
    CHECK_FALSE(j.bare_cancel);
  }
}

TEST_CASE("each of these scenarios settles an item, and its verdict holds every invariant",
          "[core][verdict]") {
  for (const scenario& s : scenarios) {
    CAPTURE(s.name);
    const account_row rows[] = {row_of(s)};
    driver d = in_state(item_status::settling);
    d.answered(judge(rows, {.job_id = 77}, {}, false, false));
    d.on(kind::absent);
    d.on(kind::absent);
    CHECK(d.it.status == (s.outcome == what::success ? item_status::completed : item_status::failed));
  }
}
