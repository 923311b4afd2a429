// Every state Slurm can be in, in both vocabularies: 12 base states and none, with every flag and none, as a listing
// and as accounting show it. The expectations are written as a table of their own, not computed as the code does.
#include "actors/translate/slurm_words.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace settle::actors;
using settle::core::cause;
using settle::core::meaning;
using settle::slurm::base_state;
using settle::slurm::code;
using settle::slurm::job_state;
using settle::slurm::state_flag;

namespace {

constexpr state_meaning waiting{meaning::waiting, cause::none};
constexpr state_meaning alive{meaning::alive, cause::none};
constexpr state_meaning present{meaning::present, cause::none};
constexpr state_meaning again{meaning::requeued, cause::none};
constexpr state_meaning cancelled{meaning::failed, cause::cancelled};

const std::vector<std::pair<base_state, state_meaning>> bases{
    {base_state::pending, waiting},
    {base_state::running, alive},
    {base_state::suspended, alive},
    {base_state::completed, {meaning::succeeded, cause::none}},
    {base_state::cancelled, cancelled},
    {base_state::failed, {meaning::failed, cause::exit_nonzero}},
    {base_state::timeout, {meaning::failed, cause::timeout}},
    {base_state::node_fail, {meaning::interrupted, cause::node_failure}},
    {base_state::preempted, {meaning::interrupted, cause::preempted}},
    {base_state::boot_fail, {meaning::interrupted, cause::boot_failure}},
    {base_state::deadline, {meaning::failed, cause::deadline}},
    {base_state::out_of_memory, {meaning::failed, cause::out_of_memory}},
};

enum class over { always, unless_ended, never };

/// What a flag makes of a state: `listed` and `accounted` replace the base's meaning always, only where the base is
/// no end, or never (then `listed` is what the flag means without any base).
struct flag_rule {
  state_flag flag;
  over replaces;
  state_meaning listed;
  state_meaning accounted;
};

const std::vector<flag_rule> flags{
    {state_flag::completing, over::always, alive, alive},
    {state_flag::stage_out, over::always, alive, alive},
    {state_flag::resizing, over::always, alive, alive},
    {state_flag::requeued, over::always, waiting, again},
    {state_flag::requeue_fed, over::always, waiting, again},
    {state_flag::requeue_hold, over::always, waiting, again},
    {state_flag::special_exit, over::always, waiting, again},
    {state_flag::expediting, over::always, waiting, again},
    {state_flag::revoked, over::always, cancelled, cancelled},
    {state_flag::unknown, over::always, present, present},
    {state_flag::configuring, over::unless_ended, alive, alive},
    {state_flag::stopped, over::unless_ended, alive, alive},
    {state_flag::signaling, over::unless_ended, alive, alive},
    {state_flag::resv_del_hold, over::unless_ended, waiting, waiting},
    {state_flag::launch_failed, over::never, present, present},
    {state_flag::reconfig_fail, over::never, present, present},
    {state_flag::power_up_node, over::never, present, present},
    {state_flag::update_db, over::never, present, present},
};

bool is_end(const state_meaning& m) {
  return m.means != meaning::waiting && m.means != meaning::alive;
}

job_state state(std::optional<base_state> base, std::uint32_t bits) {
  return {base, bits, false};
}
std::uint32_t bit(state_flag f) {
  return static_cast<std::uint32_t>(f);
}

}  // namespace

TEST_CASE("every base state with every flag means the same in both directions, or is told apart",
          "[translate][state]") {
  const code failure{3, 0};
  std::size_t checked = 0;
  for (const auto& [base, plain] : bases) {
    CHECK(meaning_in_listing(state(base, 0), failure) == plain);
    CHECK(meaning_in_accounting(state(base, 0), failure) == plain);
    for (const auto& rule : flags) {
      const bool replaced =
          rule.replaces == over::always || (rule.replaces == over::unless_ended && !is_end(plain));
      INFO("base " << static_cast<int>(base) << " flag " << bit(rule.flag));
      CHECK(meaning_in_listing(state(base, bit(rule.flag)), failure) == (replaced ? rule.listed : plain));
      CHECK(meaning_in_accounting(state(base, bit(rule.flag)), failure) ==
            (replaced ? rule.accounted : plain));
      ++checked;
    }
  }
  CHECK(checked == 12 * 18);
}

