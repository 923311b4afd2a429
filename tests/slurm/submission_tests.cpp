#include "io/slurm/commands.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;
using namespace settle::tests;
using settle::io::errc;

namespace {

std::string failed(std::string_view reason) {
  return "sbatch: error: Batch job submission failed: " + std::string(reason) + "\n";
}

const std::string policy =
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";

errc code_of(const settle::io::command_result& answer) {
  const auto read = read_submission(answer);
  REQUIRE_FALSE(read);
  CHECK_FALSE(read.error().words.empty());
  return read.error().code;
}

}  // namespace

TEST_CASE("an id on the last line of a good sbatch is the job", "[slurm][submission]") {
  CHECK(read_submission(said("4711\n")) == 4711u);
  CHECK(read_submission(said("4711;cluster\n")) == 4711u);
  CHECK(read_submission(said("a site's greeting\n4711\n")) == 4711u);
  // The controller was busy, sbatch waited and was then accepted.
  CHECK(read_submission(said(
            "4711\n", "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\n")) ==
        4711u);
  auto lingered = said("4711\n");
  lingered.lingered = true;
  CHECK(read_submission(lingered) == 4711u);
}

TEST_CASE("a good sbatch without a readable id may have made a job", "[slurm][submission]") {
  for (const auto* out : {"", "\n", "4711", "Submitted batch job 4711\n", "4711\nbye\n", "0\n", "-1\n",
                          "4711 \n", "4711x\n", "4294967294\n", "99999999999999999999\n", ";c\n"}) {
    INFO(out);
    CHECK(code_of(said(out)) == errc::maybe_submitted);
  }
}

TEST_CASE("an sbatch that did not end by itself may have made a job", "[slurm][submission]") {
  for (const std::string out : {"", "4711\n"}) {
    auto timed_out = said(out);
    timed_out.timed_out = true;
    CHECK(code_of(timed_out) == errc::maybe_submitted);
    auto cancelled = said(out);
    cancelled.cancelled = true;
    CHECK(code_of(cancelled) == errc::maybe_submitted);
    auto killed = said(out);
    killed.end = {};
    killed.end.signal = 9;
    CHECK(code_of(killed) == errc::maybe_submitted);
    // However clear its words were before that.
    timed_out.err = failed("Invalid partition name specified");
    CHECK(code_of(timed_out) == errc::maybe_submitted);
  }
  auto truncated = said("4711\n");
  truncated.truncated = true;
  CHECK(code_of(truncated) == errc::maybe_submitted);
  CHECK(code_of(said("4711\n", "", 1)) == errc::maybe_submitted);
}

TEST_CASE("an sbatch that never started made no job", "[slurm][submission]") {
  settle::io::command_result answer;
  answer.spawn_errno = ENOENT;
  CHECK(code_of(answer) == errc::unavailable);
  answer.spawn_errno = EAGAIN;
  CHECK(code_of(answer) == errc::unavailable);
  answer.spawn_errno = E2BIG;  // our argument list is too long: it will be so again
  CHECK(code_of(answer) == errc::rejected);
}

TEST_CASE("what sbatch says decides whether there can be a job", "[slurm][submission]") {
  struct example {
    std::string err;
    int exit;
    errc code;
  };
  const std::vector<example> examples{
      {failed("Unable to contact slurm controller (connect failure)"), 1, errc::unavailable},
      {failed("Unable to contact slurm controller (send failure)"), 1, errc::maybe_submitted},
      {failed("Unable to contact slurm controller (receive failure)"), 1, errc::maybe_submitted},
      {failed("Socket timed out on send/recv operation"), 1, errc::maybe_submitted},
      {failed("Zero Bytes were transmitted or received"), 1, errc::maybe_submitted},
      {failed("Unexpected message received"), 1, errc::maybe_submitted},
      {failed("Connection reset by peer"), 1, errc::maybe_submitted},
      {failed("A text of the year 2040"), 1, errc::maybe_submitted},
      {failed("No error"), 1, errc::maybe_submitted},
      {failed("Protocol authentication error"), 1, errc::maybe_submitted},
      {"sbatch: error: RESPONSE_SUBMIT_BATCH_JOB has authentication error\n" +
           failed("Protocol authentication error"),
       1, errc::maybe_submitted},
      {"sbatch: error: auth_g_create: REQUEST_SUBMIT_BATCH_JOB has authentication error\n" +
           failed("Protocol authentication error"),
       1, errc::unavailable},
      {failed("Resource temporarily unavailable"), 1, errc::too_many},
      {failed("Unable to create job record, try again"), 1, errc::unavailable},
      {failed("System submissions disabled"), 1, errc::unavailable},
      {failed("Rate limit exceeded, please retry momentarily"), 1, errc::unavailable},
      {failed("Required partition not available (inactive or drain)"), 1, errc::unavailable},
      {"sbatch: error: AssocMaxSubmitJobLimit\n" + failed(policy), 1, errc::too_many},
      {"sbatch: error: QOSGrpSubmitJobsLimit\n" + failed(policy), 1, errc::too_many},
      {"sbatch: error: MaxSubmitJobsPerAccount\n" + failed(policy), 1, errc::too_many},
      {failed(policy), 1, errc::unavailable},
      {"sbatch: error: QOSMaxCpuPerUserLimit\n" + failed(policy), 1, errc::rejected},
      {"sbatch: error: QOSMaxWallDurationPerJobLimit\n" + failed(policy), 1, errc::rejected},
      {"sbatch: error: AssocGrpCPUMinutesLimit\n" + failed(policy), 1, errc::rejected},
      {"sbatch: error: MaxMemoryPerAccount\n" + failed(policy), 1, errc::rejected},
      {failed("Invalid partition name specified"), 1, errc::rejected},
      {failed("Requested node configuration is not available"), 1, errc::rejected},
      {"sbatch: error: your account has expired\n" + failed("Unspecified error"), 1, errc::rejected},
      {"sbatch: unrecognized option '--bogus'\nTry \"sbatch --help\" for more information\n", 255,
       errc::rejected},
      {"sbatch: error: Invalid --time specification\n", 255, errc::rejected},
      {"sbatch: error: cli_filter plugin terminated with error\n", 1, errc::rejected},
      {"sbatch: fatal: Could not establish a configuration source\n", 1, errc::unavailable},
      {"sbatch: error while loading shared libraries: libslurmfull.so\n", 127, errc::unavailable},
      {"sh: 1: sbatch: not found\n", 127, errc::unavailable},
      {"", 1, errc::maybe_submitted},
      {"wrapper: lost contact\n", 143, errc::maybe_submitted},
      {" \n", 255, errc::maybe_submitted}};
  for (const auto& e : examples) {
    INFO(e.err << " exit " << e.exit);
    CHECK(code_of(said("", e.err, e.exit)) == e.code);
  }
}

