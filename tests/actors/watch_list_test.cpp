// What a listing may show and what it may not: ownership, absence, doubt, and the clock that counts only while
// listings succeed.
#include "actors/watch_list.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle;
using namespace settle::actors;
using namespace std::chrono_literals;
using core::event_kind;
using core::meaning;

namespace {

constexpr auto token = "0abc-0-1";

std::string name_of(int item) {
  return "task." + make_token("0abc", static_cast<core::item_index>(item), 1);
}

struct desk {
  watch_list list{core::policy{}};
  core::instant now{10s, 1'000'000s};
  std::vector<delivery> out;

  void follow(int item, std::uint64_t id) {
    item_key key{1, static_cast<core::item_index>(item)};
    list.expect(key, name_of(item), now);
    list.follow(key, id, name_of(item), std::nullopt, now);
  }
  void listed(const listing& seen, core::duration later = 15s) {
    out.clear();
    now.monotonic += later;
    now.wall += later;
    list.listed(seen, now.monotonic, now, out);
  }
  bool told(int item, event_kind kind) const {
    for (const auto& d : out)
      if (d.to.index == static_cast<core::item_index>(item) && d.what.kind == kind)
        return true;
    return false;
  }
};

listed_row row(std::uint64_t id, const std::string& name, meaning means = meaning::alive,
               core::epoch_seconds submit = 1'000'000) {
  listed_row r{id, name, {}};
  r.job.means = means;
  r.job.submit = submit;
  return r;
}

}  // namespace

TEST_CASE("a row with our id and another job's token is another job", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, "other.0zzz-0-1")}, {}, 0, {}});
  CHECK(d.told(0, event_kind::absent));
  CHECK_FALSE(d.told(0, event_kind::listed_alive));
}

TEST_CASE("a job whose name was changed is ours by id and submit time", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  CHECK(d.told(0, event_kind::listed_alive));
  d.listed({{row(7, "renamed", meaning::succeeded)}, {}, 0, {}});
  CHECK(d.told(0, event_kind::listed_succeeded));
  d.listed({{row(7, "renamed", meaning::failed, 500)}, {}, 0, {}});
  CHECK_FALSE(d.told(0, event_kind::listed_failed));  // submitted before ours: a reused id
}

TEST_CASE("what did not change is not told again", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  CHECK(d.out.size() == 1);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  CHECK(d.out.empty());
}

TEST_CASE("a listing begun before a submission was known cannot show its absence", "[actors][watch_list]") {
  desk d;
  auto begun = d.now.monotonic;
  d.now.monotonic += 1s;
  d.follow(0, 7);
  d.list.listed({}, begun, d.now, d.out);
  CHECK(d.out.empty());
  d.listed({});
  CHECK(d.told(0, event_kind::absent));
}

TEST_CASE("an unreadable row is neither present nor absent", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  d.listed({{}, {7}, 0, {}});
  CHECK(d.told(0, event_kind::listed_present));
  CHECK_FALSE(d.told(0, event_kind::absent));
}

TEST_CASE("a renamed job first seen COMPLETING in its next life shows no count: it is neither ours nor a stranger's",
          "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  auto later = row(7, "renamed", meaning::alive, 1'000'100);
  later.job.restarts.reset();
  d.listed({{later}, {}, 0, {}});
  CHECK(d.told(0, event_kind::listed_present));
  CHECK_FALSE(d.told(0, event_kind::absent));
  later.job.means = meaning::succeeded;
  later.job.restarts = 1;
  d.listed({{later}, {}, 0, {}});
  CHECK(d.told(0, event_kind::listed_succeeded));
}

TEST_CASE("rows nobody can attribute make absence doubtful for one listing", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  d.listed({{}, {}, 1, "garbage"});
  CHECK_FALSE(d.told(0, event_kind::absent));
  d.listed({{}, {}, 1, "garbage"});
  CHECK(d.told(0, event_kind::absent));
}

TEST_CASE("observed time passes only while listings succeed", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({});
  d.list.start_clock({1, 0}, clock_kind::settling);
  for (int i = 0; i < 20; ++i)
    d.listed({}, 15s);
  CHECK_FALSE(d.list.anything_due());  // 300 s
  d.list.listing_failed();
  d.listed({}, 1h);  // an hour of outage counts for nothing
  CHECK_FALSE(d.list.anything_due());
  for (int i = 0; i < 20; ++i)
    d.listed({}, 15s);
  CHECK(d.list.anything_due());
}

TEST_CASE("two items that were given one id each hear of their own job", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.now.monotonic += 1s;
  d.follow(1, 7);  // slurmctld lost its state and gave the id again
  CHECK_FALSE(d.list.still_owns_id({1, 0}));
  CHECK(d.list.still_owns_id({1, 1}));
  d.listed({{row(7, name_of(1))}, {}, 0, {}});
  CHECK(d.told(1, event_kind::listed_alive));
  CHECK(d.told(0, event_kind::absent));
  CHECK(d.list.accounting_ids() == std::vector<std::uint64_t>{7});
  accounting_answer answer;
  answer.asked = {7};
  answer.what = std::vector<accounted_job>{{7, name_of(1), {core::account_row{}}}};
  d.out.clear();
  d.list.accounted(answer, 0, d.now, d.out);
  REQUIRE(d.out.size() == 2);
  for (const auto& told : d.out)
    CHECK(told.rows.size() == (told.to.index == 1 ? 1 : 0));  // each only what stands under its own name
}

TEST_CASE("silence is decided only when accounting has answered after the listing", "[actors][watch_list]") {
  desk d;
  item_key key{1, 0};
  d.list.expect(key, name_of(0), d.now);
  d.list.set_needs(key, item_needs{.search = true}, d.now);
  accounting_answer silent;
  silent.what = std::vector<accounted_job>{};
  d.listed({});
  silent.read = d.now.monotonic;
  d.list.searched({name_of(0)}, silent, 0, d.now, d.out);
  d.listed({}, 10min);
  CHECK_FALSE(d.told(0, event_kind::search_silent));
  silent.what = std::vector<accounted_job>{{9, name_of(0), {core::account_row{}}}};
  d.list.searched({name_of(0)}, silent, 0, d.now, d.out);
  CHECK(d.told(0, event_kind::submit_accepted));
  CHECK_FALSE(d.told(0, event_kind::search_silent));
}

TEST_CASE("tokens and run ids read back", "[actors][keys]") {
  auto run = make_run_id(1'795'428'515, 12345);
  CHECK(run.size() == 12);
  CHECK(run < make_run_id(1'795'428'516, 0));
  CHECK(token_of_job_name("task." + make_token(run, 35, 2)) == run + "-z-2");
  CHECK(token_of_job_name("no token").empty());
  CHECK(token_of_job_name("a.b c-1-1").empty());
  CHECK(token_of_job_name(std::string{"x."} + token) == token);
}
