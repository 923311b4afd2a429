// What a process that takes a run over reads of its journal, and what it refuses.
#include "actors/keys.hpp"
#include "actors/run_book.hpp"
#include "actors/run_recovery.hpp"
#include "actors/translate/journal_json.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

using namespace settle;
using core::item_status;
namespace fs = std::filesystem;

namespace {

constexpr auto tasks = R"({"tasks":[{"id":"a","name":"a","command":"true"},
  {"id":"b","name":"b","command":"true","deps":["a"]},{"id":"c","name":"c","command":"true"}]})";

/// A run's folder, written line by line.
class left_run {
public:
  left_run() {
    fs::create_directories(folder_);
    document("document-0.json", tasks);
    actors::run_facts facts;
    facts.id = "0testrun0000";
    facts.title = "t";
    facts.backend = "slurm";
    facts.exit_records = true;
    line(actors::run_line(facts, 7));
    line(actors::document_line("document-0.json", 3, {}));
  }
  ~left_run() { fs::remove_all(folder_); }
  left_run(const left_run&) = delete;
  left_run& operator=(const left_run&) = delete;

  void document(const std::string& file, const std::string& text) const {
    std::ofstream(folder_ + "/" + file) << text;
  }
  void line(const std::string& text) { out() << text << "\n"; }
  void torn(const std::string& text) { out() << text; }
  void item(const std::string& id, const core::item& it) {
    auto e = actors::event_of_item(it);
    e.kind = it.rerun_reported ? core::stream_kind::rerun : core::stream_kind::item;
    e.item = id;
    e.run = "0testrun0000";
    e.seq = ++seq_;
    line(actors::item_line(e, it));
  }
  io::result<actors::recovered_run> recover() const {
    return actors::recover_run(folder_, core::instant{core::seconds{100}, core::seconds{1'800'000'000}},
                               true);
  }
  std::string refusal() const {
    auto found = recover();
    return found ? "" : found.error().words;
  }

private:
  std::ofstream out() const { return std::ofstream(folder_ + "/journal.ndjson", std::ios::app); }
  std::string folder_ =
      (fs::temp_directory_path() / ("settle-recovery-" + std::to_string(::getpid()))).string();
  std::uint64_t seq_ = 0;
};

core::item live(item_status status, std::uint64_t job) {
  core::item it;
  it.status = status;
  it.job_id = job;
  it.attempt = 2;
  it.submissions = 3;
  it.ever_running = status == item_status::running;
  it.first_submit = 1000;
  it.submit = 2000;
  it.start = 2001;
  it.restarts = 1;
  if (status == item_status::settling) {
    it.finished_at = core::seconds{3000};
    it.accounting_asked = true;
  }
  return it;
}

core::item ended(item_status status, core::evidence who, core::cause why, std::optional<int> code) {
  auto it = live(item_status::running, 5);
  it.status = status;
  it.finished_at = core::seconds{3000};
  it.reached = core::verdict{.status = status, .who = who, .why = why, .exit_code = code, .error = "words"};
  if (status == item_status::completed)
    it.reached->error.clear();
  return it;
}

}  // namespace

TEST_CASE("what is known of a live item survives its process", "[recovery]") {
  left_run left;
  auto it = live(item_status::settling, 41);
  it.exact = core::exit_status{137, std::nullopt};
  it.cancel_asked = true;
  it.given_up = std::string{"stuck"};
  core::listed_job record{.means = core::meaning::failed, .why = core::cause::timeout, .word = "TIMEOUT"};
  it.controller = record;
  left.item("a", it);
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.facts().exit_records);
  const auto& now = found->book.run().at(0);
  CHECK(now.status == item_status::settling);
  CHECK(now.job_id == 41);
  CHECK(now.attempt == 2);
  CHECK(now.submissions == 3);
  CHECK(now.first_submit == 1000);
  CHECK(now.submit == 2000);
  CHECK(now.start == 2001);
  CHECK(now.restarts == 1U);
  CHECK(now.finished_at == core::duration{core::seconds{3000}});
  CHECK(now.exact == core::exit_status{137, std::nullopt});
  CHECK(now.cancel_asked);
  CHECK(*now.given_up == "stuck");
  CHECK(*now.controller == record);
  CHECK(found->book.run().slots_used() == 1);
  CHECK(found->book.last_seq() == 1);
  CHECK_FALSE(found->finished);
}

TEST_CASE("an intent without an answer is searched for, and one that was withdrawn is not", "[recovery]") {
  left_run left;
  left.line(actors::intent_line("a", actors::make_token("0testrun0000", 0, 1)));
  left.line(actors::intent_line("c", actors::make_token("0testrun0000", 2, 40)));
  left.line(actors::withdrawn_line("c"));
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.run().at(0).sub == core::submission::unclear);
  CHECK(found->book.run().at(0).submissions == 1);
  CHECK(found->book.run().at(2).sub == core::submission::none);
  CHECK(found->book.run().at(2).submissions == 40);  // the next token must be new
  CHECK(found->book.run().slots_used() == 1);
}

