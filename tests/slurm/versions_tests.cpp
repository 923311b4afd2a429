// The captures of three versions hold the same scenarios in other column orders: moved into ours, one table of
// expectations must hold for all.
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace settle::slurm;
using namespace settle::tests;

namespace {

struct expectation {
  base_state state;
  code main, batch;
};

/// Scenarios whose accounting is alike in all three versions (20.11.4 and 24.11.5 cut codes at 128).
const std::map<std::string, expectation> scenarios{{"ok", {base_state::completed, {0, 0}, {0, 0}}},
                                                   {"exit3", {base_state::failed, {3, 0}, {3, 0}}},
                                                   {"exit137", {base_state::failed, {9, 0}, {9, 0}}},
                                                   {"sigkill", {base_state::failed, {0, 9}, {0, 9}}},
                                                   {"sigsegv", {base_state::failed, {0, 11}, {0, 11}}},
                                                   {"sigterm", {base_state::failed, {0, 15}, {0, 15}}},
                                                   {"batchfail", {base_state::failed, {5, 0}, {5, 0}}},
                                                   {"trapterm", {base_state::cancelled, {0, 0}, {0, 0}}},
                                                   {"baddir", {base_state::completed, {0, 0}, {0, 0}}},
                                                   {"stepfail", {base_state::completed, {0, 0}, {0, 0}}},
                                                   {"badinterp", {base_state::failed, {2, 0}, {2, 0}}},
                                                   {"timeout_trap", {base_state::timeout, {0, 0}, {0, 0}}}};

}  // namespace

TEST_CASE("every state that three versions' squeue printed is known", "[slurm][queue][versions]") {
  for (const auto& version : slurm_versions) {
    for (const auto* name : {"squeue_full_A0.out", "squeue_full_C.out"}) {
      INFO(version << " " << name);
      bool whole = false;
      const auto out = parse_queue(our_listing(capture_file(version, name)), whole);
      REQUIRE(whole);
      REQUIRE(out.rows.size() > 30);
      for (const auto& row : out.rows) {
        INFO(row.word);
        CHECK_FALSE(row.state.has(state_flag::unknown));
      }
      CHECK(out.bad.empty());
    }
  }
}

TEST_CASE("an array expression that Slurm cut voids its array", "[slurm][queue][versions]") {
  for (const auto& version : slurm_versions) {
    for (const auto& name : captures_beginning(version, "bigarray_cancel3_")) {
      const auto columns = split_columns(split_lines(capture_file(version, name + ".out")).at(0));
      const auto& shown = name.ends_with("sacct") ? columns.at(1) : columns.at(0);
      INFO(version << " " << name << ": " << shown);
      CHECK(shown.size() > 20);
      CHECK(parse_array_id(shown) == array_tasks{});
    }
  }
}

TEST_CASE("the same scenarios read alike in three versions' accounting", "[slurm][accounting][versions]") {
  for (const auto& version : slurm_versions) {
    bool whole = false;
    const auto out = parse_accounting(our_accounting(capture_file(version, "sacct_P_dup.out")), whole);
    REQUIRE(whole);
    for (const auto& [name, expected] : scenarios) {
      INFO(version << " " << name);
      const auto main = std::find_if(out.rows.begin(), out.rows.end(),
                                     [&n = name](const auto& r) { return r.step.empty() && r.name == n; });
      REQUIRE(main != out.rows.end());
      REQUIRE(main + 1 != out.rows.end());
      CHECK(main->state.base == expected.state);
      CHECK(main->exit == expected.main);
      CHECK((main + 1)->job_id == main->job_id);
      CHECK((main + 1)->step == "batch");
      CHECK((main + 1)->exit == expected.batch);
    }
    for (const auto& row : out.rows) {
      INFO(version << " " << row.job_id << " " << row.word);
      CHECK_FALSE(row.state.has(state_flag::unknown));
      CHECK_FALSE(row.start);  // calendar times in these captures: absent, never misread
    }
  }
}

TEST_CASE("codes in accounting are the raw codes less 128 where they pass it",
          "[slurm][accounting][versions]") {
  for (const auto& version : slurm_versions) {
    for (const auto& line : split_lines(capture_file(version, "synthetic_db_states.txt"))) {
      const auto arrow = line.find(" => ");
      if (line.starts_with('#') || arrow == std::string::npos)
        continue;
      const auto printed = split_columns(line.substr(arrow + 4, line.find(" => ", arrow + 4) - arrow - 4));
      if (printed.size() < 2)
        continue;
      INFO(version << ": " << line);
      const auto raw = decode_wait_status(std::stoll(split_columns(line).at(1)));
      const auto shown = parse_code_pair(printed[1]);
      CHECK(shown.signal == raw.signal);
      CHECK(shown.exit.has_value() == raw.exit.has_value());
      if (raw.exit)
        CHECK(shown.exit == *raw.exit % 128);
    }
  }
}
