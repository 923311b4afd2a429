#include "actors/translate/pending_reasons.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace settle::actors {

namespace {

using core::prospect;
using std::string_view;

struct entry {
  string_view reason;
  prospect outlook;
  string_view words;
};

constexpr auto stuck = prospect::stuck;
constexpr auto may_start = prospect::may_start;

constexpr string_view held_by_admin =
    "held by an administrator (or its priority was set to 0): ask them to release it, or scancel it";
constexpr string_view held_after_failure =
    "it could not be started and is held: have the cause mended (its user, prolog or node), then "
    "`scontrol release` it, or scancel it";
constexpr string_view reservation_gone = "its reservation is gone and it is held: `scontrol update` it with "
                                         "another one and release it, or scancel it";
constexpr string_view over_job_limit =
    "it asks for more than one job may have here: ask for less, or for another QOS or account; scancel it";
constexpr string_view under_minimum =
    "it asks for less than its QOS demands: ask for more, or for another QOS; scancel it";
constexpr string_view budget_used = "the budget of its account or QOS is used up: it comes back with time "
                                    "where the site lets usage decay; else ask "
                                    "for more, or use another account";
constexpr string_view wrong_account =
    "its account does not exist or may not run here: name another account; scancel it";
constexpr string_view wrong_qos =
    "its QOS does not exist or may not be used here: name another QOS; scancel it";
constexpr string_view no_access =
    "its user, account or QOS may not use this partition: name another one; scancel it";
constexpr string_view nodes_away =
    "nodes that it needs are down, drained or reserved: it starts when they are back; else name other nodes";
constexpr string_view partition_closed = "its partition starts no jobs now: it starts when administrators "
                                         "open it again; else name another partition";

// The words of job_state_reason. Those of jobs that wait their turn, and those of jobs that have ended, have no row.
constexpr std::array words_known{
    entry{"DependencyNeverSatisfied", stuck,
          "what it depends on has failed or is gone, so it never starts: scancel it "
          "(`--kill-on-invalid-dep=yes` makes Slurm do that)"},
    entry{"JobHeldAdmin", stuck, held_by_admin},
    entry{"JobHeldUser", stuck, "held by its user: `scontrol release` it, or scancel it"},
    entry{"JobHoldMaxRequeue", stuck,
          "it was requeued too often and is held: `scontrol release` it, or scancel it"},
    entry{"BadConstraints", stuck, "no node can ever be what it asks for: change the request; scancel it"},
    entry{"PartitionConfig", stuck,
          "its partition has not what it asks for: ask for less or name another partition; scancel it"},
    entry{"PartitionNodeLimit", stuck,
          "it asks for more or fewer nodes than its partition allows: ask for others or name another "
          "partition; scancel it"},
    entry{"PartitionTimeLimit", stuck,
          "it asks for more time than its partition allows: ask for less or name another partition; scancel "
          "it"},
    entry{"MaxMemPerLimit", stuck,
          "it asks for more memory per CPU or node than is allowed: ask for less; scancel it"},
    entry{"AccountNotAllowed", stuck, wrong_account},
    entry{"InvalidAccount", stuck, wrong_account},
    entry{"QOSNotAllowed", stuck, wrong_qos},
    entry{"InvalidQOS", stuck, wrong_qos},
    entry{"ReservationDeleted", stuck, reservation_gone},
    entry{"ReservationInvalid", stuck, reservation_gone},
    entry{"BurstBufferOperation", stuck,
          "its burst buffer failed and it is held: ask the administrators, or scancel it"},
    entry{"DeadLine", stuck, "its --deadline cannot be met any more: scancel it"},
    entry{"ReqNodeNotAvail", may_start, nodes_away},
    entry{"NodeDown", may_start, nodes_away},
    entry{"FrontEndDown", may_start, nodes_away},
    entry{"Constraints", may_start,
          "no node is now what it asks for: it starts when one is; else change the request"},
    entry{"PartitionDown", may_start, partition_closed},
    entry{"PartitionInactive", may_start, partition_closed},
    entry{"QOSUsageThreshold", may_start, budget_used},
};

// Sentences of slurmctld's that take the word's place: each by a part that all its forms have.
constexpr std::array sentences_known{
    entry{"requeued in held state", stuck, "requeued and held: `scontrol release` it, or scancel it"},
    entry{"requeued held", stuck, held_after_failure},  // "launch failed ", "user env retrieval failed ", …
    entry{"no longer valid, holding job", stuck,
          "a license that it asks for is gone and it is held: ask the administrators, or scancel it"},
    entry{"holding job", stuck, held_after_failure},
    entry{"permitted to use this partition", stuck, no_access},
    entry{"can't use this partition", stuck, no_access},
};

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

string_view first_word(string_view reason) {
  const auto* begin = std::find_if(reason.begin(), reason.end(), is_word_char);
  const auto* end = std::find_if_not(begin, reason.end(), is_word_char);
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool has(string_view text, string_view part) {
  return text.find(part) < text.size();
}

/// "Reservation NAME was deleted", "Reservation NAME is invalid".
bool names_lost_reservation(string_view reason) {
  return reason.starts_with("Reservation ") &&
         (reason.ends_with(" was deleted") || reason.ends_with(" is invalid"));
}

/// Accounting limits have one word for each resource; what matters is which kind of limit it is.
pending_advice advice_on_limit(string_view word) {
  if (!word.starts_with("QOS") && !word.starts_with("Assoc"))
    return {};
  if (has(word, "PerJob") || word.ends_with("PerNode"))
    return {stuck, over_job_limit};
  if (word.starts_with("QOSMin"))
    return {stuck, under_minimum};
  const bool total = (has(word, "Minutes") && !has(word, "RunMinutes")) || has(word, "GrpWall");
  if (has(word, "Grp") && total)
    return {may_start, budget_used};
  return {};
}

}  // namespace

pending_advice advice_on(string_view reason) {
  for (const auto& s : sentences_known)
    if (has(reason, s.reason))
      return {s.outlook, s.words};
  if (names_lost_reservation(reason))
    return {stuck, reservation_gone};
  const auto word = first_word(reason);
  for (const auto& w : words_known)
    if (word == w.reason)
      return {w.outlook, w.words};
  return advice_on_limit(word);
}

}  // namespace settle::actors