TEST_CASE("a failure whose spreading was not yet written spreads when it is read", "[recovery]") {
  left_run left;
  left.item("a", ended(item_status::failed, core::evidence::accounting, core::cause::exit_nonzero, 3));
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.run().at(1).status == item_status::dep_failed);
  CHECK(found->spread.doomed == std::vector<core::item_index>{1});
}

TEST_CASE("that the run is being cancelled outlives the process that was asked", "[recovery]") {
  left_run left;
  CHECK_FALSE(left.recover()->cancel_asked);
  left.line(actors::cancel_line());
  CHECK(left.recover()->cancel_asked);
}

TEST_CASE("that some items are being cancelled outlives it too, whatever their ids", "[recovery]") {
  left_run left;
  left.line(actors::cancel_line({"c", "a"}));
  left.line(R"({"event":"cancel","v":1,"items":["\u0062"]})");
  const auto found = left.recover();
  REQUIRE(found);
  CHECK_FALSE(found->cancel_asked);
  CHECK(found->cancelled == std::set<core::item_index>{0, 1, 2});
}

TEST_CASE("a document that is not what joined is refused", "[recovery]") {
  left_run left;
  left.document("document-0.json", R"([{"id":"a","name":"a","command":"true"}])");
  CHECK(left.refusal().find("no longer has the 3 tasks that joined") != std::string::npos);
}

TEST_CASE("a generator's document joins again, and is known to have joined", "[recovery]") {
  left_run left;
  left.document("document-1.json", R"([{"id":"d","name":"d","command":"true","deps":["c"]}])");
  left.line(actors::document_line("document-1.json", 1, "a"));
  left.item("d", live(item_status::running, 9));
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->joined == std::set<core::item_index>{0});
  CHECK(found->book.run().at(3).job_id == 9);
  left.line(actors::document_line("document-2.json", 1, "nobody"));
  CHECK(left.refusal().find("\"nobody\", which is no item") != std::string::npos);
}

TEST_CASE("fields of a later settle beside ours are passed over", "[recovery]") {
  left_run left;
  left.line(R"({"event":"intent","later":{"x":[1,null]},"v":1,"item":"a","token":"0testrun0000-0-1"})");
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.run().at(0).sub == core::submission::unclear);
}

TEST_CASE("of an item's lines the newest counts, and a withdrawn one keeps its turn", "[recovery]") {
  left_run left;
  left.line(actors::intent_line("a", actors::make_token("0testrun0000", 0, 1)));
  left.line(actors::withdrawn_line("a"));
  left.line(actors::intent_line("c", actors::make_token("0testrun0000", 2, 1)));
  left.item("c", live(item_status::running, 9));
  left.item("c", ended(item_status::completed, core::evidence::accounting, core::cause::none, 0));
  auto found = left.recover();
  REQUIRE(found);
  auto& run = found->book.run();
  run.check();
  CHECK(run.at(2).status == item_status::completed);
  CHECK(run.slots_used() == 0);
  CHECK(run.take_ready() == core::item_index{0});
  CHECK_FALSE(run.take_ready());  // b waits for a, c has ended
}

TEST_CASE("a torn last line was never told and is left out", "[recovery]") {
  left_run left;
  left.item("a", live(item_status::running, 7));
  left.torn(R"({"event":"item","v":1,"seq":2,"run":"0testr)");
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.run().at(0).status == item_status::running);
  CHECK(found->book.last_seq() == 1);
}

