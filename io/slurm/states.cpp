// Slurm's state words. Text prints one word: the first set flag, else the base state (slurm_protocol_defs.c).
#include "io/slurm/fields.hpp"
#include "io/slurm/records.hpp"

#include <array>

namespace settle::slurm {
namespace {

struct state_word {
  std::string_view word;
  std::string_view brief;
  std::optional<base_state> base;
  std::uint32_t flags = 0;
};

constexpr state_word base(std::string_view word, std::string_view brief, base_state s) {
  return {word, brief, s, 0};
}
constexpr state_word flag(std::string_view word, std::string_view brief, state_flag f) {
  return {word, brief, std::nullopt, static_cast<std::uint32_t>(f)};
}

/// Most frequent first. Words without a short form appear only in JSON.
constexpr std::array words{
    base("PENDING", "PD", base_state::pending),
    base("RUNNING", "R", base_state::running),
    base("COMPLETED", "CD", base_state::completed),
    base("FAILED", "F", base_state::failed),
    base("CANCELLED", "CA", base_state::cancelled),
    flag("COMPLETING", "CG", state_flag::completing),
    base("TIMEOUT", "TO", base_state::timeout),
    base("OUT_OF_MEMORY", "OOM", base_state::out_of_memory),
    base("NODE_FAIL", "NF", base_state::node_fail),
    base("PREEMPTED", "PR", base_state::preempted),
    base("SUSPENDED", "S", base_state::suspended),
    base("BOOT_FAIL", "BF", base_state::boot_fail),
    base("DEADLINE", "DL", base_state::deadline),
    flag("CONFIGURING", "CF", state_flag::configuring),
    flag("REQUEUED", "RQ", state_flag::requeued),
    flag("REQUEUE_HOLD", "RH", state_flag::requeue_hold),
    flag("REQUEUE_FED", "RF", state_flag::requeue_fed),
    flag("SPECIAL_EXIT", "SE", state_flag::special_exit),
    flag("STAGE_OUT", "SO", state_flag::stage_out),
    flag("RESIZING", "RS", state_flag::resizing),
    flag("STOPPED", "ST", state_flag::stopped),
    flag("REVOKED", "RV", state_flag::revoked),
    flag("RESV_DEL_HOLD", "RD", state_flag::resv_del_hold),
    flag("SIGNALING", "SI", state_flag::signaling),
    flag("EXPEDITING", "", state_flag::expediting),
    flag("REQUEUED_CRON", "RC", state_flag::requeued),  // 20.11 only: between two runs of a scrontab job
    flag("LAUNCH_FAILED", "", state_flag::launch_failed),
    flag("RECONFIG_FAIL", "", state_flag::reconfig_fail),
    flag("POWER_UP_NODE", "", state_flag::power_up_node),
    flag("UPDATE_DB", "", state_flag::update_db),
};

const state_word* find(std::string_view text) noexcept {
  if (text.empty())
    return nullptr;
  // Few words share a length and a first letter: nearly no comparison is made in vain.
  for (const auto& w : words)
    if (text.size() == w.word.size() && text.front() == w.word.front() && text == w.word)
      return &w;
  if (text.size() > 3)
    return nullptr;
  for (const auto& w : words)
    if (!w.brief.empty() && text == w.brief)
      return &w;
  return nullptr;
}

/// sacct cuts its column of ten at nine and adds '+': "OUT_OF_ME+". Shorter stumps are not completed.
const state_word* find_cut(std::string_view stump) noexcept {
  constexpr std::size_t sacct_cuts_at = 9;
  if (stump.size() < sacct_cuts_at)
    return nullptr;
  if (const auto* whole = find(stump))
    return whole;
  const state_word* found = nullptr;
  for (const auto& w : words) {
    if (!w.word.starts_with(stump))
      continue;
    if (found != nullptr)
      return nullptr;
    found = &w;
  }
  return found;
}

/// "CANCELLED by 1000" names somebody; (uid_t)-1 and -2 stand for nobody.
bool names_canceller(std::string_view tail) noexcept {
  constexpr std::string_view by = " by ";
  if (!tail.starts_with(by))
    return false;
  const auto uid = field::number<std::uint32_t>(tail.substr(by.size()));
  return uid && *uid < 0xfffffffeu;
}

}  // namespace

job_state state_from_text(std::string_view text) {
  job_state out;
  const auto* w = find(text);  // as a rule it is one whole word
  const auto blank = w ? std::string_view::npos : text.find(' ');
  if (w == nullptr) {
    const auto first = text.substr(0, blank);
    w = first.ends_with('+') ? find_cut(first.substr(0, first.size() - 1)) : find(first);
  }
  if (w == nullptr) {
    out.flags = static_cast<std::uint32_t>(state_flag::unknown);
    return out;
  }
  out.base = w->base;
  out.flags = w->flags;
  if (w->base == base_state::cancelled && blank != std::string_view::npos)
    out.canceller_known = names_canceller(text.substr(blank));
  return out;
}

}  // namespace settle::slurm
