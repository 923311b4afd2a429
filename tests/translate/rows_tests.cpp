#include "actors/translate/slurm_words.hpp"
#include "io/slurm/commands.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace settle::actors;
using namespace settle::tests;
using settle::core::account_row;
using settle::core::cause;
using settle::core::exit_status;
using settle::core::listed_job;
using settle::core::meaning;
namespace slurm = settle::slurm;

namespace {

std::map<std::string, listed_job> listed(const std::string& name) {
  std::map<std::string, listed_job> jobs;
  const auto listing = slurm::read_listing(capture("22.05.8", name));
  REQUIRE(listing);
  for (const auto& row : listing->rows)
    jobs.emplace(row.name, to_listed(row));
  return jobs;
}

/// The attempts of the job with this name in a recorded accounting answer.
std::vector<account_row> accounted(const std::string& capture_name, const std::string& job_name) {
  const auto all = slurm::read_accounting(capture("22.05.8", capture_name));
  REQUIRE(all);
  const auto named = [&](const auto& r) { return r.step.empty() && r.name == job_name; };
  const auto main = std::find_if(all->rows.begin(), all->rows.end(), named);
  REQUIRE(main != all->rows.end());
  std::vector<slurm::account_record> records;
  for (const auto& r : all->rows)
    if (r.job_id == main->job_id)
      records.push_back(r);
  return to_account_rows(records);
}

account_row only(const std::string& job_name) {
  const auto rows = accounted("ours_accounting_settled", job_name);
  REQUIRE(rows.size() == 1);
  return rows.front();
}

std::vector<account_row> translate(const std::string& text) {
  const auto all = slurm::read_accounting(said(text));
  REQUIRE(all);
  return to_account_rows(all->rows);
}

}  // namespace

TEST_CASE("a recorded listing translates to ends with the exact code", "[translate][listing][golden]") {
  const auto jobs = listed("ours_listing_settled");
  const std::map<std::string, std::pair<state_meaning, exit_status>> ended{
      {"exit3", {{meaning::failed, cause::exit_nonzero}, {3, 0}}},
      {"exit128", {{meaning::failed, cause::exit_nonzero}, {128, 0}}},
      {"exit137", {{meaning::failed, cause::exit_nonzero}, {137, 0}}},
      {"kill9", {{meaning::failed, cause::signal}, {0, 9}}},
      {"badout", {{meaning::failed, cause::launch_failure}, {0, 53}}},
      {"timeout", {{meaning::failed, cause::timeout}, {143, 0}}},
      {"cancelrun", {{meaning::failed, cause::cancelled}, {0, 15}}},
      {"exit255", {{meaning::failed, cause::exit_nonzero}, {255, 0}}}};
  for (const auto& [name, expected] : ended) {
    INFO(name);
    const auto& job = jobs.at(name);
    CHECK(state_meaning{job.means, job.why} == expected.first);
    CHECK(job.exact == expected.second);
    CHECK(job.end);
  }
  const auto down = listed("ours_listing_nodedown");
  CHECK(down.at("nodefail").means == meaning::interrupted);
  CHECK(down.at("nodefail").why == cause::node_failure);
  CHECK(down.at("noderequeue").means == meaning::waiting);
}

TEST_CASE("what the controller only forecasts is left out", "[translate][listing][golden]") {
  const auto jobs = listed("ours_listing_settled");
  for (const auto* name : {"begin", "held", "requeuehold", "specialexit", "depnever"}) {
    INFO(name);
    CHECK(jobs.at(name).means == meaning::waiting);
    CHECK_FALSE(jobs.at(name).start);
    CHECK_FALSE(jobs.at(name).end);
    CHECK(jobs.at(name).exact == exit_status{});
  }
  CHECK(jobs.at("suspend").means == meaning::alive);
  CHECK(jobs.at("suspend").start);
  CHECK_FALSE(jobs.at("suspend").end);
  CHECK(jobs.at("suspend").exact == exit_status{});
}

TEST_CASE("one requeue shows one change of attempt, not two", "[translate][listing][golden]") {
  const auto before = listed("ours_listing_running").at("requeue");
  const auto ending = listed("ours_listing_completing").at("requeue");
  const auto after = listed("ours_listing_settled").at("requeue");
  CHECK(before.restarts == 0u);
  CHECK(ending.means == meaning::alive);
  CHECK(ending.word == "COMPLETING");
  CHECK_FALSE(ending.restarts);
  CHECK_FALSE(ending.start);
  CHECK(ending.submit == before.submit);
  CHECK(after.restarts == 1u);
  CHECK(after.submit != before.submit);
}

TEST_CASE("recorded accounting translates to attempts with their steps folded in",
          "[translate][accounting][golden]") {
  const auto failed = only("exit3");
  CHECK(failed.means == meaning::failed);
  CHECK(failed.why == cause::exit_nonzero);
  CHECK(failed.code == exit_status{3, 0});
  CHECK(failed.batch == settle::core::batch_row{meaning::failed, {3, 0}});
  CHECK(failed.end);
  CHECK(failed.cpu_ms == 1);
  CHECK(failed.node_list == "n1");
  CHECK_FALSE(failed.step_failed);

  CHECK(only("kill9").why == cause::signal);
  CHECK(only("badout").why == cause::launch_failure);
  CHECK(only("timeout").why == cause::timeout);
  CHECK(only("stepfail").means == meaning::succeeded);
  CHECK(only("stepfail").step_failed);
  CHECK(only("stepsig").step_failed);
  CHECK_FALSE(only("stepmem").step_failed);
  CHECK(only("stepmem").max_rss_bytes == 306384 * 1024);

  const auto trapped = only("trapterm");
  CHECK(trapped.means == meaning::failed);
  CHECK(trapped.why == cause::cancelled);
  CHECK(trapped.canceller_known);
  CHECK(trapped.batch->means == meaning::succeeded);
  CHECK(trapped.word == "CANCELLED by 0");
}

