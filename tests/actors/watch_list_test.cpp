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
    list.expect(key, name_of(item), std::nullopt, now);
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

TEST_CASE("a renamed job that was requeued is ours; a stranger who got its id is not",
          "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  auto later = row(7, "renamed", meaning::waiting, 1'000'100);
  SECTION("requeued: it counts") {
    later.job.restarts = 1;
    d.listed({{later}, {}, 0, {}});
    CHECK(d.told(0, event_kind::listed_waiting));
  }
  SECTION("a stranger begins at nothing, and stays one") {
    later.job.restarts = 0;
    d.listed({{later}, {}, 0, {}});
    CHECK(d.told(0, event_kind::absent));
    later.job.restarts = 1;
    d.listed({{later}, {}, 0, {}});
    CHECK_FALSE(d.told(0, event_kind::listed_waiting));
  }
}

TEST_CASE("where names are kept, a nameless row under our id says neither yes nor no",
          "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.follow(1, 8);
  d.listed({{row(7, "nameless"), row(8, name_of(1))}, {}, 0, {}});
  CHECK(d.told(0, event_kind::listed_alive));  // nothing was known of this site yet
  desk e;
  e.follow(1, 8);
  e.listed({{row(8, name_of(1))}, {}, 0, {}});
  e.follow(0, 7);
  e.listed({{row(7, "nameless"), row(8, name_of(1))}, {}, 0, {}});
  CHECK(e.told(0, event_kind::listed_present));
}

TEST_CASE("accounting rows that nobody can attribute decide nothing, yet are rows", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  accounting_answer answer;
  answer.asked = {7};
  core::account_row done{.means = meaning::succeeded, .code = {0, 0}, .submit = 1'000'000, .end = 1'000'010};
  answer.what = std::vector<accounted_job>{{7, "nameless", {done}}};
  d.list.accounted(answer, 0, d.now, d.out);
  REQUIRE(d.out.size() == 1);
  REQUIRE(d.out[0].rows.size() == 1);
  CHECK(d.out[0].rows[0].means == meaning::present);
  d.listed({{row(7, "nameless")}, {}, 0, {}});  // listed with that submit time: now it is known
  d.out.clear();
  d.list.accounted(answer, 0, d.now, d.out);
  REQUIRE(d.out[0].rows.size() == 1);
  CHECK(d.out[0].rows[0].means == meaning::succeeded);
}

TEST_CASE("a listing finds a job whose sbatch has not answered yet", "[actors][watch_list]") {
  desk d;
  d.list.expect({1, 0}, name_of(0), std::nullopt, d.now);
  d.listed({{row(9, name_of(0))}, {}, 0, {}});
  CHECK(d.told(0, event_kind::submit_accepted));
  CHECK(d.told(0, event_kind::listed_alive));
}

TEST_CASE("silence means nothing while slurmctld has records to hand over", "[actors][watch_list]") {
  desk d;
  item_key key{1, 0};
  d.list.expect(key, name_of(0), std::nullopt, d.now);
  d.list.set_needs(key, item_needs{.search = true}, d.now);
  accounting_answer silent;
  silent.what = std::vector<accounted_job>{};
  const auto look = [&](std::optional<std::uint64_t> backlog, core::duration later) {
    d.listed({}, later);
    silent.read = d.now.monotonic;
    d.list.searched({name_of(0)}, silent, backlog, d.now, d.out);
    return d.told(0, event_kind::search_silent);
  };
  CHECK_FALSE(look(3, 15s));
  CHECK_FALSE(look(3, 10min));
  CHECK_FALSE(look(std::nullopt, 15s));  // sdiag does not say: a longer silence is wanted
  CHECK(look(0, 15s));
}

TEST_CASE(
    "a row that cannot be read is no silence where it may be the one that is searched for, and else changes "
    "nothing",
    "[actors][watch_list]") {
  desk d;
  item_key key{1, 0};
  d.list.expect(key, name_of(0), std::nullopt, d.now);
  d.list.set_needs(key, item_needs{.search = true}, d.now);
  unread_rows ours, banner, cut;
  ours.add("7|7|N/A|what?|a name that was\ncut." + name_of(0));
  banner.add("Welcome to the cluster!");
  cut.cut = true;
  /// Minutes of it, and then whether that counted as silence.
  const auto look = [&](const unread_rows& in_listing, const unread_rows& in_accounting) {
    bool silent = false;
    for (int cycle = 0; cycle < 5 && !silent; ++cycle) {
      listing seen;
      seen.unread = in_listing;
      seen.unreadable_rows = in_listing.texts.size();
      d.listed(seen, 1min);
      accounting_answer said;
      said.what = std::vector<accounted_job>{};
      said.unread_text = in_accounting;
      said.read = d.now.monotonic;
      d.list.searched({name_of(0)}, said, 0, d.now, d.out);
      silent = d.told(0, event_kind::search_silent);
    }
    return silent;
  };
  CHECK_FALSE(look(ours, {}));
  CHECK_FALSE(look({}, ours));
  CHECK_FALSE(look(cut, {}));
  CHECK_FALSE(look({}, cut));
  CHECK(look(banner, banner));
}

