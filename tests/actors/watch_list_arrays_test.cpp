// Arrays in listings and accounting: rows for many tasks, rows of one, and tasks that never get a row.
#include "actors/watch_list.hpp"
#include "io/job_id.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace settle;
using namespace settle::actors;
using namespace std::chrono_literals;
using core::event_kind;
using core::meaning;
using io::array_task_id;

namespace {

const std::string array_name = "task.0abc-0-1";

struct desk {
  watch_list list{core::policy{}};
  core::instant now{10s, 1'000'000s};
  std::vector<delivery> out;

  static item_key key(std::uint32_t index) { return {1, index}; }
  void follow(std::uint32_t count, std::uint64_t base = 30) {
    for (std::uint32_t i = 0; i < count; ++i) {
      list.expect(key(i), array_name, i, now);
      list.follow(key(i), array_task_id(base, i), array_name, std::nullopt, now);
    }
  }
  void listed(const listing& seen) {
    out.clear();
    now.monotonic += 15s;
    now.wall += 15s;
    list.listed(seen, now.monotonic, now, out);
  }
  void accounted(std::vector<std::uint64_t> asked, std::vector<accounted_job> jobs,
                 std::optional<std::uint64_t> backlog = {}) {
    out.clear();
    accounting_answer a;
    a.asked = std::move(asked);
    a.what = std::move(jobs);
    a.read = now.monotonic;
    list.accounted(a, backlog, now, out);
  }
  std::vector<std::uint32_t> told(event_kind kind) const {
    std::vector<std::uint32_t> items;
    for (const auto& d : out)
      if (d.what.kind == kind)
        items.push_back(d.to.index);
    std::sort(items.begin(), items.end());
    return items;
  }
};

using items = std::vector<std::uint32_t>;

listed_row row(std::uint64_t id, meaning means, const std::string& rest = {},
               const std::string& name = array_name) {
  listed_row r{id, name, {}};
  r.job.means = means;
  r.job.submit = 1'000'000;
  if (!rest.empty())
    r.rest = *io::array_indexes::parse(rest);
  return r;
}

accounted_job ended(std::uint64_t id, const std::string& rest = {}) {
  core::account_row r;
  r.means = meaning::failed;
  r.submit = 1'000'000;
  r.end = 1'000'010;
  accounted_job job{id, array_name, {r}};
  if (!rest.empty())
    job.rest = *io::array_indexes::parse(rest);
  return job;
}

}  // namespace

TEST_CASE("one row for the waiting rest of an array is told to those of its tasks that are watched",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(4);
  d.list.forget(desk::key(2));
  d.listed({{row(30, meaning::waiting, "1-9999%4"), row(array_task_id(30, 0), meaning::alive)}, {}, 0, {}});
  CHECK(d.told(event_kind::listed_waiting) == items{1, 3});
  CHECK(d.told(event_kind::listed_alive) == items{0});
  d.listed({{row(30, meaning::waiting, "1-9999%4"), row(array_task_id(30, 0), meaning::alive)}, {}, 0, {}});
  CHECK(d.out.empty());
}

TEST_CASE("an array's row with another's token is another array's", "[actors][watch_list][arrays]") {
  desk d;
  d.follow(2);
  d.listed({{row(30, meaning::waiting, "0-9", "other.0zzz-0-1")}, {}, 0, {}});
  CHECK(d.told(event_kind::absent) == items{0, 1});
}

TEST_CASE("an array expression that is cut voids that array's unseen tasks, and no other job",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(3);
  d.list.follow({1, 9}, 77, "task.0abc-9-1", std::nullopt, d.now);
  d.listed({{row(array_task_id(30, 0), meaning::alive)}, {30}, 0, {}});
  CHECK(d.told(event_kind::listed_alive) == items{0});
  CHECK(d.told(event_kind::listed_present) == items{1, 2});
  CHECK(d.told(event_kind::absent) == items{9});
}

