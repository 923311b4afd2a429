#include "io/slurm/commands.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;
using namespace settle::tests;
using settle::io::errc;

namespace {

const std::string row = "7|7|N/A|RUNNING|0|0|100|110|500|None|name\n";
const std::string record = "7|7|RUNNING|0:0|0:0|100|110|Unknown|5|00:00:00||1|n1|name\n";

using change = std::function<void(settle::io::command_result&)>;

/// Everything that can be wrong with an answer beside its text, and a word its description must hold.
const std::vector<std::pair<change, std::string>> troubles{
    {[](auto& a) { a.end.exit = 1; }, "exit code 1"},
    {[](auto& a) {
       a.end = {};
       a.end.signal = 9;
     },
     "signal 9"},
    {[](auto& a) {
       a.end = {};
       a.end.signal = 15;
       a.timed_out = true;
       a.elapsed = std::chrono::milliseconds(60'123);
     },
     "60.1 s"},
    {[](auto& a) { a.timed_out = true; }, "no answer within"},
    {[](auto& a) { a.cancelled = true; }, "stopped"},
    {[](auto& a) { a.truncated = true; }, "more than is read"},
    {[](auto& a) { a.lingered = true; }, "held open"},
    {[](auto& a) {
       a = {};
       a.spawn_errno = 2;
     },
     "No such file"},
    {[](auto& a) { a.end = {}; }, "unknown way"}};

}  // namespace

TEST_CASE("only a whole, clean answer is a listing", "[slurm][answers]") {
  REQUIRE(read_listing(said(row)));
  REQUIRE(read_accounting(said(record)));
  for (const auto& [spoil, word] : troubles) {
    auto answer = said(row);
    spoil(answer);
    const auto listing = read_listing(answer);
    REQUIRE_FALSE(listing);
    INFO(listing.error().words);
    CHECK(listing.error().code == errc::unavailable);
    CHECK(listing.error().words.find(word) != std::string::npos);
    CHECK(listing.error().words.starts_with("squeue "));
    answer = said(record);
    spoil(answer);
    CHECK(read_accounting(answer).error().code == errc::unavailable);
  }
}

TEST_CASE("nothing at all is an empty listing, silence with a complaint is not", "[slurm][answers]") {
  const auto empty = read_listing(said(""));
  REQUIRE(empty);
  CHECK(empty->rows.empty());
  CHECK(read_listing(said("", "slurm_load_jobs error: Socket timed out\n")).error().code ==
        errc::unavailable);
  CHECK(read_accounting(said("", "x")).error().code == errc::unavailable);
  CHECK(read_listing(said("", " \n"))->rows.empty());
  // With rows, chatter on stderr is only chatter.
  CHECK(read_listing(said(row, "squeue: warning: something\n"))->rows.size() == 1);
}

TEST_CASE("20.11 prints the cluster's name and an error and exits 0", "[slurm][answers]") {
  const auto answer =
      read_listing(said("CLUSTER: x\n", "slurm_load_jobs error: Unable to contact slurm controller\n"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::unavailable);
  CHECK(answer.error().words.find("Unable to contact") != std::string::npos);
}

TEST_CASE("an answer of which no line can be read is not an empty listing", "[slurm][answers]") {
  CHECK(read_listing(said("CLUSTER: x\n")).error().code == errc::bad_reply);
  CHECK(read_accounting(said("hello\n")).error().code == errc::bad_reply);
  // Every line names its job: each of those is void, all others are truly absent.
  const auto voided = read_listing(said("7|7|1,...|PENDING|0|0|1|N/A|N/A|None|n\n"));
  REQUIRE(voided);
  CHECK(voided->bad.size() == 1);
}

TEST_CASE("an answer cut short is void however it ended", "[slurm][answers]") {
  for (std::size_t keep = row.size() + 1; keep < 2 * row.size(); ++keep) {
    const auto listing = read_listing(said((row + row).substr(0, keep)));
    REQUIRE_FALSE(listing);
    CHECK(listing.error().code == errc::unavailable);
  }
}

TEST_CASE("daemon trouble of three versions is never a listing", "[slurm][answers][versions]") {
  for (const auto& version : slurm_versions) {
    INFO(version);
    for (const auto* name : {"ctlddown_squeue", "ctldhung_squeue", "err_squeue_baduser"})
      CHECK(read_listing(capture(version, name)).error().code != errc::rejected);
    for (const auto* name : {"dbddown_sacct", "noacct_sacct"})
      CHECK(read_accounting(capture(version, name)).error().code == errc::unavailable);
    CHECK(says_accounting_disabled(capture(version, "noacct_sacct")));
    CHECK_FALSE(says_accounting_disabled(capture(version, "dbddown_sacct")));
  }
  for (const auto* name : {"ours_listing_hung", "ours_listing_down"})
    CHECK(read_listing(capture("22.05.8", name)).error().code == errc::unavailable);
  const auto down = read_accounting(capture("22.05.8", "ours_accounting_dbd_down"));
  REQUIRE_FALSE(down);
  CHECK(down.error().words.starts_with("sacct failed with exit code 1: sacct: error: "));
}

TEST_CASE("recorded answers are listings", "[slurm][answers][golden]") {
  for (const auto* name :
       {"ours_listing_running", "ours_listing_completing", "ours_listing_settled", "ours_listing_nodedown"})
    CHECK(read_listing(capture("22.05.8", name))->rows.size() > 40);
  for (const auto* name : {"ours_accounting_completing", "ours_accounting_settled"})
    CHECK(read_accounting(capture("22.05.8", name))->rows.size() > 70);
}

TEST_CASE("the description of a failure is one printable line", "[slurm][answers]") {
  const auto words = describe_failure("squeue", said("", "\n\n bad \x01\x1b[31m thing\nmore\n", 3));
  CHECK(words == "squeue failed with exit code 3: bad ??[31m thing");
  CHECK(describe_failure("x", said("", std::string(5000, 'y'), 1)).size() < 250);
}

TEST_CASE("slurmctld's queue to slurmdbd is read where it is told", "[slurm][answers][golden]") {
  CHECK(read_dbd_queue_size(capture("22.05.8", "ours_sdiag")) == 0u);
  CHECK(read_dbd_queue_size(capture("22.05.8", "ours_sdiag_queue")) == 3u);
  CHECK(read_dbd_queue_size(capture("22.05.8", "ours_sdiag_down")) == std::nullopt);
  CHECK(read_dbd_queue_size(said("DBD Agent queue size: 12\n")) == 12u);
  for (const auto* text :
       {"", "DBD Agent queue size: 1", "DBD Agent queue size:\n", "DBD Agent queue size: -1\n",
        "Agent queue size: 5\n", "DBD Agent queue size: many\n"})
    CHECK(read_dbd_queue_size(said(text)) == std::nullopt);
  CHECK(read_dbd_queue_size(said("DBD Agent queue size: 12\n", "", 1)) == std::nullopt);
}