TEST_CASE("a journal that is damaged in the middle is refused with the line", "[recovery]") {
  left_run left;
  left.item("a", live(item_status::running, 7));
  SECTION("no JSON") {
    left.line(R"({"event":"item","v":1,)");
    left.item("c", live(item_status::running, 8));
    CHECK(left.refusal().find("journal.ndjson:4: no JSON object") != std::string::npos);
  }
  SECTION("a line is missing") {
    auto e = actors::event_of_item(live(item_status::running, 8));
    e.item = "c";
    e.seq = 3;
    left.line(actors::item_line(e, live(item_status::running, 8)));
    CHECK(left.refusal().find("journal.ndjson:4: event 3 after event 1: lines are missing") !=
          std::string::npos);
  }
  SECTION("an item that no document has") {
    left.line(actors::intent_line("z", "0testrun0000-0-1"));
    CHECK(left.refusal().find(":4: \"z\" is no item of this run") != std::string::npos);
  }
  SECTION("an event that contradicts itself") {
    auto e = actors::event_of_item(live(item_status::running, 8));
    e.item = "c";
    e.seq = 2;
    e.job_id = 0;
    left.line(actors::item_line(e, live(item_status::running, 8)));
    CHECK(left.refusal().find(":4: an item's event that contradicts itself: a live item has a job") !=
          std::string::npos);
  }
  SECTION("a field that is given twice") {
    left.line(R"({"event":"intent","v":1,"item":"c","item":"a","token":"0testrun0000-2-1"})");
    CHECK(left.refusal().find(
              ":4: a line of \"intent\" with a field that is missing, of the wrong type or given "
              "twice") != std::string::npos);
  }
  SECTION("no JSON in what this settle does not know") {
    left.line(R"({"event":"cancel","v":1,"later":{"x":tru}})");
    CHECK(left.refusal().find(":4: no JSON object") != std::string::npos);
  }
  SECTION("something after the line's object") {
    left.line(R"({"event":"cancel","v":1}{"event":"cancel","v":1})");
    CHECK(left.refusal().find(":4: no JSON object") != std::string::npos);
  }
  SECTION("a cancel of no items, which is not one of all") {
    left.line(R"({"event":"cancel","v":1,"items":[]})");
    CHECK(left.refusal().find(":4: a line of \"cancel\" with a field") != std::string::npos);
  }
  SECTION("a cancel of what is no id") {
    left.line(R"({"event":"cancel","v":1,"items":["c",7]})");
    CHECK(left.refusal().find(":4: a line of \"cancel\" with a field") != std::string::npos);
  }
  SECTION("a cancel of another run's item") {
    left.line(actors::cancel_line({"c", "other"}));
    CHECK(left.refusal().find(":4: \"other\" is no item of this run") != std::string::npos);
  }
  SECTION("a wrong type in what the rules need") {
    left.line(
        R"({"event":"item","v":1,"seq":2,"run":"r","item":"c","status":"pending","at":1,"kept":{"submissions":"3"}})");
    CHECK(left.refusal().find(":4: an event with a field that is missing, of the wrong type") !=
          std::string::npos);
  }
  SECTION("a newer version whose fields are others") {
    left.line(R"({"event":"item","v":2,"seq":"two","item":["c"]})");
    CHECK(left.refusal().find(":4: a version that this settle does not know") != std::string::npos);
  }
  SECTION("a newer settle's") {
    left.line(R"({"event":"array","v":1})");
    CHECK(left.refusal().find(":4: an event \"array\" that this settle does not know") != std::string::npos);
  }
  SECTION("a newer version") {
    left.line(R"({"event":"cancel","v":2})");
    CHECK(left.refusal().find(":4: a version that this settle does not know") != std::string::npos);
  }
}

TEST_CASE("a journal in which a confirmed verdict changes is refused", "[recovery]") {
  left_run left;
  left.item("a", ended(item_status::failed, core::evidence::accounting, core::cause::exit_nonzero, 3));
  left.item("a", ended(item_status::completed, core::evidence::accounting, core::cause::none, 0));
  CHECK(left.refusal().find(":4: \"a\" had its verdict already") != std::string::npos);
}

TEST_CASE("a job that ran again after its verdict leaves the verdict as it was", "[recovery]") {
  left_run left;
  auto it = ended(item_status::completed, core::evidence::accounting, core::cause::none, 0);
  left.item("a", it);
  it.rerun_reported = true;
  left.item("a", it);
  auto found = left.recover();
  REQUIRE(found);
  CHECK(found->book.run().at(0).status == item_status::completed);
  CHECK(found->book.run().at(0).rerun_reported);
}

TEST_CASE("the chain of retries is in a journal's first line, and older journals are of no retry",
          "[recovery][retry]") {
  actors::run_facts facts;
  facts.id = "0testrun0003";
  facts.backend = "local";
  CHECK(actors::run_line(facts, 0).find("retry") == std::string::npos);
  facts.retry_of = "0testrun0002";
  facts.earlier = {"0testrun0000", "0testrun0001"};
  const auto read = actors::read_kept_line(actors::run_line(facts, 0));
  REQUIRE(read);
  const auto& kept = std::get<actors::kept_run>(*read);
  CHECK(kept.facts.retry_of == facts.retry_of);
  CHECK(kept.facts.earlier == facts.earlier);
  const auto older = actors::read_kept_line(
      R"({"event":"run","v":1,"run":"0a","title":"t","backend":"slurm","created":"","start_dir":"/","home":"/","exit_records":true,"max_concurrent":0})");
  REQUIRE(older);
  CHECK(std::get<actors::kept_run>(*older).facts.retry_of.empty());
  CHECK(std::get<actors::kept_run>(*older).facts.earlier.empty());
}

TEST_CASE("what completed before a run is met for documents that join later, and its ids stay taken",
          "[recovery][retry]") {
  left_run run;
  run.line(actors::completed_before_line({"old-1", "old-2"}));
  run.document("document-1.json", R"([{"id":"d","name":"d","command":"true","deps":["old-*","old-1"]}])");
  run.line(actors::document_line("document-1.json", 1, "a"));
  const auto found = run.recover();
  REQUIRE(found);
  CHECK(found->book.run().size() == 4);
  run.document("document-2.json", R"([{"id":"old-2","name":"d","command":"true"}])");
  run.line(actors::document_line("document-2.json", 1, "c"));
  CHECK(run.refusal().find("\"old-2\" is taken by a task that completed in an earlier run") !=
        std::string::npos);
  CHECK_FALSE(actors::read_kept_line(R"({"event":"completed_before","v":1})"));
}
