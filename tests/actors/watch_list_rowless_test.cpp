// An answer of accounting without a row: when it is believed that there is none.
#include "actors/watch_list.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace settle;
using namespace settle::actors;
using namespace std::chrono_literals;

namespace {

constexpr item_key ours{1, 0};
constexpr std::uint64_t id = 30;

/// A submitted job that no listing shows, and whose time is over.
struct overdue_job {
  watch_list list{core::policy{.submit_no_record = 15s}};
  core::instant now{10s, 1'000'000s};
  std::vector<delivery> out;

  overdue_job() {
    list.expect(ours, "task.0abc-0-1", std::nullopt, now);
    list.follow(ours, id, "task.0abc-0-1", std::nullopt, now);
    list.set_needs(ours, item_needs{.accounting = true}, now);
    list.start_clock(ours, clock_kind::submitted, now);
    for (int i = 0; i < 3; ++i)
      listed();
  }
  void listed() {
    now.monotonic += 15s;
    now.wall += 15s;
    list.listed({}, now.monotonic, now, out);
  }
  void answered(accounting_answer a) {
    listed();
    a.read = now.monotonic;
    list.accounted(a, 0, now, out);
  }
  bool never_recorded() {
    std::vector<delivery> due;
    list.deliver_due(now, true, due);
    REQUIRE(due.size() == 1);
    return due.front().what.accounting_caught_up;
  }
};

accounting_answer without_rows() {
  accounting_answer a;
  a.asked = {id};
  a.what = std::vector<accounted_job>{};
  return a;
}

}  // namespace

TEST_CASE("a job is never recorded once accounting has answered twice without a row, not once",
          "[actors][watch_list]") {
  overdue_job d;
  d.answered(without_rows());
  CHECK_FALSE(d.never_recorded());
  SECTION("twice in a row") {
    d.answered(without_rows());
    CHECK(d.never_recorded());
    d.listed();  // it was not asked in this cycle
    CHECK_FALSE(d.never_recorded());
  }
  SECTION("an answer that failed in between") {
    auto failed = without_rows();
    failed.what = io::fail(io::errc::unavailable, "Connection refused");
    d.answered(failed);
    d.answered(without_rows());
    CHECK_FALSE(d.never_recorded());
  }
  SECTION("a row in between that could not be read") {
    auto unread = without_rows();
    unread.asked.clear();
    unread.unread = {id};
    d.answered(unread);
    d.answered(without_rows());
    CHECK_FALSE(d.never_recorded());
  }
  SECTION("a row in between") {
    auto known = without_rows();
    core::account_row row;
    row.submit = 1'000'000;
    known.what = std::vector{accounted_job{id, "task.0abc-0-1", {row}}};
    d.answered(known);
    d.answered(without_rows());
    CHECK_FALSE(d.never_recorded());
  }
}