TEST_CASE("every attempt keeps its own steps", "[translate][accounting][golden]") {
  const auto rows = accounted("ours_accounting_settled", "requeue");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].means == meaning::requeued);
  CHECK(rows[0].end);
  CHECK(rows[0].batch->code == exit_status{0, 15});
  CHECK(rows[1].means == meaning::alive);
  CHECK_FALSE(rows[1].end);
  CHECK(rows[1].batch->means == meaning::alive);
  CHECK(rows[0].submit < rows[1].submit);

  const auto node = accounted("ours_accounting_nodedown", "noderequeue");
  REQUIRE(node.size() == 2);
  CHECK(node[0].means == meaning::interrupted);
  CHECK(node[0].batch->code == exit_status{});
  CHECK(node[1].means == meaning::waiting);
  const auto finished = accounted("ours_accounting_nodedown", "requeuedfail");
  CHECK(finished[0].means == meaning::requeued);
  CHECK(finished[0].batch->means == meaning::failed);
}

TEST_CASE("rows that are not final have no end", "[translate][accounting][golden]") {
  const auto outage = accounted("ours_accounting_after_outage", "duringoutage");
  REQUIRE(outage.size() == 1);
  CHECK(outage[0].means == meaning::failed);
  CHECK_FALSE(outage[0].end);
  CHECK_FALSE(only("held").start);
  CHECK_FALSE(only("held").batch);
  CHECK_FALSE(only("heldcancel").start);
  CHECK(only("heldcancel").end);
}

TEST_CASE("a step that was killed for memory counts, one that was merely cancelled does not",
          "[translate][accounting]") {
  const std::string main = "7|7|COMPLETED|0:0|0:0|1|2|3|1|00:01.500||4|n1|j\n7.batch|7.batch|COMPLETED|0:0||"
                           "1|2|3|1|00:00.5|9K|4|n1|batch\n";
  const auto failed = [&](const std::string& step) {
    const auto rows = translate(main + step);
    REQUIRE(rows.size() == 1);
    return rows[0].step_failed;
  };
  CHECK(failed("7.0|7.0|CANCELLED by 0|0:9||1|2|3|1|00:00.5|9K|4|n1|s\n"));
  CHECK(failed("7.0|7.0|FAILED|0:0||1|2|3|1|00:00.5|9K|4|n1|s\n"));
  CHECK(failed("7.12|7.12|OUT_OF_MEMORY|0:125||1|2|3|1|00:00.5|9K|4|n1|s\n"));
  CHECK_FALSE(failed("7.0|7.0|CANCELLED|0:0||1|2|3|1|00:00.5|9K|4|n1|s\n"));
  CHECK_FALSE(failed("7.0|7.0|COMPLETED|0:0||1|2|3|1|00:00.5|9K|4|n1|s\n"));
  CHECK_FALSE(failed("7.0|7.0|RUNNING|0:0||1|2|Unknown|1|00:00.5|9K|4|n1|s\n"));
  CHECK_FALSE(failed("7.extern|7.extern|FAILED|1:0||1|2|3|1|00:00.5|9K|4|n1|s\n"));
}

TEST_CASE("a job with an end and a step without one is told", "[translate][accounting]") {
  const auto row = [](const char* end, const char* step_end) {
    const auto rows = translate(std::string("7|7|COMPLETED|0:0|0:0|1|2|") + end +
                                "|0|00:00:00||1|n1|j\n7.batch|7.batch|RUNNING|0:0||1|2|" + step_end +
                                "|0|00:00:00||1|n1|batch\n");
    REQUIRE(rows.size() == 1);
    return rows[0];
  };
  CHECK(row("2", "Unknown").step_unfinished);
  CHECK_FALSE(row("2", "2").step_unfinished);
  CHECK_FALSE(row("Unknown", "Unknown").step_unfinished);
}

TEST_CASE("a code beside a signal is not a code", "[translate][accounting]") {
  const auto rows = translate("7|7|FAILED|15:53|0:0|1|2|3|0|00:00:00||1|n1|j\n");
  CHECK(rows.at(0).code == exit_status{std::nullopt, 53});
  CHECK(rows.at(0).why == cause::launch_failure);
}

TEST_CASE("the largest memory of all steps and the job's own CPU time are kept", "[translate][accounting]") {
  const auto rows = translate(
      "7|7|COMPLETED|0:0|0:0|1|2|3|60|00:09.000||4|n1|j\n7.batch|7.batch|COMPLETED|0:0||1|2|3|1|00:01|9K|4|"
      "n1|b\n"
      "7.0|7.0|COMPLETED|0:0||1|2|3|1|00:08|2M|4|n1|s\n7.1|7.1|COMPLETED|0:0||1|2|3|1|00:00||4|n1|s\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].cpu_ms == 9000);
  CHECK(rows[0].max_rss_bytes == 2 * 1024 * 1024);
  CHECK(rows[0].elapsed_s == 60);
  CHECK(rows[0].cpus == 4);
}

TEST_CASE("steps without a job above them belong to nobody", "[translate][accounting]") {
  CHECK(to_account_rows({}).empty());
  CHECK(translate("7.batch|7.batch|COMPLETED|0:0||1|2|3|1|00:01|9K|4|n1|b\n").empty());
}
