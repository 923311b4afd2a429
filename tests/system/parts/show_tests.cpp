#include "actors/translate/event_json.hpp"
#include "runtime/cli/show_text.hpp"
#include "runtime/show.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <filesystem>
#include <fstream>

#include <cstdlib>

using namespace settle;
using core::item_status;
using core::stream_event;
using core::stream_kind;

namespace fs = std::filesystem;

namespace {

/// A state directory with one run, written line by line.
class written_run {
public:
  written_run() {
    std::string name = (fs::temp_directory_path() / "settle-show-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    state_ = name;
    fs::create_directories(folder() / "logs");
    line(
        R"({"event":"run","v":1,"run":"r1","title":"a title","backend":"local","created":"x","start_dir":"/"})");
  }
  ~written_run() { fs::remove_all(state_); }
  written_run(const written_run&) = delete;
  written_run& operator=(const written_run&) = delete;

  fs::path folder() const { return state_ / "runs" / "r1"; }
  std::string state() const { return state_.string(); }

  void line(const std::string& text) {
    std::ofstream(folder() / "journal.ndjson", std::ios::app) << text << '\n';
  }
  void torn(const std::string& text) { std::ofstream(folder() / "journal.ndjson", std::ios::app) << text; }
  void document(const std::string& text, const std::string& generator = "") {
    const std::string file = "document-" + std::to_string(documents_++) + ".json";
    std::ofstream(folder() / file) << text;
    line(R"({"event":"document","v":1,"file":")" + file + R"(","tasks":1,"generator":)" +
         (generator.empty() ? "null" : "\"" + generator + "\"") + "}");
  }
  void event(stream_event e) {
    e.run = "r1";
    e.seq = ++seq_;
    e.at = core::duration(1'000'000 + seq_ * 1000);
    line(actors::to_json(e));
  }
  void item(const std::string& id, item_status status, core::evidence who = core::evidence::not_applicable) {
    event(item_event(id, status, who));
  }
  static stream_event item_event(const std::string& id, item_status status, core::evidence who) {
    stream_event e;
    e.item = id;
    e.status = status;
    e.who = who;
    e.attempt = 1;
    return e;
  }
  std::string trouble() const {
    auto run = read_run(state(), "r1", "");
    return run ? std::string{} : run.error().words;
  }
  shown_run read(const std::string& history_of = "") const {
    auto run = read_run(state(), "r1", history_of);
    if (!run)
      FAIL(run.error().words);
    return std::move(*run);
  }

private:
  fs::path state_;
  std::size_t documents_ = 0;
  std::uint64_t seq_ = 0;
};

constexpr const char* two_tasks =
    R"([{"id": "a", "name": "A", "command": "true"}, {"id": "b", "name": "B", "command": "false"}])";

}  // namespace

TEST_CASE("before any event every task of the document is pending", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  const shown_run run = w.read();
  CHECK(run.status == core::run_status::pending);
  CHECK(run.title == "a title");
  CHECK(run.backend == "local");
  REQUIRE(run.items.size() == 2);
  CHECK(run.items[1].id == "b");
  CHECK(run.items[1].task->command == "false");
  CHECK(run.tally.of(item_status::pending) == 2);
}

TEST_CASE("the newest event of an item counts, and counts follow the items", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  w.item("a", item_status::running);
  w.item("b", item_status::running);
  w.item("a", item_status::completed, core::evidence::process);
  const shown_run run = w.read();
  CHECK(run.status == core::run_status::running);
  CHECK(run.items[0].last.status == item_status::completed);
  CHECK(run.tally.of(item_status::completed) == 1);
  CHECK(run.tally.of(item_status::running) == 1);
  CHECK(run.items[0].submitted_at == core::duration(1'001'000));
  CHECK(run.items[0].finished_at == core::duration(1'003'000));
  CHECK_FALSE(run.items[1].finished_at);
}

TEST_CASE("a line that cannot be read is told with its place, not passed over", "[program][show]") {
  const std::string line =
      GENERATE("", "not json", R"({"event":"intent","v":1,"item":"a","token":"t"})",
               R"({"event":"item","v":2,"seq":9,"run":"r1","item":"a","status":"failed"})",
               R"({"event":"document","v":1,"file":"../../../etc/passwd","tasks":1,"generator":null})");
  INFO(line);
  written_run w;
  w.document(two_tasks);
  w.line(line);
  w.item("a", item_status::running);
  CHECK(w.trouble().find("journal.ndjson:3: ") != std::string::npos);
}

TEST_CASE("a torn last line, events of a later kind and our own are passed over", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  w.line(R"({"event":"omen","v":1,"item":"a"})");
  w.line(R"({"event":"withdrawn","v":1,"item":"a"})");
  w.item("a", item_status::running);
  w.torn(R"({"event":"item","v":1,"seq":9,"run":"r1","item":"a","status":"fai)");
  const shown_run run = w.read();
  CHECK(run.warnings.empty());
  CHECK(run.items.size() == 2);
  CHECK(run.items[0].last.status == item_status::running);
}

TEST_CASE("a correction after the end counts, and so does the new end", "[program][show]") {
  written_run w;
  w.document(R"([{"id": "a", "name": "A", "command": "true"}])");
  w.item("a", item_status::completed, core::evidence::none);
  stream_event end;
  end.kind = stream_kind::run_finished;
  end.run_state = core::run_status::completed;
  w.event(end);
  CHECK(w.read().tally.unconfirmed == 1);
  CHECK_FALSE(w.read().confirmed);
  stream_event corrected = written_run::item_event("a", item_status::failed, core::evidence::accounting);
  corrected.kind = stream_kind::verdict_corrected;
  corrected.why = core::cause::exit_nonzero;
  w.event(corrected);
  end.run_state = core::run_status::failed;
  end.confirmed = true;
  w.event(end);
  const shown_run run = w.read("a");
  CHECK(run.status == core::run_status::failed);
  CHECK(run.confirmed);
  CHECK(run.tally.of(item_status::failed) == 1);
  CHECK(run.tally.unconfirmed == 0);
  CHECK(run.history.size() == 2);
}

TEST_CASE("a generator's tasks inherit what their parent document says", "[program][show]") {
  written_run w;
  w.document(R"({"partition": "long", "tasks": [
    {"id": "gen", "name": "G", "command": "true", "generates_source": "x.json"}]})");
  w.document(R"([{"id": "child", "name": "C", "command": "true"}])", "gen");
  const shown_run run = w.read();
  REQUIRE(run.items.size() == 2);
  CHECK(run.items[1].id == "child");
  CHECK(run.items[1].task->wants->partition == "long");
}

