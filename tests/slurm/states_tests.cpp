#include "io/slurm/records.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;

namespace {

job_state flagged(state_flag f) {
  return {std::nullopt, static_cast<std::uint32_t>(f), false};
}

struct spelling {
  std::string word, brief;
  job_state means;
};

const std::vector<spelling> spellings{
    {"PENDING", "PD", {base_state::pending, 0, {}}},
    {"RUNNING", "R", {base_state::running, 0, {}}},
    {"SUSPENDED", "S", {base_state::suspended, 0, {}}},
    {"COMPLETED", "CD", {base_state::completed, 0, {}}},
    {"CANCELLED", "CA", {base_state::cancelled, 0, {}}},
    {"FAILED", "F", {base_state::failed, 0, {}}},
    {"TIMEOUT", "TO", {base_state::timeout, 0, {}}},
    {"NODE_FAIL", "NF", {base_state::node_fail, 0, {}}},
    {"PREEMPTED", "PR", {base_state::preempted, 0, {}}},
    {"BOOT_FAIL", "BF", {base_state::boot_fail, 0, {}}},
    {"DEADLINE", "DL", {base_state::deadline, 0, {}}},
    {"OUT_OF_MEMORY", "OOM", {base_state::out_of_memory, 0, {}}},
    {"COMPLETING", "CG", flagged(state_flag::completing)},
    {"STAGE_OUT", "SO", flagged(state_flag::stage_out)},
    {"CONFIGURING", "CF", flagged(state_flag::configuring)},
    {"EXPEDITING", "", flagged(state_flag::expediting)},
    {"RESIZING", "RS", flagged(state_flag::resizing)},
    {"REQUEUED", "RQ", flagged(state_flag::requeued)},
    {"REQUEUED_CRON", "RC", flagged(state_flag::requeued)},
    {"REQUEUE_FED", "RF", flagged(state_flag::requeue_fed)},
    {"REQUEUE_HOLD", "RH", flagged(state_flag::requeue_hold)},
    {"SPECIAL_EXIT", "SE", flagged(state_flag::special_exit)},
    {"STOPPED", "ST", flagged(state_flag::stopped)},
    {"REVOKED", "RV", flagged(state_flag::revoked)},
    {"RESV_DEL_HOLD", "RD", flagged(state_flag::resv_del_hold)},
    {"SIGNALING", "SI", flagged(state_flag::signaling)},
    {"LAUNCH_FAILED", "", flagged(state_flag::launch_failed)},
    {"RECONFIG_FAIL", "", flagged(state_flag::reconfig_fail)},
    {"POWER_UP_NODE", "", flagged(state_flag::power_up_node)},
    {"UPDATE_DB", "", flagged(state_flag::update_db)},
};

/// slurm.h: bit of the state column to our flag.
const std::vector<std::pair<std::uint32_t, state_flag>> slurm_bits{
    {0x100, state_flag::launch_failed},   {0x200, state_flag::update_db},
    {0x400, state_flag::requeued},        {0x800, state_flag::requeue_hold},
    {0x1000, state_flag::special_exit},   {0x2000, state_flag::resizing},
    {0x4000, state_flag::configuring},    {0x8000, state_flag::completing},
    {0x10000, state_flag::stopped},       {0x20000, state_flag::reconfig_fail},
    {0x40000, state_flag::power_up_node}, {0x80000, state_flag::revoked},
    {0x100000, state_flag::requeue_fed},  {0x200000, state_flag::resv_del_hold},
    {0x400000, state_flag::signaling},    {0x800000, state_flag::stage_out},
    {0x1000000, state_flag::requeued}};

}  // namespace

TEST_CASE("every state word is read in its long and its short form", "[slurm][state]") {
  for (const auto& s : spellings) {
    INFO(s.word);
    CHECK(state_from_text(s.word) == s.means);
    if (!s.brief.empty())
      CHECK(state_from_text(s.brief) == s.means);
  }
}

TEST_CASE("a word we do not know is a value of its own and never a neighbour's", "[slurm][state]") {
  for (const auto* word :
       {"", "?", "COMPLETE", "completed", "COMPLETED_OR_SO", "FAIL", "Failed", "RUNNINGX", "CDX", "0",
        "CANCELLEDby 5", "+", "COMP+", "COMPLET+", "\xff\xfe", "REQUEUE+", "X "}) {
    INFO(word);
    CHECK(state_from_text(word) == flagged(state_flag::unknown));
  }
}

TEST_CASE("words that sacct cut at its column of ten are completed where only one fits", "[slurm][state]") {
  for (const auto& [cut, whole] :
       std::vector<std::pair<std::string, std::string>>{{"CANCELLED+", "CANCELLED"},
                                                        {"OUT_OF_ME+", "OUT_OF_MEMORY"},
                                                        {"REQUEUE_H+", "REQUEUE_HOLD"},
                                                        {"REQUEUE_F+", "REQUEUE_FED"},
                                                        {"SPECIAL_E+", "SPECIAL_EXIT"},
                                                        {"CONFIGURI+", "CONFIGURING"},
                                                        {"RESV_DEL_+", "RESV_DEL_HOLD"},
                                                        {"REQUEUED_+", "REQUEUED_CRON"}}) {
    INFO(cut);
    CHECK(state_from_text(cut) == state_from_text(whole));
  }
}

TEST_CASE("who cancelled is read where sacct says so", "[slurm][state]") {
  CHECK(state_from_text("CANCELLED by 2001") == job_state{base_state::cancelled, 0, true});
  CHECK(state_from_text("CANCELLED by 0") == job_state{base_state::cancelled, 0, true});
  for (const auto* nobody :
       {"CANCELLED", "CANCELLED by ", "CANCELLED by -1", "CANCELLED by 4294967295", "CANCELLED by 4294967294",
        "CANCELLED by root", "CANCELLED by 99999999999999999999"}) {
    INFO(nobody);
    CHECK(state_from_text(nobody) == job_state{base_state::cancelled, 0, false});
  }
  CHECK(state_from_text("FAILED by 5") == job_state{base_state::failed, 0, {}});
}

TEST_CASE("the words of three versions agree with the state bits behind them", "[slurm][state][versions]") {
  std::size_t checked = 0;
  for (const auto& version : settle::tests::slurm_versions) {
    for (const auto& line :
         settle::tests::split_lines(settle::tests::capture_file(version, "synthetic_db_states.txt"))) {
      const auto arrow = line.find(" => ");
      if (line.starts_with('#') || arrow == std::string::npos)
        continue;
      const auto printed =
          settle::tests::split_columns(line.substr(arrow + 4, line.find(" => ", arrow + 4) - arrow - 4));
      if (printed.front().empty())
        continue;  // PENDING and REVOKED: sacct hides the row
      INFO(version << ": " << line);
      const auto bits = static_cast<std::uint32_t>(std::stoul(line, nullptr, 16));
      const auto state = state_from_text(printed.front());
      REQUIRE_FALSE(state.has(state_flag::unknown));
      if (state.base) {
        CHECK(static_cast<std::uint32_t>(*state.base) == (bits & 0xff));
      } else {
        std::uint32_t known = 0;
        for (const auto& [bit, flag] : slurm_bits)
          if ((bits & bit) != 0)
            known |= static_cast<std::uint32_t>(flag);
        CHECK((state.flags & known) == state.flags);
      }
      ++checked;
    }
  }
  CHECK(checked > 180);
}
