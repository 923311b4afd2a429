// Runs that come from scripthut and go to it: import and export of run.json.
#include "tests/system/reading.hpp"

#include <simdjson.h>

using namespace settle::tests;

namespace {

namespace fs = std::filesystem;

std::string fixture(const std::string& name) {
  return read_file(SETTLE_SOURCE_DIR "/tests/data/scripthut/" + name);
}

std::string compact(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element e;
  INFO(json);
  REQUIRE(parser.parse(json).get(e) == simdjson::SUCCESS);
  return simdjson::minify(e);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  INFO(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

ended import(const workshop& shop, const std::string& text, std::vector<std::string> words = {}) {
  write_file(shop.folder() / "run.json", text);
  std::vector<std::string> all{"import", (shop.folder() / "run.json").string()};
  all.insert(all.end(), words.begin(), words.end());
  return call(shop, all);
}

/// Those that `show --json` prints, each compact.
std::vector<std::string> shown_items(const workshop& shop) {
  simdjson::dom::parser parser;
  simdjson::dom::element run;
  const std::string text = call(shop, {"show", "last", "--json"}).out;
  INFO(text);
  REQUIRE(parser.parse(text).get(run) == simdjson::SUCCESS);
  std::vector<std::string> items;
  for (const simdjson::dom::element item : run["items"].get_array())
    items.push_back(simdjson::minify(item));
  return items;
}

constexpr const char* item_of_old = R"("status": "completed", "slurm_job_id": "902")";

}  // namespace

TEST_CASE("a run of scripthut's becomes one of settle's, with what it rests on", "[system][exchange]") {
  const workshop shop;
  const ended done = import(shop, fixture("run-0.12.json"));
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  const std::string run = shop.only_run().filename();
  CHECK(done.out == run + "\n");
  const ended listed = call(shop, {"list"});
  CHECK(has(listed.out,
            "failed  unconfirmed  3 completed (1 unconfirmed), 3 failed, 1 dep_failed  climate/sweep"));
  CHECK(has(listed.out, "2026-03-01 12:00:00"));

  const auto items = shown_items(shop);
  REQUIRE(items.size() == 7);
  for (const char* part :
       {R"("id":"prepare")", R"("working_dir":"/scratch/ada/climate")", R"("account":"physics")",
        R"("job_id":"4711")", R"("submitted_at":"2026-03-01T12:00:01.500+00:00")",
        R"("started_at":"2026-03-01T12:00:10.000+00:00")", R"("finished_at":"2026-03-01T12:10:10.000+00:00")",
        R"("exit_code":0)", R"("evidence":"imported")", R"("cpu_efficiency":0.875)",
        R"("max_rss":1610612736)", R"("scheduler_state":"COMPLETED")"})
    CHECK(has(items[0], part));
  CHECK(has(items[1], R"("exit_code":null,"signal":null,"evidence":"imported","cause":"timeout")"));
  CHECK(has(items[1], R"("max_rss":null)"));
  CHECK(has(items[2],
            R"("exit_code":null,"signal":null,"evidence":"none","cause":null,"error":"marked COMPLETED)"));
  CHECK(has(items[3], R"("exit_code":3,"signal":null,"evidence":"imported","cause":"exit_nonzero")"));
  CHECK(has(items[3], R"("cpu_efficiency":null)"));
  CHECK(has(items[4], R"("evidence":null,"cause":"rejected")"));
  CHECK(has(items[5], R"("status":"dep_failed")"));
  CHECK(has(items[5], R"("evidence":null,"cause":"dependency_failed")"));
  CHECK(has(items[6], R"("evidence":"imported")"));

  const ended watched = call(shop, {"watch", run, "--json", "--exit-status"});
  CHECK(watched.code == 1);
  check_stream(read_stream(watched.out));
}

TEST_CASE("a run from before scripthut 0.10 is imported, and what was not kept then is null",
          "[system][exchange]") {
  const workshop shop;
  const ended done = import(shop, fixture("run-0.5.json"), {"--json"});
  CHECK(done.code == 0);
  CHECK(done.out == "{\"run\":\"" + shop.only_run().filename().string() + "\"}\n");
  const auto items = shown_items(shop);
  REQUIRE(items.size() == 3);
  CHECK(has(items[0], R"("job_id":"901")"));
  CHECK(has(items[0], R"("exit_code":null,"signal":null,"evidence":"imported")"));
  CHECK(has(items[1], R"("exit_code":null,"signal":null,"evidence":"none")"));
  CHECK(has(items[2], R"("evidence":"imported","cause":"out_of_memory")"));

  const ended out = call(shop, {"export", "last"});
  CHECK(out.code == 0);
  CHECK(has(out.err, "\"environment\" of 1 tasks"));
  for (const char* gone :
       {"slurm_job_id", "sbatch_script", "sacct_state", "cluster_name", "env_vars", "\"environment\""})
    CHECK_FALSE(has(out.out, gone));
  for (const char* part :
       {R"("backend_name":"hpc")", R"("job_id":"901")", R"("submit_script":"#!/bin/bash\necho one\n")",
        R"("scheduler_state":"OUT_OF_MEMORY")", R"("exit_code":null)", R"("env":[{"set":{"THREADS":"4"}}])",
        R"("error":null)"})
    CHECK(has(out.out, part));
}

TEST_CASE("an imported run is exported as it was", "[system][exchange]") {
  const workshop shop;
  const std::string text =
      replaced(fixture("run-0.12.json"), "\"items\": [", "\"later\": [1.5, null],\n  \"items\": [");
  CHECK(import(shop, text).code == 0);
  const ended out = call(shop, {"export", "last", "--json"});
  CHECK(out.code == 0);
  CHECK(out.err.empty());
  CHECK(compact(out.out) == compact(text));
}

TEST_CASE("a run is imported once", "[system][exchange]") {
  const workshop shop;
  CHECK(import(shop, fixture("run-0.12.json")).code == 0);
  const std::string journal = read_file(shop.only_run() / "journal.ndjson");
  const ended again = import(shop, replaced(fixture("run-0.12.json"), "\"Scheduler: Exceeded", "\"Exceeded"));
  CHECK(again.code == 2);
  CHECK(again.out.empty());
  CHECK(has(again.err,
            "scripthut's run 3f9a1c2e was imported before, as run " + shop.only_run().filename().string()));
  CHECK(read_file(shop.only_run() / "journal.ndjson") == journal);
  const ended json = import(shop, fixture("run-0.12.json"), {"--json"});
  CHECK(json.code == 2);
  CHECK(has(json.out, R"({"valid":false,"problems":[{"file":)"));
}

TEST_CASE("what is no finished run of scripthut's is refused with its place, and nothing is written",
          "[system][exchange]") {
  const workshop shop;
  const std::string old = fixture("run-0.5.json");
  const auto [name, text, place,
              words] = GENERATE_COPY(table<std::string, std::string, std::string, std::string>({
      {"empty", "", ":1:1: ", "the file is empty"},
      {"cut", old.substr(0, 700), "", "not JSON"},
      {"behind it", old + "{}", ":47:1: ", "not JSON"},
      {"another file", R"({"tasks": []})", ":1:1: ", "`settle run` runs a task document"},
      {"a list", "[1]", ":1:1: ", "this is another file"},
      {"newer", replaced(old, "\"version\": 2", "\"version\": 3"), ":2:14: ", "newer than this settle knows"},
      {"a date", replaced(old, "2026-02-12T08:01:05", "yesterday"),
       ":20:", "\"finished_at\" is \"yesterday\""},
      {"no date", replaced(old, "2026-02-12T08:00:00\"", "\""),
       ":1:1: ", "has \"id\", \"workflow_name\", \"created_at\""},
      {"a status", replaced(old, item_of_old, R"("status": "done", "slurm_job_id": "902")"),
       ":30:17: ", "\"status\" is \"done\""},
      {"running", replaced(old, item_of_old, R"("status": "running", "slurm_job_id": "902")"),
       ":30:17: ", "1 of the run's 3 items is not over; the first is running"},
      {"pending", replaced(old, item_of_old, R"("status": "pending", "slurm_job_id": null)"),
       ":30:17: ", "Only a finished run is imported"},
      {"no status", replaced(old, item_of_old, R"("slurm_job_id": "902")"), ":24:5: ", "lacks \"status\""},
      {"no task", replaced(old, "\"task\"", "\"tusk\""), ":13:5: ", "lacks \"task\""},
      {"a dependency", replaced(old, R"("dependencies": ["one"])", R"("dependencies": ["nobody"])"),
       ":27:67: ", "nobody"},
      {"an id twice", replaced(old, R"("id": "two")", R"("id": "one")"), ":26:15: ", "the id \"one\""},
      {"a number", replaced(old, "\"cpus\": 1", "\"cpus\": \"1\""), ":15:", "must be a number"},
      {"a key twice", replaced(old, "\"account\": null", "\"id\": \"x\""), ":9:", "given twice"},
      {"a contradiction", replaced(old, "\"sacct_state\": \"COMPLETED\"", "\"sacct_state\": \"FAILED\""),
       ":13:5: ", "\"one\" contradicts itself"},
      {"bystanders", replaced(old, "\"sweep\"", "\"_default\""), ":4:", "no run of tasks"},
  }));
  INFO(name);
  const ended refused = import(shop, text);
  CHECK(refused.code == 2);
  CHECK(refused.out.empty());
  INFO(refused.err);
  CHECK(has(refused.err, "run.json" + place));
  CHECK(has(refused.err, words));
  CHECK_FALSE(fs::exists(shop.state()));
}

TEST_CASE("import tells what it cannot read or write", "[system][exchange]") {
  const workshop shop;
  CHECK(has(call(shop, {"import", "/no/such/run.json"}).err,
            "/no/such/run.json: cannot be read: No such file"));
  CHECK(has(call(shop, {"import", shop.work().string()}).err, "cannot be read: Is a directory"));
  CHECK(call(shop, {"import"}).code == 2);
  write_file(shop.state(), "a file, and no folder");
  const ended stuck = import(shop, fixture("run-0.5.json"));
  CHECK(stuck.code == 3);
  CHECK(has(stuck.err, "cannot make the state directory"));
}

TEST_CASE("ids that only another scheduler knows are left out, and that is told", "[system][exchange]") {
  const workshop shop;
  const ended done = import(shop, replaced(fixture("run-0.5.json"), "\"901\"", "\"i-0abc\""));
  CHECK(done.code == 0);
  CHECK(has(done.err, "1 job id is no number of Slurm's and is left out"));
  CHECK(has(shown_items(shop)[0], R"("job_id":null,"attempt":1)"));
  CHECK(has(call(shop, {"export", "last"}).out, R"("job_id":"i-0abc")"));
}

TEST_CASE("a run of settle's is exported as scripthut writes its own", "[system][exchange]") {
  const workshop shop;
  run_to_end(shop,
             R"({"account": "physics", "env": [{"set": {"A": "1"}, "if": {"SCRIPTHUT_BACKEND": "local"}}],
                 "env_groups": {"g": [{"init": "true"}]}, "init": "echo early", "tasks": [
      {"id": "good", "name": "t", "command": "echo fine", "cpus": 1, "env": [{"include": ["g"]}]},
      {"id": "bad", "name": "t", "command": "exit 3", "working_dir": "/", "qos": "long", "error_file": "/dev/null"},
      {"id": "killed", "name": "t", "command": "kill -9 $$"},
      {"id": "after", "name": "t", "command": "true", "deps": ["b*", "bad"], "init": ""}]})",
             1);
  const std::string run = shop.only_run().filename();
  const fs::path file = shop.folder() / "out.json";
  const ended done = call(shop, {"export", run, "--output", file.string()});
  CHECK(done.code == 0);
  CHECK((done.out + done.err).empty());
  const std::string text = read_file(file);
  CHECK(lines_in(text) == 5);
  const std::string logs = (shop.only_run() / "logs").string();
  const std::string work = shop.work().string();
  for (
      const std::string& part :
      {R"({"version":2,"id":")" + run +
           R"(","workflow_name":"a title","backend_name":"local","created_at":"20)",
       std::string(R"("max_concurrent":null,"log_dir":")") + logs +
           R"(","account":"physics","login_shell":false)",
       std::string(R"("doc_env":[{"if":{"SCRIPTHUT_BACKEND":["local"]},"set":{"A":"1"}}])"),
       std::string(R"("doc_env_groups":{"g":[{"init":"true"}]},"doc_stacks":{},"agent_session":false)"),
       R"("working_dir":")" + work + R"(","partition":null,"cpus":1,"memory":null,"time_limit":null)",
       R"("output_file":")" + logs + R"(/0-good.out","error_file":")" + logs + "/0-good.err\"",
       std::string(R"("env":[{"include":["g"]},{"init":"echo early"}])"),
       std::string(
           R"("env":[],"gres":null,"image":null,"inputs":[],"outputs":[],"cache":true,"cache_scope":"commit"})"),
       std::string(R"("dependencies":["bad"])"), std::string(R"("error_file":"/dev/null")"),
       std::string(R"("qos":"long"})"), std::string(R"("scheduler_state":null,"exit_code":3,"outputs":[])"),
       std::string(
           R"("status":"dep_failed","job_id":null,"user":null,"submitted_at":null,"started_at":null)")})
    CHECK(has(text, part));

  const workshop other;
  write_file(other.folder() / "run.json", text);
  CHECK(import(other, text).code == 0);
  const auto items = shown_items(other);
  REQUIRE(items.size() == 4);
  CHECK(has(items[0], R"("exit_code":0,"signal":null,"evidence":"imported")"));
  CHECK(has(items[1], R"("exit_code":3)"));
  CHECK(has(items[2], R"("status":"failed")"));
  CHECK(has(items[2], R"("exit_code":null)"));
  CHECK(compact(call(other, {"export", "last"}).out) == compact(text));
}