TEST_CASE("a document that is gone is said, and its items are still known by their events",
          "[program][show]") {
  written_run w;
  w.document(two_tasks);
  fs::remove(w.folder() / "document-0.json");
  w.item("a", item_status::running);
  const shown_run run = w.read();
  CHECK(run.warnings.size() == 1);
  REQUIRE(run.items.size() == 1);
  CHECK(run.items[0].task == nullptr);
  CHECK(item_json(run, 0).find("\"command\":null") != std::string::npos);
  CHECK(cli::item_text(run, 0).find("running") != std::string::npos);
}

TEST_CASE("a new attempt forgets the times of the one before", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  w.item("a", item_status::running);
  w.item("a", item_status::settling);
  stream_event again = written_run::item_event("a", item_status::queued, core::evidence::not_applicable);
  again.attempt = 2;
  w.event(again);
  const shown_run run = w.read();
  CHECK(run.items[0].submitted_at == core::duration(1'003'000));
  CHECK_FALSE(run.items[0].started_at);
  CHECK_FALSE(run.items[0].finished_at);
}

TEST_CASE("the JSON of a run is one object with scripthut's names", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  stream_event e = written_run::item_event("a", item_status::failed, core::evidence::process);
  e.exit_code = 3;
  e.job_id = 77;
  e.why = core::cause::exit_nonzero;
  e.error = "bad \xff byte";
  w.event(e);
  std::string text;
  write_json(w.read(), [&text](std::string_view piece) { text += piece; });
  CAPTURE(text);
  simdjson::dom::parser parser;
  simdjson::dom::element run;
  REQUIRE(parser.parse(text).get(run) == simdjson::SUCCESS);
  CHECK(run["id"].get_string().value() == "r1");
  CHECK(run["status"].get_string().value() == "running");
  CHECK(run["counts"]["failed"].get_uint64().value() == 1);
  CHECK(run["items"].get_array().size() == 2);
  const simdjson::dom::element a = run["items"].at(0);
  CHECK(a["task"]["id"].get_string().value() == "a");
  CHECK(a["task"]["command"].get_string().value() == "true");
  CHECK(a["status"].get_string().value() == "failed");
  CHECK(a["job_id"].get_string().value() == "77");
  CHECK(a["exit_code"].get_int64().value() == 3);
  CHECK(a["signal"].is_null());
  CHECK(a["cause"].get_string().value() == "exit_nonzero");
  CHECK(a["finished_at"].get_string().value() == "1970-01-01T00:16:41.000+00:00");
  CHECK(run["items"].at(1)["exit_code"].is_null());
}

TEST_CASE("runs are found by id, by a unique beginning, and as last", "[program][show]") {
  written_run w;
  for (const char* id : {"r2", "s1"}) {
    fs::create_directories(fs::path(w.state()) / "runs" / id);
    std::ofstream(fs::path(w.state()) / "runs" / id / "journal.ndjson") << "";
  }
  fs::create_directories(fs::path(w.state()) / "runs" / "zz-no-journal");
  CHECK(find_run(w.state(), "last").value() == "s1");
  CHECK(find_run(w.state(), "r1").value() == "r1");
  CHECK(find_run(w.state(), "s").value() == "s1");
  CHECK_FALSE(find_run(w.state(), "r"));
  CHECK_FALSE(find_run(w.state(), ""));
  CHECK_FALSE(find_run(w.state(), "../r1"));
  CHECK_FALSE(find_run(w.state(), "x"));
  CHECK_FALSE(find_run("/nonexistent", "last"));
}

TEST_CASE("a log is the error log where that says something, else the output", "[program][show]") {
  written_run w;
  w.document(two_tasks);
  const shown_run run = w.read();
  const tasks::task& a = *run.items[0].task;
  CHECK(log_file(run.folder, 0, a).empty());
  std::ofstream(w.folder() / "logs" / "0-a.out") << "";
  CHECK(log_file(run.folder, 0, a).ends_with("/logs/0-a.out"));
  std::ofstream(w.folder() / "logs" / "0-a.err") << "words";
  CHECK(log_file(run.folder, 0, a).ends_with("/logs/0-a.err"));
}
