// What is made of a cluster's answers: one finding and one grade for each thing that can be wrong.
#include "actors/translate/site_findings.hpp"

#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace settle;
using namespace settle::actors;
using core::grade;
using namespace std::chrono_literals;

namespace {

site_answers healthy() {
  site_answers a;
  a.client = slurm::version{24, 11, 5};
  a.listing = 12ms;
  a.config = slurm::parse_config(tests::capture_file("24.11.5", "scontrol_show_config.out"));
  a.federation = std::string{};
  a.backlog = 0;
  a.accounting = 90ms;
  a.clock = core::clock_skew{200ms, 500ms};
  return a;
}

slurm::configuration& config_in(site_answers& a) {
  return **a.config;
}

core::finding only(const std::vector<core::finding>& all, const std::string& what) {
  CHECK(std::count_if(all.begin(), all.end(), [&](const auto& f) { return f.what == what; }) == 1);
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.what == what; });
  return at == all.end() ? core::finding{} : *at;
}

/// The one finding that is not ok; nothing else may be.
core::finding complaint(const site_answers& a, const core::policy& rules = {}) {
  const auto all = findings_of(a, rules);
  std::vector<core::finding> bad;
  std::copy_if(all.begin(), all.end(), std::back_inserter(bad),
               [](const auto& f) { return f.graded != grade::ok; });
  for (const auto& f : bad)
    UNSCOPED_INFO(f.what << ": " << f.words);
  REQUIRE(bad.size() == 1);
  CHECK_FALSE(bad.front().words.empty());
  CHECK_FALSE(bad.front().remedy.empty());
  return bad.front();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a cluster with nothing wrong has no complaint and no remedy", "[translate][site]") {
  std::set<std::string> seen;
  for (const auto& f : findings_of(healthy(), {})) {
    INFO(f.what << ": " << f.words);
    CHECK(f.graded == grade::ok);
    CHECK(f.remedy.empty());
    CHECK(seen.insert(f.what).second);
  }
  CHECK(seen == std::set<std::string>{"version", "controller", "federation", "accounting", "accounting_queue",
                                      "clock", "max_array_size", "max_jobs", "min_job_age", "max_script_size",
                                      "message_timeout", "rate_limit", "enforce", "requeue"});
}

TEST_CASE("facts are what was answered, and nothing that was not", "[translate][site]") {
  const auto facts = facts_of(healthy());
  CHECK(facts.controller_version == "24.11.5");
  CHECK(facts.accounting == core::accounting_state::on);
  CHECK(facts.skew == 200ms);
  CHECK(facts.skew_within == 500ms);
  CHECK(facts.array_size_max == 1001);
  CHECK(facts.ended_jobs_kept == 900s);
  CHECK(facts.federated == false);
  site_answers silent;
  silent.client = slurm::version{24, 11, 5};
  silent.listing = io::fail(io::errc::unavailable, "squeue gave no answer");
  const auto none = facts_of(silent);
  CHECK_FALSE(none.controller_answers);
  CHECK(none.accounting == core::accounting_state::unknown);
  CHECK_FALSE(none.skew);
  CHECK_FALSE(none.array_size_max);
  CHECK_FALSE(none.federated);
}

TEST_CASE("versions: only what was tested, and no commands newer than the controller, is fine",
          "[translate][site]") {
  auto a = healthy();
  const auto with = [&](slurm::version client, slurm::version controller) {
    a.client = client;
    config_in(a).controller_version = controller;
    return only(findings_of(a, {}), "version").graded;
  };
  CHECK(with({20, 11, 0}, {20, 11, 9}) == grade::ok);
  CHECK(with({26, 5, 3}, {26, 5, 0}) == grade::ok);
  CHECK(with({23, 11, 0}, {24, 11, 5}) == grade::ok);
  CHECK(with({20, 2, 7}, {20, 2, 7}) == grade::attention);
  CHECK(with({26, 11, 0}, {26, 11, 0}) == grade::attention);
  CHECK(with({24, 11, 5}, {24, 5, 1}) == grade::attention);
}

TEST_CASE("without working commands nothing else is judged", "[translate][site]") {
  site_answers a;
  a.client = io::result<slurm::version>(io::fail(io::errc::unavailable, "sbatch --version failed"));
  const auto all = findings_of(a, {});
  REQUIRE(all.size() == 1);
  CHECK(all.front().what == "version");
  CHECK(all.front().graded == grade::cannot_work);
}

