#include "actors/translate/event_json.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace settle;
using core::stream_event;
using core::stream_kind;

namespace {

bool same_counts(const core::counts& a, const core::counts& b) {
  return a == b;
}

void check_same(const stream_event& a, const stream_event& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.seq == b.seq);
  CHECK(a.run == b.run);
  CHECK(a.item == b.item);
  CHECK(a.status == b.status);
  CHECK(a.run_state == b.run_state);
  CHECK(a.confirmed == b.confirmed);
  CHECK(same_counts(a.tally, b.tally));
  CHECK(a.at == b.at);
  CHECK(a.job_id == b.job_id);
  CHECK(a.attempt == b.attempt);
  CHECK(a.exit_code == b.exit_code);
  CHECK(a.signal == b.signal);
  CHECK(a.who == b.who);
  CHECK(a.why == b.why);
  CHECK(a.error == b.error);
  CHECK(a.warning == b.warning);
  CHECK(a.reason == b.reason);
  CHECK(a.advice == b.advice);
  CHECK(a.facts == b.facts);
}

void check_round_trip(const stream_event& e) {
  const std::string line = actors::to_json(e);
  CAPTURE(line);
  CHECK(line.find('\n') == std::string::npos);
  const auto back = actors::stream_event_from_json(line);
  REQUIRE(back);
  check_same(e, *back);
}

stream_event failed_item() {
  stream_event e;
  e.kind = stream_kind::item;
  e.seq = 7;
  e.run = "r1";
  e.item = "train/7";
  e.status = core::item_status::failed;
  e.at = core::duration(1'700'000'000'123);
  e.job_id = 4711;
  e.attempt = 2;
  e.exit_code = 3;
  e.who = core::evidence::accounting;
  e.why = core::cause::exit_nonzero;
  e.error = "the command said no";
  return e;
}

}  // namespace

TEST_CASE("an item's line has the documented fields in their order", "[program][event_json]") {
  CHECK(actors::to_json(failed_item()) ==
        R"({"event":"item","v":1,"seq":7,"run":"r1","item":"train/7","status":"failed","at":1700000000.123,)"
        R"("job_id":"4711","attempt":2,"exit_code":3,"signal":null,"evidence":"accounting",)"
        R"("cause":"exit_nonzero","error":"the command said no"})");
}

TEST_CASE("what is not known is null, and 0 is not null", "[program][event_json]") {
  stream_event e;
  e.item = "a";
  e.seq = 1;
  const std::string nothing = actors::to_json(e);
  for (const char* name : {"job_id", "exit_code", "signal", "evidence", "cause", "error"})
    CHECK(nothing.find("\"" + std::string(name) + "\":null") != std::string::npos);
  CHECK(nothing.find("warning") == std::string::npos);
  e.exit_code = 0;
  CHECK(actors::to_json(e).find("\"exit_code\":0") != std::string::npos);
  check_round_trip(e);
}

TEST_CASE("an unconfirmed completion has evidence \"none\", not null", "[program][event_json]") {
  stream_event e = failed_item();
  e.status = core::item_status::completed;
  e.who = core::evidence::none;
  e.why = core::cause::none;
  e.exit_code.reset();
  CHECK(actors::to_json(e).find("\"evidence\":\"none\"") != std::string::npos);
  check_round_trip(e);
}

TEST_CASE("every kind of event comes back as it was", "[program][event_json]") {
  core::counts tally;
  for (std::size_t i = 0; i < core::item_status_count; ++i)
    tally.by_status[i] = i * 1'000'000'000'000u;
  tally.unconfirmed = 5;
  for (const auto kind : {stream_kind::run_started, stream_kind::items_added, stream_kind::run_finished}) {
    stream_event e;
    e.kind = kind;
    e.seq = std::numeric_limits<std::uint64_t>::max();
    e.run = "r";
    e.item = kind == stream_kind::items_added ? "generator" : "";
    e.run_state = kind == stream_kind::items_added ? core::run_status::pending : core::run_status::cancelled;
    e.confirmed = kind == stream_kind::run_finished;
    e.tally = tally;
    e.at = core::duration(1);
    check_round_trip(e);
  }
  stream_event notice;
  notice.kind = stream_kind::notice;
  notice.seq = 3;
  notice.error = "squeue does not answer";
  check_round_trip(notice);
  for (const auto kind : {stream_kind::item, stream_kind::rerun, stream_kind::verdict_corrected}) {
    stream_event e = failed_item();
    e.kind = kind;
    check_round_trip(e);
  }
}

TEST_CASE("why a queued item does not start is told where there is something to tell, and comes back",
          "[program][event_json]") {
  stream_event e;
  e.seq = 4;
  e.item = "a";
  e.status = core::item_status::queued;
  CHECK(actors::to_json(e).find("reason") == std::string::npos);
  e.reason = "JobHeldUser";
  e.advice = "held by its user: release it";
  CHECK(actors::to_json(e).find(R"("reason":"JobHeldUser","advice":"held by its user: release it")") !=
        std::string::npos);
  check_round_trip(e);
}