TEST_CASE("the refusals of three versions are told apart", "[slurm][submission][versions]") {
  const std::map<std::string, errc> expected{
      {"err_sbatch_badarray", errc::rejected},  {"err_sbatch_baddep", errc::rejected},
      {"err_sbatch_badopt", errc::rejected},    {"err_sbatch_badpart", errc::rejected},
      {"err_sbatch_badtime", errc::rejected},   {"err_sbatch_empty", errc::rejected},
      {"err_sbatch_mem", errc::rejected},       {"err_sbatch_noscript", errc::rejected},
      {"err_sbatch_noshebang", errc::rejected}, {"err_sbatch_toobig", errc::rejected},
      {"ctlddown_sbatch", errc::unavailable},   {"ctldhung_sbatch", errc::maybe_submitted},
      {"mungedown_sbatch", errc::unavailable},  {"noconf_sbatch_wrap_true", errc::unavailable}};
  for (const auto& version : slurm_versions) {
    auto names = captures_beginning(version, "err_sbatch_");
    for (const auto* prefix : {"ctlddown_sbatch", "ctldhung_sbatch", "mungedown_sbatch", "noconf_sbatch"})
      for (auto& name : captures_beginning(version, prefix))
        names.push_back(std::move(name));
    REQUIRE(names.size() > 12);
    for (const auto& name : names) {
      const auto answer = capture(version, name);
      INFO(version << " " << name << ": " << answer.err);
      if (answer.end.exit == 0)
        CHECK(read_submission(answer));
      else
        CHECK(code_of(answer) == expected.at(name));
    }
    CHECK(read_submission(capture(version, "sbatch_clusters")));
  }
}

TEST_CASE("the recorded refusals of our own submissions are told apart", "[slurm][submission][golden]") {
  const std::map<std::string, errc> not_refused_for_good{{"ours_sbatch_maxsubmit_user", errc::too_many},
                                                         {"ours_sbatch_maxsubmit_qos", errc::too_many},
                                                         {"ours_sbatch_inactive", errc::unavailable},
                                                         {"ours_sbatch_down", errc::unavailable},
                                                         {"ours_sbatch_hung", errc::maybe_submitted}};
  const auto names = captures_beginning("22.05.8", "ours_sbatch_");
  REQUIRE(names.size() > 25);
  for (const auto& name : names) {
    const auto answer = capture("22.05.8", name);
    INFO(name << ": " << answer.err);
    if (answer.end.exit == 0) {
      CHECK(read_submission(answer));
      continue;
    }
    const auto special = not_refused_for_good.find(name);
    CHECK(code_of(answer) == (special == not_refused_for_good.end() ? errc::rejected : special->second));
  }
}

TEST_CASE("a refusal shows sbatch's own words and nothing of its prefixes", "[slurm][submission]") {
  CHECK(read_submission(capture("22.05.8", "ours_sbatch_maxcpu_user")).error().words ==
        "QOSMaxCpuPerUserLimit; Batch job submission failed: " + policy);
  CHECK(read_submission(capture("22.05.8", "ours_sbatch_badoption")).error().words ==
        "unrecognized option '--bogus'");
  CHECK(read_submission(said("", std::string(100'000, 'x'), 1)).error().words.size() == 1000);
}

TEST_CASE("control characters in sbatch's words are not shown", "[slurm][submission]") {
  const auto answer = read_submission(said("", "sbatch: error: Invalid\x1b[2J qos\r\x0e specification\n", 1));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().words == "Invalid?[2J qos?? specification");
}
