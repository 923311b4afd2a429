// `settle watch`: from other processes than the one that supervises, while the run goes on and after it.
#include "tests/system/reading.hpp"

#include <csignal>
#include <fstream>

using namespace settle::tests;

namespace fs = std::filesystem;

TEST_CASE("watch follows a run of another process to its verdict", "[system][reading]") {
  const workshop shop;
  const int code = GENERATE(0, 1);
  program run(shop.local(shop.document("[" + waiting_task("a", code) + "]"), {"--json"}));
  REQUIRE(run.wait_until([](const auto& out, const auto&) { return has(out, "\"running\""); }));
  program json(shop.settle({"watch", "last", "--exit-status", "--json"}));
  program words(shop.settle({"watch", "last", "--exit-status"}));
  program plain(shop.settle({"watch", "last"}));
  REQUIRE(json.wait_until([](const auto& out, const auto&) { return has(out, "run_started"); }));
  for (program* p : {&words, &plain})
    REQUIRE(p->wait_until([](const auto& out, const auto&) { return has(out, "1 item on this machine"); }));
  write_file(shop.work() / "go", "");
  for (program* p : {&run, &json, &words, &plain})
    p->finish();
  CHECK(run.exit_code() == code);
  CHECK(json.exit_code() == code);
  CHECK(words.exit_code() == code);
  CHECK(plain.exit_code() == 0);
  CHECK(json.out() == run.out());
  CHECK(has(words.out(), code == 0 ? "completed: its item completed, confirmed" : "failed: a (exit_nonzero"));
  CHECK(words.out() == plain.out());
}

TEST_CASE("watch after the end tells it all at once, from any event on", "[system][reading]") {
  const workshop shop;
  const std::string stream = run_to_end(shop, one_fails, 1);
  check_stream(read_stream(stream));
  const ended all = call(shop, {"watch", "last", "--json", "--exit-status"});
  CHECK(all.code == 1);
  CHECK(all.out == stream);
  CHECK(call(shop, {"watch", "last", "--json"}).code == 0);
  const ended rest = call(shop, {"watch", "last", "--json", "--from-seq", "4"});
  REQUIRE(read_stream(rest.out).front().seq == 4);
  CHECK(stream.ends_with(rest.out));
  const ended unknown = call(shop, {"watch", "nothing"});
  CHECK(unknown.code == 2);
  CHECK(has(unknown.err, "no run 'nothing'"));
  CHECK(call(shop, {"watch", "last", "--from-seq", "0"}).code == 2);
}

TEST_CASE("watch waits behind a torn line, also when another one takes its place", "[system][reading]") {
  const workshop shop;
  const std::string stream = run_to_end(shop, one_fails, 1);
  const fs::path journal = shop.only_run() / "journal.ndjson";
  const std::string text = read_file(journal);
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  write_file(journal, text.substr(0, last) + "{\"event\":\"item\",\"v\":1,\"se");
  program watch(shop.settle({"watch", "last", "--json", "--exit-status"}));
  REQUIRE(watch.wait_until([](const auto& out, const auto&) { return has(out, "dep_failed"); }));
  fs::resize_file(journal, last);  // as a supervisor that takes the run over does
  std::ofstream(journal, std::ios::app) << text.substr(last);
  watch.finish();
  CHECK(watch.exit_code() == 1);
  CHECK(watch.out() == stream);

  // What had been told and is gone again: no verdict comes of it.
  write_file(journal, text.substr(0, last));
  program shorter(shop.settle({"watch", "last", "--json"}));
  REQUIRE(shorter.wait_until([](const auto& out, const auto&) { return has(out, "dep_failed"); }));
  write_file(journal, text.substr(0, text.find('\n') + 1));
  shorter.finish();
  CHECK(shorter.exit_code() == 3);
  CHECK(has(shorter.err(), "has become shorter"));
}

TEST_CASE("watch takes the latest end, and ends with it", "[system][reading]") {
  const workshop shop;
  run_to_end(shop, one_fails, 1);
  const fs::path journal = shop.only_run() / "journal.ndjson";
  std::string text = read_file(journal);
  std::string end = text.substr(text.rfind('\n', text.size() - 2) + 1);
  const std::size_t status = end.find("\"failed\"");
  REQUIRE(status != std::string::npos);
  std::string first = end;
  first.replace(status, 8, "\"completed\"");
  text.insert(text.size() - end.size(), first);
  write_file(journal, text);
  CHECK(call(shop, {"watch", "last", "--json", "--exit-status"}).code == 1);
}

TEST_CASE("Ctrl-C and a reader that goes away end the watching, not the run", "[system][reading]") {
  const workshop shop;
  program run(shop.local(shop.document("[" + waiting_task("a", 0) + "]"), {"--json"}));
  REQUIRE(run.wait_until([](const auto& out, const auto&) { return has(out, "\"running\""); }));
  program interrupted(shop.settle({"watch", "last", "--exit-status"}));
  program unread(shop.settle({"watch", "last", "--json"}));
  program asked(shop.settle({"watch", "last", "--json", "--exit-status"}));
  for (program* p : {&interrupted, &unread, &asked})
    REQUIRE(p->wait_until([](const auto& out, const auto&) { return !out.empty(); }));
  interrupted.signal(SIGINT);
  interrupted.finish();
  CHECK(interrupted.exit_code() == 130);
  unread.stop_reading();
  unread.finish(std::chrono::seconds(20));
  CHECK(unread.exit_code() == 0);
  asked.stop_reading();
  invocation closed = shop.settle({"watch", "last"});
  closed.stdout_closed = true;
  program nobody(closed);
  nobody.finish(std::chrono::seconds(20));
  CHECK(nobody.exit_code() == 0);
  write_file(shop.work() / "go", "");
  asked.finish();
  CHECK(asked.exit_code() == 0);
  CHECK(asked.ended_by() == 0);
  run.finish();
  CHECK(run.exit_code() == 0);
}
