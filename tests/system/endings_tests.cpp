// Ends that a test cannot bring about on a real cluster: their words in the queue and in accounting, from the commands'
// bytes to the verdict and the exit code.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace settle::tests;
using std::chrono::seconds;

namespace {

told verdict_of(const workshop& shop, std::vector<std::string> words, int exit_code) {
  words.insert(words.begin(), {"--json", "--witness", "off"});
  program p(shop.slurm(shop.document(R"([{"id": "a", "name": "t", "command": "sleep 2"}])"), words));
  p.finish(seconds(150));
  INFO(p.err());
  INFO(p.out());
  CHECK(p.exit_code() == exit_code);
  const auto events = read_stream(p.out());
  check_stream(events);
  CHECK(events.back().status == (exit_code == 1 ? "failed" : "completed"));
  return verdicts(events)["a"];
}

}  // namespace

TEST_CASE(
    "a deadline, a failed boot, a revoked job and FAILED 0:0 settle with their causes, whoever tells them",
    "[system][slurm][endings]") {
  struct ending {
    const char* word;
    const char* cause;
  };
  const auto end = GENERATE(ending{"DEADLINE", "deadline"}, ending{"BOOT_FAIL", "boot_failure"},
                            ending{"REVOKED", "cancelled"}, ending{"FAILED", "exit_nonzero"});
  const bool remembered = GENERATE(true, false);
  CAPTURE(end.word, remembered);
  const workshop shop;
  shop.knob("ends", end.word);
  if (remembered)
    shop.knob("remember", "300");
  const told a = verdict_of(shop, {}, 1);
  CHECK(a.status == "failed");
  CHECK(a.cause == end.cause);
  CHECK_FALSE(a.exit_code);  // 0 is no code of a failure
  CHECK_FALSE(a.signal);
  CHECK((a.evidence == "accounting" || (remembered && a.evidence == "queue")));
}

TEST_CASE("a job that accounting calls RUNNING for ever, and that nobody else knows, is completed, "
          "unconfirmed: exit code 4",
          "[system][slurm][endings]") {
  const workshop shop;
  shop.knob("sacct_lag", "100000");
  const told a = verdict_of(shop, {"--settle-no-record", "3s"}, 4);
  CHECK(a.status == "completed");
  CHECK(a.evidence == "none");
  CHECK_FALSE(a.exit_code);
  CHECK(has(a.error, "exit code unknown"));
  CHECK(shop.calls("sacct") >= 2);  // it was asked, and answered
}