TEST_CASE("a run under way is exported as it is now", "[system][exchange]") {
  const workshop shop;
  program p(shop.local(shop.document("[" + waiting_task("slow", 0) + R"(,
      {"id": "late", "name": "t", "command": "true", "deps": ["slow"]}])"),
                       {"--json"}));
  REQUIRE(p.wait_until(
      [](const std::string& out, const std::string&) { return has(out, R"("status":"running")"); }));
  const ended now = call(shop, {"export", "last"});
  CHECK(now.code == 0);
  CHECK(has(now.out, R"("status":"running")"));
  CHECK(has(now.out, R"("finished_at":null,"error":null)"));
  CHECK(has(now.out, R"("status":"pending","job_id":null)"));
  const workshop other;
  const ended refused = import(other, now.out);
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "2 of the run's 2 items are not over; the first is running"));
  write_file(shop.work() / "go", "");
  p.finish();
  CHECK(p.exit_code() == 0);
}

TEST_CASE("export tells what it cannot read or write", "[system][exchange]") {
  const workshop shop;
  CHECK(call(shop, {"export", "nothing"}).code == 2);
  run_to_end(shop, one_fails, 1);
  const ended nowhere = call(shop, {"export", "last", "-o", "/no/such/place.json"});
  CHECK(nowhere.code == 3);
  CHECK(has(nowhere.err, "cannot write /no/such/place.json: No such file"));
  const std::string journal = read_file(shop.only_run() / "journal.ndjson");
  write_file(shop.only_run() / "journal.ndjson", "x" + journal);
  const ended headless = call(shop, {"export", "last"});
  CHECK(headless.code == 3);
  CHECK(headless.out.empty());
  CHECK(has(headless.err, "journal.ndjson:1: "));
}