TEST_CASE("tasks whose sbatch was unclear are found by the array's name and their index, each by itself",
          "[actors][watch_list][arrays]") {
  desk d;
  for (std::uint32_t i = 0; i < 4; ++i) {
    d.list.expect(desk::key(i), array_name, i, d.now);
    d.list.set_needs(desk::key(i), item_needs{.search = true}, d.now);
  }
  CHECK(d.list.searched_names() == std::vector<std::string>{array_name});
  d.listed({{row(30, meaning::waiting, "1"), row(array_task_id(30, 3), meaning::alive)}, {}, 0, {}});
  CHECK(d.told(event_kind::submit_accepted) == items{1, 3});
  CHECK(d.list.job_id(desk::key(3)) == array_task_id(30, 3));
  CHECK_FALSE(d.list.job_id(desk::key(0)));
  d.out.clear();
  accounting_answer a;
  a.what = std::vector{ended(30, "0-0")};
  a.read = d.now.monotonic;
  d.list.searched({array_name}, a, 0, d.now, d.out);
  CHECK(d.told(event_kind::submit_accepted) == items{0});
  CHECK_FALSE(d.list.job_id(desk::key(2)));
}

TEST_CASE("accounting is asked about single tasks, about most of an array as a whole, oldest first",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(10);
  d.list.follow({1, 50}, 31, "task.0abc-1e-1", std::nullopt, d.now);
  const auto want = [&](std::uint32_t item) {
    d.list.set_needs(desk::key(item), item_needs{.accounting = true}, d.now);
  };
  want(7);
  want(2);
  want(50);
  CHECK(d.list.accounting_ids() ==
        std::vector<std::uint64_t>{array_task_id(30, 2), array_task_id(30, 7), 31});
  for (std::uint32_t i = 0; i < 6; ++i)
    want(i);
  CHECK(d.list.accounting_ids() == std::vector<std::uint64_t>{30, 31});
  SECTION("most of what there was, not of what is left") {
    for (std::uint32_t i = 0; i < 8; ++i)
      if (i != 7)
        d.list.ended(desk::key(i));
    CHECK(d.list.accounting_ids() == std::vector<std::uint64_t>{array_task_id(30, 7), 31});
  }
}

TEST_CASE("accounting is asked about each run in turn: a large one does not keep a small one waiting",
          "[actors][watch_list]") {
  desk d;
  const auto ask_about = [&](item_key key, std::uint64_t id) {
    d.list.follow(key, id, "t.0abc-" + std::to_string(id) + "-1", std::nullopt, d.now);
    d.list.set_needs(key, item_needs{.accounting = true}, d.now);
  };
  for (std::uint32_t i = 0; i < 5; ++i)
    ask_about({1, i}, 10 + i);
  ask_about({2, 0}, 101);
  ask_about({2, 1}, 100);
  ask_about({3, 0}, 11);  // an id that was given again
  CHECK(d.list.accounting_ids() == std::vector<std::uint64_t>{10, 100, 11, 101, 12, 13, 14});
}

TEST_CASE("a task that never gets a row of its own is asked about with its array now and then",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(10);
  d.list.set_needs(desk::key(7), item_needs{.accounting = true}, d.now);
  const auto id = array_task_id(30, 7);
  int whole = 0;
  for (int i = 0; i < 8; ++i) {
    const auto ids = d.list.accounting_ids();
    REQUIRE(ids.size() == 1);
    whole += ids.front() == 30 ? 1 : 0;
    d.accounted(ids, {});
    CHECK(d.told(event_kind::accounting_answered) == items{7});
  }
  CHECK(whole == 2);
  d.accounted({30}, {ended(30, "5-8")});
  REQUIRE(d.out.size() == 1);
  CHECK(d.out.front().rows.size() == 1);
  // A row of its own says more than an old one for the rest.
  auto own = ended(id);
  own.rows.front().means = meaning::succeeded;
  d.accounted({30}, {ended(30, "5-8"), own});
  REQUIRE(d.out.front().rows.size() == 1);
  CHECK(d.out.front().rows.front().means == meaning::succeeded);
}