TEST_CASE("every status, evidence and cause comes back", "[program][event_json]") {
  stream_event e = failed_item();
  for (std::size_t i = 0; i < core::item_status_count; ++i) {
    e.status = static_cast<core::item_status>(i);
    check_round_trip(e);
  }
  for (int i = 0; i <= static_cast<int>(core::evidence::process); ++i) {
    e.who = static_cast<core::evidence>(i);
    check_round_trip(e);
  }
  for (int i = 0; i <= static_cast<int>(core::cause::generator_failed); ++i) {
    e.why = static_cast<core::cause>(i);
    check_round_trip(e);
  }
}

TEST_CASE("numbers keep all their bits", "[program][event_json]") {
  stream_event e = failed_item();
  e.seq = std::numeric_limits<std::uint64_t>::max();
  e.job_id = std::numeric_limits<std::uint64_t>::max();
  e.attempt = std::numeric_limits<std::uint32_t>::max();
  e.exit_code = std::numeric_limits<std::int32_t>::min();
  e.signal = std::numeric_limits<std::int32_t>::max();
  e.at = core::duration(4'102'444'799'999);
  e.facts.start = std::numeric_limits<std::int64_t>::min();
  e.facts.end = std::numeric_limits<std::int64_t>::max();
  e.facts.elapsed_s = 0;
  e.facts.cpu_ms = 123'456'789;
  e.facts.max_rss_bytes = std::numeric_limits<std::int64_t>::max();
  e.facts.cpu_efficiency = 0.1;
  e.facts.node_list = "n[1-3]";
  e.facts.raw_state = "CANCELLED by 1000";
  check_round_trip(e);
}

TEST_CASE("control characters, quotes and Unicode survive", "[program][event_json]") {
  stream_event e = failed_item();
  e.item =
      std::string("a\"b\\c\n\t\r\x01\x1f\x7f", 11) + std::string(1, '\0') + "\xE6\x97\xA5\xF0\x9F\x8D\xA3";
  e.error = "line 1\nline 2\x1b[31m";
  check_round_trip(e);
}

TEST_CASE("invalid UTF-8 in free text becomes U+FFFD, and the line stays JSON", "[program][event_json]") {
  stream_event e = failed_item();
  e.error =
      "bad \xff\xfe here, cut \xE6\x97, overlong \xC0\xAF, surrogate \xED\xA0\x80, far \xF5\x80\x80\x80";
  const auto back = actors::stream_event_from_json(actors::to_json(e));
  REQUIRE(back);
  const std::string r = "\xEF\xBF\xBD";
  CHECK(back->error == "bad " + r + r + " here, cut " + r + r + ", overlong " + r + r + ", surrogate " + r +
                           r + r + ", far " + r + r + r + r);
  CHECK(back->item == e.item);
}

TEST_CASE("a number that is no number is left out", "[program][event_json]") {
  stream_event e = failed_item();
  e.facts.cpu_efficiency = std::numeric_limits<double>::quiet_NaN();
  const auto back = actors::stream_event_from_json(actors::to_json(e));
  REQUIRE(back);
  CHECK_FALSE(back->facts.cpu_efficiency);
}

TEST_CASE("lines that are no events of ours are none", "[program][event_json]") {
  for (
      const char* line :
      {"",
       "{",
       "[]",
       "null",
       "{}",
       "42",
       R"({"event":"item"})",
       R"({"event":"intent","v":1,"seq":1,"at":1})",
       R"({"event":"item","v":2,"seq":1,"run":"r","item":"a","status":"failed","at":1})",
       R"({"event":"item","v":1,"seq":-1,"run":"r","item":"a","status":"failed","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"finished","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":7,"status":"failed","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","status":"failed","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":"1"})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"job_id":"12x"})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"job_id":12})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"exit_code":4294967296})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"cause":"bad luck"})",
       R"({"event":"run_finished","v":1,"seq":1,"run":"r","status":"completed","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","status":"completed","at":1})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1} {})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"new":tru})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"new":[1,"x" 2]})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"failed","at":1,"cause":nul})",
       R"({"event":"item","v":1,"seq":1,"run":"r","item":"a\q","status":"failed","at":1})"}) {
    CAPTURE(line);
    CHECK_FALSE(actors::stream_event_from_json(line));
  }
}

TEST_CASE("fields of later versions are passed over", "[program][event_json]") {
  const auto e = actors::stream_event_from_json(
      R"({"event":"item","v":1,"seq":1,"run":"r","item":"a","status":"running","at":1.5,"new":{"x":[1]}})");
  REQUIRE(e);
  CHECK(e->at == core::duration(1500));
  CHECK(e->status == core::item_status::running);
}
