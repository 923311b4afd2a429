#include "tests/core/item_driver.hpp"

using namespace settle::test;

namespace {

using what = judgement::kind;

account_row row(meaning m, epoch_seconds submit, std::optional<epoch_seconds> start,
                std::optional<epoch_seconds> end) {
  account_row r;
  r.means = m;
  r.why = m == meaning::failed ? cause::exit_nonzero : cause::none;
  r.code = {m == meaning::failed ? 3 : 0, 0};
  r.submit = submit;
  r.start = start;
  r.end = end;
  if (start && end)
    r.batch = batch_row{m, r.code};
  return r;
}

judgement judged(std::vector<account_row> rows, job_identity ours = {.job_id = 1, .first_submit = 100}) {
  return judge(rows, ours, {}, false, false);
}

}  // namespace

TEST_CASE("no row is no row", "[core][verdict]") {
  CHECK(judged({}).what == what::no_row);
}

TEST_CASE("a row without an end is not final, whatever its state says", "[core][verdict]") {
  const judgement j = judged({row(meaning::failed, 100, 110, {})});
  CHECK(j.what == what::not_final);
  CHECK_FALSE(j.never_ran);
}

TEST_CASE("a requeued, waiting or running row with an end is not final", "[core][verdict]") {
  for (meaning m : {meaning::requeued, meaning::waiting, meaning::alive, meaning::present})
    CHECK(judged({row(m, 100, 110, 120)}).what == what::not_final);
}

TEST_CASE("a pending row has never run", "[core][verdict]") {
  CHECK(judged({row(meaning::waiting, 100, {}, {})}).never_ran);
}

TEST_CASE("only the newest row decides: by submit, then by start", "[core][verdict]") {
  const account_row failed = row(meaning::failed, 100, 110, 120);
  SECTION("an older final row does not, while the newest waits") {
    CHECK(judged({failed, row(meaning::waiting, 200, {}, {})}).what == what::not_final);
    CHECK(judged({row(meaning::waiting, 200, {}, {}), failed}).what == what::not_final);
  }
  SECTION("the later submit") {
    CHECK(judged({row(meaning::succeeded, 200, 210, 220), failed}).what == what::success);
  }
  SECTION("the later start of one submit") {
    CHECK(judged({row(meaning::succeeded, 100, 130, 140), failed}).what == what::success);
  }
  SECTION("of one submit, the life that has not started yet") {
    CHECK(judged({row(meaning::waiting, 100, {}, {}), row(meaning::requeued, 100, 110, 120)}).never_ran);
  }
}

TEST_CASE("rows of a reused id are not ours", "[core][verdict]") {
  const account_row stale = row(meaning::succeeded, 50, 60, 70);
  CHECK(judged({stale}).what == what::no_row);
  CHECK(judged({row(meaning::succeeded, 99, 110, 120)}).what == what::success);  // rounded
  CHECK(judged({row(meaning::succeeded, 98, 110, 120)}).what == what::no_row);
  CHECK(judged({stale}, {.job_id = 1, .first_submit = 50}).what == what::success);
  // The controller has shown a later life: this row is of an earlier one.
  CHECK(judged({stale}, {.job_id = 1, .first_submit = 50, .last_submit = 80}).what == what::not_final);
  CHECK(judged({stale}, {.job_id = 1}).what == what::success);
}

TEST_CASE("a row whose submit time is unreadable is ours by its id, but no newer than one that has it",
          "[core][verdict]") {
  account_row nameless = row(meaning::succeeded, 0, 110, 120);
  nameless.submit.reset();
  CHECK(judged({nameless}).what == what::success);
  CHECK(judged({row(meaning::failed, 100, 110, 120), nameless}).what == what::failure);
}

TEST_CASE("a success without its .batch row is looked at again, and decides alone where allowed",
          "[core][verdict]") {
  account_row r = row(meaning::succeeded, 100, 110, 120);
  SECTION("missing") {
    r.batch.reset();
  }
  SECTION("not ended") {
    r.batch->means = meaning::alive;
  }
  const account_row rows[] = {r};
  const judgement first = judge(rows, {.job_id = 1}, {}, false, false);
  CHECK(first.what == what::batch_missing);
  CHECK_FALSE(first.reached.warning.empty());
  const judgement then = judge(rows, {.job_id = 1}, {}, false, true);
  CHECK(then.what == what::success);
  CHECK(then.reached.status == item_status::completed);
  CHECK_FALSE(then.reached.warning.empty());
}

TEST_CASE("a runaway repair decides nothing", "[core][verdict]") {
  account_row r = row(meaning::succeeded, 100, 110, 110);
  r.batch.reset();
  r.step_unfinished = true;
  CHECK(judged({r}).what == what::forged);
  r.step_unfinished = false;
  r.batch = batch_row{meaning::succeeded, {0, 0}};
  CHECK(judged({r}).what == what::success);  // a job can be that short
}

