#include "runtime/cli/arguments.hpp"

#include <catch2/catch.hpp>

using namespace settle;
using namespace settle::cli;
using std::chrono::milliseconds;

namespace {

template <class T>
T read(std::vector<std::string> words) {
  auto asked = read_arguments(std::move(words));
  if (!asked)
    FAIL(asked.error().words);
  REQUIRE(std::holds_alternative<T>(*asked));
  return std::get<T>(*asked);
}

std::string refusal(std::vector<std::string> words) {
  const auto asked = read_arguments(std::move(words));
  REQUIRE_FALSE(asked);
  CHECK(asked.error().code == io::errc::bad_input);
  return asked.error().words;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a bare run has the library's defaults", "[program][arguments]") {
  const auto a = read<run_arguments>({"run", "t.json"});
  CHECK(a.tasks_file == "t.json");
  CHECK_FALSE(a.json);
  CHECK_FALSE(a.cancel_on_interrupt);
  CHECK_FALSE(a.accept_unconfirmed);
  CHECK(a.runtime.backend == backend_kind::automatic);
  CHECK(a.runtime.rules.settle_no_record == core::policy{}.settle_no_record);
  CHECK_FALSE(a.runtime.poll_interval_fixed);
  CHECK(a.run.max_concurrent == 0);
  CHECK(a.warnings.empty());
}

TEST_CASE("what the jobs' own exit records are for is one of three words", "[program][arguments]") {
  using core::witness_use;
  CHECK(read<run_arguments>({"run", "t.json"}).runtime.rules.witness == witness_use::automatic);
  CHECK(read<run_arguments>({"run", "t.json", "--witness", "auto"}).runtime.rules.witness ==
        witness_use::automatic);
  CHECK(read<run_arguments>({"run", "t.json", "--witness", "on"}).runtime.rules.witness == witness_use::on);
  CHECK(read<run_arguments>({"run", "t.json", "--witness=off"}).runtime.rules.witness == witness_use::off);
  CHECK(has(refusal({"run", "t.json", "--witness", "yes"}), "'yes' is none of auto|on|off"));
}

TEST_CASE("every option of run arrives where it belongs", "[program][arguments]") {
  const auto a = read<run_arguments>({"run",
                                      "--backend",
                                      "slurm",
                                      "--json",
                                      "--max-concurrent",
                                      "7",
                                      "--state",
                                      "/s",
                                      "--title",
                                      "t t",
                                      "--poll-interval",
                                      "5s",
                                      "--poll-interval-min=2s",
                                      "--settle-no-record",
                                      "20s",
                                      "--submit-grace",
                                      "1s",
                                      "--submit-no-record",
                                      "2m",
                                      "--fail-stuck-after",
                                      "10m",
                                      "--search-silence",
                                      "3m",
                                      "--command-deadline",
                                      "500ms",
                                      "--derived-exit",
                                      "fail",
                                      "--unconfirmed",
                                      "accept",
                                      "--cancel-on-interrupt",
                                      "--slots",
                                      "3",
                                      "x.json"});
  CHECK(a.tasks_file == "x.json");
  CHECK(a.json);
  CHECK(a.cancel_on_interrupt);
  CHECK(a.accept_unconfirmed);
  CHECK(a.run.max_concurrent == 7);
  CHECK(a.run.title == "t t");
  CHECK(a.runtime.backend == backend_kind::slurm);
  CHECK(a.runtime.state_dir == "/s");
  CHECK(a.runtime.max_concurrent == 3);
  CHECK(a.runtime.poll_interval_fixed);
  const core::policy& rules = a.runtime.rules;
  CHECK(rules.poll_interval == milliseconds(5000));
  CHECK(rules.poll_interval_min == milliseconds(2000));
  CHECK(rules.settle_no_record == milliseconds(20'000));
  CHECK(rules.submit_grace == milliseconds(1000));
  CHECK(rules.submit_no_record == milliseconds(120'000));
  CHECK(a.runtime.rules.fail_stuck_after == std::chrono::minutes(10));
  CHECK(rules.search_silence == milliseconds(180'000));
  CHECK(rules.command_deadline == milliseconds(500));
  CHECK(rules.derived_exit_fails);
  CHECK(rules.unconfirmed_releases);
}

TEST_CASE("never and hold are understood", "[program][arguments]") {
  const auto a = read<run_arguments>({"run", "x", "--settle-no-record", "never", "--unconfirmed", "hold"});
  CHECK_FALSE(a.runtime.rules.settle_no_record);
  CHECK_FALSE(a.runtime.rules.unconfirmed_releases);
  CHECK_FALSE(a.accept_unconfirmed);
}

TEST_CASE("a poll interval below the floor is said to be raised", "[program][arguments]") {
  CHECK(read<run_arguments>({"run", "x", "--poll-interval", "500ms"}).warnings.size() == 1);
}

TEST_CASE("standard input is a dash", "[program][arguments]") {
  CHECK(read<run_arguments>({"run", "-"}).tasks_file == "-");
  CHECK(read<validate_arguments>({"validate", "-", "--json"}).json);
}

TEST_CASE("show takes a run and perhaps an item", "[program][arguments]") {
  const auto a = read<show_arguments>({"show", "last", "a b", "--json", "--state", "/s"});
  CHECK(a.run == "last");
  CHECK(a.item == "a b");
  CHECK(a.json);
  CHECK(a.state_dir == "/s");
  CHECK(read<show_arguments>({"show", "last"}).item.empty());
}

TEST_CASE("doctor takes the options of a run that change what it finds", "[program][arguments]") {
  const auto bare = read<doctor_arguments>({"doctor"});
  CHECK_FALSE(bare.json);
  CHECK(bare.runtime.backend == backend_kind::automatic);
  const auto a = read<doctor_arguments>({"doctor", "--json", "--backend", "slurm", "--state", "/s",
                                         "--poll-interval", "5s", "--command-deadline", "9s"});
  CHECK(a.json);
  CHECK(a.runtime.backend == backend_kind::slurm);
  CHECK(a.runtime.state_dir == "/s");
  CHECK(a.runtime.rules.poll_interval == milliseconds(5'000));
  CHECK(a.runtime.rules.command_deadline == milliseconds(9'000));
  CHECK(has(refusal({"doctor", "--command-deadline", "soon"}), "--command-deadline"));
  CHECK(has(refusal({"doctr"}), "did you mean 'doctor'"));
}

TEST_CASE("help and version are text, not errors", "[program][arguments]") {
  CHECK(has(read<print_text>({"--version"}).text, "settle "));
  CHECK(has(read<print_text>({"help"}).text, "validate"));
  CHECK(has(read<print_text>({"--help"}).text, "Exit codes"));
  CHECK(has(read<print_text>({"help", "run"}).text, "--settle-no-record"));
  CHECK(has(read<print_text>({"run", "--help"}).text, "--settle-no-record"));
}

TEST_CASE("what is not known is refused, with its neighbour", "[program][arguments]") {
  CHECK(has(refusal({"rnu", "x"}), "unknown command 'rnu'; did you mean 'run'?"));
  CHECK(has(refusal({"frobnicate", "x"}), "unknown command 'frobnicate'\n"));
  CHECK(has(refusal({"help", "shwo"}), "did you mean 'show'"));
  CHECK(has(refusal({"run", "x", "--jsno"}), "unknown option '--jsno'; did you mean '--json'?"));
  CHECK(has(refusal({"run", "x", "--max-concurent=3"}), "did you mean '--max-concurrent'"));
  CHECK(has(refusal({"validate", "x", "--backend", "local"}), "unknown option '--backend'"));
  CHECK(has(refusal({"run", "x", "y"}), "unexpected argument 'y'"));
  CHECK(has(refusal({"run"}), "TASKS.json"));
  CHECK(has(refusal({}), "which command"));
}

TEST_CASE("wrong values are refused by the option's name", "[program][arguments]") {
  CHECK(has(refusal({"run", "x", "--poll-interval", "5"}), "--poll-interval"));
  CHECK(has(refusal({"run", "x", "--poll-interval", "0s"}), "--poll-interval"));
  CHECK(has(refusal({"run", "x", "--max-concurrent", "0"}), "--max-concurrent"));
  CHECK(has(refusal({"run", "x", "--max-concurrent", "-3"}), "--max-concurrent"));
  CHECK(has(refusal({"run", "x", "--slots", "many"}), "--slots"));
  CHECK(has(refusal({"run", "x", "--backend", "lcoal"}), "local|slurm"));
  CHECK(has(refusal({"run", "x", "--derived-exit", "no"}), "fail|warn"));
  CHECK(has(refusal({"run", "x", "--unconfirmed", "maybe"}), "accept|hold"));
  CHECK(has(refusal({"run", "x", "--settle-no-record", "soon"}), "--settle-no-record"));
  CHECK(has(refusal({"run", "x", "--title"}), "--title"));
}

TEST_CASE("the commands that only read take a run, an item and their own options", "[program][arguments]") {
  CHECK(read<list_arguments>({"list", "--json", "--state", "/s"}).json);
  CHECK(read<list_arguments>({"list", "--state", "/s"}).state_dir == "/s");
  CHECK(read<status_arguments>({"status", "last"}).run == "last");
  const auto logs = read<logs_arguments>({"logs", "r1", "a/b", "-f", "--err"});
  CHECK(logs.run == "r1");
  CHECK(logs.item == "a/b");
  CHECK(logs.follow);
  CHECK(logs.err);
  const auto watch = read<watch_arguments>({"watch", "r1", "--exit-status", "--from-seq", "7"});
  CHECK(watch.exit_status);
  CHECK_FALSE(watch.json);
  CHECK(watch.from_seq == 7);
  CHECK(read<watch_arguments>({"watch", "r1"}).from_seq == 1);
  CHECK(has(refusal({"watch", "r1", "--from-seq", "x"}), "'x' is no count"));
  CHECK(has(refusal({"watch", "r1", "--exit-statu"}), "did you mean '--exit-status'?"));
  CHECK(has(refusal({"wach", "r1"}), "did you mean 'watch'?"));
}