TEST_CASE("an ended job that runs again is told, its own end is not", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({{row(7, name_of(0))}, {}, 0, {}});
  d.list.ended({1, 0});
  std::vector<delivery> again;
  d.list.reruns({{row(7, name_of(0), meaning::succeeded)}, {}, 0, {}}, d.now.monotonic, d.now, again);
  d.list.reruns({{row(7, "other.0zzz-0-1")}, {}, 0, {}}, d.now.monotonic, d.now, again);
  CHECK(again.empty());
  d.list.reruns({{row(7, name_of(0), meaning::waiting)}, {}, 0, {}}, d.now.monotonic, d.now, again);
  REQUIRE(again.size() == 1);
  CHECK(again[0].what.kind == event_kind::listed_waiting);
  d.list.forget_run(1);
  d.list.reruns({{row(7, name_of(0), meaning::waiting)}, {}, 0, {}}, d.now.monotonic, d.now, again);
  CHECK(again.size() == 1);
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

TEST_CASE("a renamed job first seen COMPLETING in its next life shows no count: it is neither ours nor a "
          "stranger's",
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
  d.list.start_clock({1, 0}, clock_kind::settling, d.now);
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

TEST_CASE("who had an id before never takes a renamed row of the one who has it now",
          "[actors][watch_list]") {
  const bool former_first = GENERATE(true, false);
  const int former = former_first ? 0 : 1, owner = former_first ? 1 : 0;
  desk d;
  d.follow(0, 7);
  if (former_first)
    d.listed({{row(7, name_of(0), meaning::alive, 1'000'000)}, {}, 0, {}});
  d.follow(1, 7);
  if (!former_first) {
    d.list.forget({1, 0});  // and known again, after the other: whichever stands first
    d.follow(0, 7);
  }
  d.listed({{row(7, name_of(owner), meaning::alive, 1'000'200)}, {}, 0, {}});
  CHECK(d.told(owner, event_kind::listed_alive));
  auto again = row(7, "renamed", meaning::waiting, 1'000'300);
  again.job.restarts = 1;
  d.list.forget({1, static_cast<core::item_index>(owner)});  // it has its verdict
  d.listed({{again}, {}, 0, {}});
  CHECK_FALSE(d.told(former, event_kind::listed_waiting));
}

TEST_CASE("silence is decided only when accounting has answered after the listing", "[actors][watch_list]") {
  desk d;
  item_key key{1, 0};
  d.list.expect(key, name_of(0), std::nullopt, d.now);
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

TEST_CASE("every submission that is listed tells how far the controller's clock is", "[actors][watch_list]") {
  desk d;
  CHECK_FALSE(d.list.skew());
  d.list.expect({1, 0}, name_of(0), std::nullopt, d.now);
  d.now.wall += 1s;
  d.list.follow({1, 0}, 7, name_of(0), std::nullopt, d.now);
  d.listed({{row(7, name_of(0), meaning::alive, 1'007'200)}, {}, 0, {}});
  REQUIRE(d.list.skew());
  CHECK(d.list.skew()->skew == 7200s);
  CHECK(d.list.skew()->within == 1s);
  // A search reaches back as far as the controller's clock says, and no further than the slack.
  d.list.expect({1, 1}, name_of(1), std::nullopt, d.now);
  d.list.set_needs({1, 1}, item_needs{.search = true}, d.now);
  const auto there = std::chrono::floor<std::chrono::seconds>(d.now.wall).count() + 7200;
  CHECK(d.list.searched_since() == there - core::limits::clock_slack.count());
}

TEST_CASE("a clock counts nothing of the time before it was started", "[actors][watch_list]") {
  desk d;
  d.follow(0, 7);
  d.listed({});
  d.now.monotonic += 10min;  // nothing was asked for long
  d.follow(1, 8);
  d.list.start_clock({1, 1}, clock_kind::submitted, d.now);
  d.listed({}, 5s);
  CHECK_FALSE(d.list.anything_due());
  d.listed({}, core::policy{}.submit_no_record);
  CHECK(d.list.anything_due());
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