TEST_CASE("a failed step is a warning, or a failure where the policy says so", "[core][verdict]") {
  account_row r = row(meaning::succeeded, 100, 110, 120);
  r.step_failed = true;
  const account_row rows[] = {r};
  const judgement lenient = judge(rows, {.job_id = 1}, {}, false, false);
  CHECK(lenient.what == what::success);
  CHECK_FALSE(lenient.reached.warning.empty());
  const judgement strict = judge(rows, {.job_id = 1}, {}, true, false);
  CHECK(strict.what == what::failure);
  CHECK(strict.reached.why == cause::exit_nonzero);
  CHECK_FALSE(strict.reached.exit_code.has_value());
}

TEST_CASE("a job that ran and is CANCELLED by nobody is marked so", "[core][verdict]") {
  account_row r = row(meaning::failed, 100, 110, 120);
  r.why = cause::cancelled;
  CHECK(judged({r}).bare_cancel);
  r.canceller_known = true;
  CHECK_FALSE(judged({r}).bare_cancel);
  r.canceller_known = false;
  r.start.reset();
  CHECK_FALSE(judged({r}).bare_cancel);  // cancelled while it waited
}

TEST_CASE("the controller's exact code wins only where both agree modulo 128 and in the signal",
          "[core][verdict]") {
  account_row r = row(meaning::failed, 100, 110, 120);
  r.code = {9, 0};
  r.batch->code = {9, 0};
  const account_row rows[] = {r};
  const auto with = [&](exit_status exact) {
    return judge(rows, {.job_id = 1}, exact, false, false).reached.exit_code;
  };
  CHECK(with({137, {}}) == 137);
  CHECK(with({137, 0}) == 137);
  CHECK(with({9, 0}) == 9);
  CHECK(with({138, 0}) == 9);
  CHECK(with({137, 9}) == 9);
  CHECK(with({}) == 9);
}

TEST_CASE("details are kept, efficiency computed and bounded", "[core][verdict]") {
  account_row r = row(meaning::succeeded, 100, 110, 120);
  r.elapsed_s = 10;
  r.cpu_ms = 15'000;
  r.cpus = 2;
  r.max_rss_bytes = 4096;
  r.node_list = "n[1-2]";
  r.word = "COMPLETED";
  const details facts = judged({r}).reached.facts;
  CHECK(facts.cpu_efficiency == 0.75);
  CHECK(facts.start == 110);
  CHECK(facts.end == 120);
  CHECK(facts.elapsed_s == 10);
  CHECK(facts.max_rss_bytes == 4096);
  CHECK(facts.node_list == "n[1-2]");
  CHECK(facts.raw_state == "COMPLETED");
  r.cpu_ms = 90'000;
  CHECK(judged({r}).reached.facts.cpu_efficiency == 1.0);
  r.elapsed_s = 0;
  CHECK_FALSE(judged({r}).reached.facts.cpu_efficiency.has_value());
}

TEST_CASE("the controller's record gives a verdict of its own", "[core][verdict]") {
  listed_job job;
  job.word = "COMPLETED";
  job.start = 5;
  job.end = 9;
  SECTION("success") {
    job.means = meaning::succeeded;
    job.exact.exit = 0;
    const verdict v = from_controller(job, evidence::controller);
    CHECK(v.status == item_status::completed);
    CHECK(v.exit_code == 0);
    CHECK(v.who == evidence::controller);
    CHECK(v.facts.elapsed_s == 4);
  }
  SECTION("success with a code is none") {
    job.means = meaning::succeeded;
    job.exact.exit = 2;
    const verdict v = from_controller(job, evidence::controller);
    CHECK(v.status == item_status::failed);
    CHECK(v.why == cause::exit_nonzero);
  }
  SECTION("failure without a cause") {
    job.means = meaning::failed;
    job.exact = {0, 9};
    CHECK(from_controller(job, evidence::queue).why == cause::signal);
  }
  SECTION("launch failure") {
    job.means = meaning::failed;
    job.exact = {0, 53};
    CHECK(from_controller(job, evidence::queue).why == cause::launch_failure);
  }
  SECTION("timeout with code 0 has no code") {
    job.means = meaning::failed;
    job.why = cause::timeout;
    job.exact = {0, 0};
    const verdict v = from_controller(job, evidence::queue);
    CHECK(v.why == cause::timeout);
    CHECK_FALSE(v.exit_code.has_value());
    CHECK_FALSE(v.signal.has_value());
  }
}

TEST_CASE("where the job's own record contradicts the verdict, that is told and the verdict stays",
          "[core][verdict]") {
  const auto told = [](meaning m, std::int32_t recorded) {
    judgement j = judged({row(m, 100, 110, 120)});
    REQUIRE((j.what == what::success || j.what == what::failure));
    j.reached.warning.clear();
    const verdict before = j.reached;
    compare_with_witness(j.reached, recorded);
    CHECK(j.reached.status == before.status);
    CHECK(j.reached.why == before.why);
    CHECK(j.reached.exit_code == before.exit_code);
    return j.reached.warning;
  };
  CHECK(told(meaning::succeeded, 0).empty());
  CHECK(told(meaning::succeeded, 3) == "the job script itself recorded exit code 3");
  CHECK(told(meaning::failed, 3).empty());
  CHECK(told(meaning::failed, 0) == "the job script itself recorded exit code 0");
}