TEST_CASE("a silent controller cannot be worked with; which hosts are down is said", "[translate][site]") {
  site_answers a;
  a.client = slurm::version{24, 11, 5};
  a.listing = io::fail(io::errc::unavailable, "squeue failed: Unable to contact slurm controller");
  a.pinged = {{"primary", "ctl1", false}};
  a.accounting = 90ms;
  const auto said = complaint(a);
  CHECK(said.what == "controller");
  CHECK(said.graded == grade::cannot_work);
  CHECK(has(said.words, "Unable to contact"));
  CHECK(has(said.words, "ctl1 (primary)"));
}

TEST_CASE("a slow controller and a backup that is down are worth attention", "[translate][site]") {
  auto slow = healthy();
  slow.listing = 4s;
  CHECK(complaint(slow).what == "controller");
  auto half = healthy();
  config_in(half).controllers.push_back({"backup", "ctl2", false});
  CHECK(has(complaint(half).words, "down: ctl2 (backup)"));
}

TEST_CASE("a federation is refused; one that is not known is said", "[translate][site]") {
  auto a = healthy();
  a.federation = std::string("north");
  CHECK(complaint(a).graded == grade::cannot_work);
  CHECK(has(complaint(a).words, "north"));
  CHECK(facts_of(a).federated == true);
  a.federation = io::result<std::string>(io::fail(io::errc::unavailable, "no"));
  CHECK(complaint(a).graded == grade::attention);
}

TEST_CASE("accounting that is off, silent or without steps is worth attention", "[translate][site]") {
  auto a = healthy();
  SECTION("off, says sacct") {
    a.accounting_disabled = true;
  }
  SECTION("off, says the configuration") {
    config_in(a).accounting_storage.clear();
  }
  SECTION("silent") {
    a.accounting = io::result<core::duration>(io::fail(io::errc::unavailable, "refused"));
  }
  SECTION("without steps") {
    config_in(a).accounting_enforce = {"nosteps"};
  }
  const auto all = findings_of(a, {});
  CHECK(only(all, "accounting").graded == grade::attention);
}

TEST_CASE("slurmctld's queue to slurmdbd matters when it is long", "[translate][site]") {
  auto a = healthy();
  a.backlog = 999;
  CHECK(only(findings_of(a, {}), "accounting_queue").graded == grade::ok);
  a.backlog = 1000;
  CHECK(complaint(a).what == "accounting_queue");
}

TEST_CASE("a skew counts beyond a minute, in both directions", "[translate][site]") {
  auto a = healthy();
  for (const core::duration ok : {0ms, 60'000ms, -60'000ms}) {
    a.clock = core::clock_skew{ok, 500ms};
    CHECK(only(findings_of(a, {}), "clock").graded == grade::ok);
  }
  a.clock = core::clock_skew{90s, 500ms};
  CHECK(has(complaint(a).words, "90s ahead of ours"));
  a.clock = core::clock_skew{-3600s, 500ms};
  CHECK(has(complaint(a).words, "3600s behind ours"));
  a.clock.reset();
  CHECK(complaint(a).what == "clock");
}

TEST_CASE("a controller that forgets within two looks is worth attention", "[translate][site]") {
  auto a = healthy();
  core::policy rules;
  config_in(a).min_job_age = 29s;
  CHECK(complaint(a, rules).what == "min_job_age");
  config_in(a).min_job_age = 30s;
  CHECK(only(findings_of(a, rules), "min_job_age").graded == grade::ok);
  rules.poll_interval = 60s;
  CHECK(complaint(a, rules).what == "min_job_age");
  config_in(a).min_job_age = 0s;  // never forgets
  CHECK(only(findings_of(a, rules), "min_job_age").graded == grade::ok);
}

TEST_CASE("limits that stand in settle's way are worth attention", "[translate][site]") {
  auto a = healthy();
  std::string what;
  SECTION("no arrays") {
    config_in(a).max_array_size = 0;
    what = "max_array_size";
  }
  SECTION("small scripts") {
    config_in(a).max_script_bytes = 4096;
    what = "max_script_size";
  }
  SECTION("commands that wait longer than settle does") {
    config_in(a).message_timeout = 60s;
    what = "message_timeout";
  }
  SECTION("less than a request a second") {
    config_in(a).rate = slurm::rate_limit{10, 1, 2};
    what = "rate_limit";
  }
  CHECK(complaint(a).what == what);
}