TEST_CASE("an array is cancelled by its own id only when all of it that is watched is to go",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(3);
  const auto t = [](std::uint32_t i) { return array_task_id(30, i); };
  using ids = std::vector<std::uint64_t>;
  CHECK(d.list.to_cancel(ids{t(0), t(2)}) == ids{t(0), t(2)});
  CHECK(d.list.to_cancel(ids{t(0), t(2), t(1), 77}) == ids{77, 30});
  d.list.ended(desk::key(1));
  CHECK(d.list.to_cancel(ids{t(0), t(2)}) == ids{30});
  // One of whose sbatch nobody knows yet may be in the same array, and nobody asked to cancel that.
  d.list.expect(desk::key(5), array_name, 5, d.now);
  CHECK(d.list.to_cancel(ids{t(0), t(2)}) == ids{t(0), t(2)});
}

TEST_CASE("a task gone from its array's waiting rest, of which accounting that has caught up knows no "
          "beginning, is told so",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(3);
  d.listed({{row(30, meaning::waiting, "0-2")}, {}, 0, {}});
  d.listed({{row(30, meaning::waiting, "0,2")}, {}, 0, {}});
  CHECK(d.told(event_kind::absent) == items{1});
  d.list.set_needs(desk::key(1), item_needs{.accounting = true}, d.now);
  d.list.start_clock(desk::key(1), clock_kind::settling, d.now);
  for (int i = 0; i < 6; ++i)
    d.listed({{row(30, meaning::waiting, "0,2")}, {}, 0, {}});
  REQUIRE(d.list.accounting_ids() == std::vector<std::uint64_t>{30});  // it is due
  d.accounted({30}, {});
  std::vector<delivery> due;
  d.list.deliver_due(d.now, false, due);  // what slurmctld has still to hand over may tell of it
  CHECK(due.empty());
  d.accounted({30}, {}, 0);
  d.list.deliver_due(d.now, true, due);
  REQUIRE(due.size() == 1);
  CHECK(due.front().what.rest_of_array);
  CHECK(due.front().what.accounting_caught_up);
}

TEST_CASE("a task of an array that ended and runs again is told, by its index and its array's name",
          "[actors][watch_list][arrays]") {
  desk d;
  d.follow(4);
  d.list.follow({1, 9}, 77, "task.0abc-9-1", std::nullopt, d.now);
  d.listed(
      {{row(array_task_id(30, 0), meaning::alive), row(array_task_id(30, 3), meaning::alive)}, {}, 0, {}});
  for (const std::uint32_t ended : {3U, 0U, 9U})
    d.list.ended(desk::key(ended));
  const auto seen_again = [&](const std::vector<listed_row>& rows) {
    d.out.clear();
    d.list.reruns({rows, {}, 0, {}}, d.now.monotonic, d.now, d.out);
    return d.told(event_kind::listed_alive);
  };
  CHECK(seen_again({row(array_task_id(30, 3), meaning::alive)}) == items{3});
  CHECK(seen_again({row(array_task_id(30, 0), meaning::alive),
                    row(77, meaning::alive, "", "task.0abc-9-1")}) == items{0, 9});
  CHECK(seen_again({row(array_task_id(30, 1), meaning::alive), row(array_task_id(30, 4000), meaning::alive),
                    row(array_task_id(31, 3), meaning::alive)})
            .empty());
  CHECK(seen_again({row(array_task_id(30, 3), meaning::alive, "", "other.0zzz-0-1")}).empty());
  CHECK(seen_again({row(array_task_id(30, 3), meaning::succeeded)}).empty());
  // A crash forgot that array: its id is another one's now, of another run.
  d.list.follow({2, 5}, array_task_id(30, 1), "later.0def-5-1", std::nullopt, d.now);
  d.list.ended({2, 5});
  CHECK(seen_again({row(array_task_id(30, 3), meaning::alive)}).empty());
  CHECK(seen_again({row(array_task_id(30, 1), meaning::alive, "", "later.0def-5-1")}) == items{5});
  d.list.forget_run(2);
  CHECK(seen_again({row(array_task_id(30, 1), meaning::alive, "", "later.0def-5-1")}).empty());
  CHECK(seen_again({row(77, meaning::alive, "", "task.0abc-9-1")}) == items{9});
}