TEST_CASE("a flag alone, as text prints it, is never an outcome but for REVOKED", "[translate][state]") {
  for (const auto& rule : flags) {
    INFO("flag " << bit(rule.flag));
    const auto listed = meaning_in_listing(state({}, bit(rule.flag)), {0, 0});
    CHECK(listed == rule.listed);
    CHECK(meaning_in_accounting(state({}, bit(rule.flag)), {0, 0}) == rule.accounted);
    if (rule.flag != state_flag::revoked)
      CHECK(is_end(listed) == (listed == present));
  }
  CHECK(meaning_in_listing({}, {}) == present);
  CHECK(meaning_in_accounting({}, {}) == present);
}

TEST_CASE("no combination of flags makes an outcome of a job that is ending, requeued or unknown",
          "[translate][state]") {
  const auto blocking = bit(state_flag::completing) | bit(state_flag::stage_out) | bit(state_flag::resizing) |
                        bit(state_flag::requeued) | bit(state_flag::requeue_fed) |
                        bit(state_flag::requeue_hold) | bit(state_flag::special_exit) |
                        bit(state_flag::expediting) | bit(state_flag::unknown);
  for (const auto& [base, plain] : bases) {
    for (std::uint32_t bits = 0; bits < (1u << 17); ++bits) {
      for (const auto unknown : {0u, bit(state_flag::unknown)}) {
        const auto s = state(base, bits | unknown);
        for (const auto& m : {meaning_in_listing(s, {1, 0}), meaning_in_accounting(s, {1, 0})}) {
          const bool outcome =
              m.means == meaning::succeeded || m.means == meaning::failed || m.means == meaning::interrupted;
          const bool blocked = (s.flags & blocking) != 0;
          if (blocked && outcome)
            FAIL("base " << static_cast<int>(base) << " flags " << s.flags);
          if (s.has(state_flag::unknown) && m != present)
            FAIL("unknown word decided: flags " << s.flags);
          if (m.means == meaning::succeeded && plain.means != meaning::succeeded)
            FAIL("a success from nothing");
        }
      }
    }
  }
}

TEST_CASE("every word of Slurm's text has its meaning", "[translate][state]") {
  struct example {
    std::string word;
    state_meaning listed, accounted;
  };
  const std::vector<example> examples{
      {"PENDING", waiting, waiting},
      {"RUNNING", alive, alive},
      {"SUSPENDED", alive, alive},
      {"COMPLETING", alive, alive},
      {"CONFIGURING", alive, alive},
      {"STAGE_OUT", alive, alive},
      {"RESIZING", alive, alive},
      {"STOPPED", alive, alive},
      {"SIGNALING", alive, alive},
      {"REQUEUED", waiting, again},
      {"REQUEUED_CRON", waiting, again},
      {"REQUEUE_HOLD", waiting, again},
      {"REQUEUE_FED", waiting, again},
      {"SPECIAL_EXIT", waiting, again},
      {"EXPEDITING", waiting, again},
      {"RESV_DEL_HOLD", waiting, waiting},
      {"REVOKED", cancelled, cancelled},
      {"CANCELLED by 5", cancelled, cancelled},
      {"CANCELLED+", cancelled, cancelled},
      {"COMPLETED", {meaning::succeeded, cause::none}, {meaning::succeeded, cause::none}},
      {"NODE_FAIL", {meaning::interrupted, cause::node_failure}, {meaning::interrupted, cause::node_failure}},
      {"A_WORD_OF_2040", present, present},
      {"?", present, present},
      {"", present, present}};
  for (const auto& e : examples) {
    INFO(e.word);
    const auto s = settle::slurm::state_from_text(e.word);
    CHECK(meaning_in_listing(s, {}) == e.listed);
    CHECK(meaning_in_accounting(s, {}) == e.accounted);
  }
}

TEST_CASE("the cause of a plain failure is read from its code", "[translate][cause]") {
  const auto why = [](code c) { return meaning_in_listing(state(base_state::failed, 0), c).why; };
  CHECK(why({3, 0}) == cause::exit_nonzero);
  CHECK(why({0, 9}) == cause::signal);
  CHECK(why({0, 125}) == cause::signal);
  CHECK(why({0, 53}) == cause::launch_failure);
  CHECK(why({0, 0}) == cause::exit_nonzero);  // exit 128 in sacct before 25.11
  CHECK(why({}) == cause::exit_nonzero);
  // Only FAILED asks the code.
  CHECK(meaning_in_listing(state(base_state::timeout, 0), {0, 53}).why == cause::timeout);
  CHECK(meaning_in_listing(state(base_state::cancelled, 0), {0, 15}).why == cause::cancelled);
}
