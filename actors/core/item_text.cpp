// The words of the item's table: every event, effect and action with its sentence, and the table as Markdown.
#include "actors/core/item_actions.hpp"

#include <array>

namespace settle::core {

namespace {

struct entry {
  std::string_view word;
  std::string_view sentence;
};

// clang-format off
constexpr std::array<entry, event_kind_count> events{{
    {"submit_asked",        "the supervisor gave it a slot; the intent is durable; sbatch starts"},
    {"submit_accepted",     "sbatch returned an id, or the search found the token's job"},
    {"submit_refused",      "sbatch said no for good"},
    {"submit_deferred",     "sbatch said not now (limits, busy controller)"},
    {"submit_unclear",      "sbatch timed out or died: there may be a job"},
    {"search_silent",       "controller and accounting answered, and stayed silent long enough"},
    {"claim_found",         "its claim names the job that runs it, or ran it: another one than was thought, or unheard of"},
    {"claim_unreadable",    "nobody knows a job of its, and yet one has left a claim without a name"},
    {"listed_waiting",      "a listing shows it in a pending form"},
    {"listed_alive",        "a listing shows it in a running form, COMPLETING included"},
    {"listed_present",      "a listing shows it with a word we do not know, or its row was unreadable"},
    {"listed_succeeded",    "a listing shows it COMPLETED"},
    {"listed_failed",       "a listing shows it ended badly, for good"},
    {"listed_interrupted",  "a listing shows NODE_FAIL, PREEMPTED or BOOT_FAIL: it may come back"},
    {"absent",              "a whole listing, begun after the submission was known, lacks it"},
    {"accounting_answered", "sacct answered; the judgement of its rows"},
    {"accounting_failed",   "sacct was asked and did not answer"},
    {"accounting_disabled", "the cluster keeps no accounting"},
    {"no_record_due",       "observed time since settling (or submission) began has passed its limit"},
    {"stuck_due",           "observed time in which listings showed it stuck in the queue has passed its limit"},
    {"process_started",     "local backend: the process runs"},
    {"process_ended",       "local backend: the process ended, with its verdict"},
    {"dependency_failed",   "a dependency failed"},
    {"cancel_asked",        "somebody asked settle to cancel it"},
    {"document_accepted",   "the generated document was read and its tasks joined the run"},
    {"document_refused",    "the generated document is missing or wrong"},
}};

constexpr std::array<entry, action_count> actions{{
    {"unset",      "never printed"},
    {"ignore",     "may happen (late, twice, or of no consequence here) and changes nothing"},
    {"impossible", "would be a bug of settle's own; asserted, also in release"},
    {"ask",        "notes the submission under way; said twice it changes nothing"},
    {"accept",     "becomes submitted and starts the clock of `submit_no_record`; a remembered cancel is sent"},
    {"adopt",      "becomes running, with the process's id; a remembered cancel is sent"},
    {"refuse",     "failed, `rejected`, in sbatch's own words"},
    {"defer",      "back to the ready queue, later; failed, `cancelled`, where a cancel was remembered"},
    {"search",     "stays pending and looks for its token in controller and accounting"},
    {"repeat",     "back to the ready queue; failed, `cancelled`, where a cancel was remembered"},
    {"take_up",    "running, with that job's id; what was known of another one is forgotten; a remembered cancel is sent"},
    {"vanish",     "failed, `lost`"},
    {"withdraw",   "failed, `cancelled`, at once; remembered while an sbatch is under way or unclear"},
    {"doom",       "dep_failed; nothing while an sbatch is under way or unclear: it may run"},
    {"stray",      "a job for an item decided before it had one: it is cancelled, the verdict stays"},
    {"wait",       "becomes (or stays) queued; a new attempt if restarts, submit or start time changed"},
    {"run",        "becomes (or stays) running; a new attempt if restarts, submit or start time changed"},
    {"present",    "it is there, and that is all: the clock begins anew, a waiting failure row goes on waiting"},
    {"leave",      "settling: accounting is asked, the clock of `settle_no_record` starts, a terminal record is kept"},
    {"end",        "keeps the controller's terminal record; a waiting failure row comes closer to deciding"},
    {"fail",       "failed at once, evidence queue, with the controller's exact code"},
    {"miss",       "asks accounting early; a waiting failure row comes closer to deciding"},
    {"gone",       "a waiting failure row comes closer to deciding"},
    {"judge",      "a success decides; a failure waits for one listing that does not show it alive, an interruption for two"},
    {"silent",     "counts the attempt"},
    {"no_books",   "the controller's terminal record decides, else the script's own exit record"},
    {"overdue",    "the other witnesses decide: the controller's record, the script's, `lost`, else completed, unconfirmed; from submitted: `never_recorded` if accounting has caught up"},
    {"give_up",    "the job is cancelled, and again after the same time should it still be stuck; the evidence decides"},
    {"exit",       "the verdict, evidence process (of what is lost: null); nothing while a document is wanted"},
    {"cancel",     "the job is cancelled; the evidence decides"},
    {"deliver",    "completed, with the verdict that waited for the document"},
    {"spoil",      "failed, `generator_failed`"},
    {"rerun",      "one `rerun` event, nothing else"},
    {"amend",      "an unconfirmed completion is confirmed or corrected, once; else details are filled in"},
}};

constexpr std::array<std::string_view, 12> effects{
    "publish",      "ask_accounting", "stop_accounting", "start_clock",   "stop_clock",        "submit_again",
    "search_token", "cancel_job",     "read_document",   "report_rerun",  "report_correction", "finished"};
// clang-format on
static_assert(effects.size() == static_cast<std::size_t>(effect::finished) + 1);
static_assert(actions.back().word == "amend" && events.back().word == "document_refused");

void print_table(std::string& out) {
  out += "| event |";
  std::string rule = "|---|";
  for (std::size_t s = 0; s < item_status_count; ++s) {
    out.append(" ").append(to_text(static_cast<item_status>(s))).append(" |");
    rule += "---|";
  }
  out.append("\n").append(rule).append("\n");
  for (std::size_t e = 0; e < event_kind_count; ++e) {
    out.append("| ").append(events[e].word).append(" |");
    for (std::size_t s = 0; s < item_status_count; ++s) {
      const action a = action_for(static_cast<event_kind>(e), static_cast<item_status>(s));
      out.append(" ").append(a == action::ignore ? "\xC2\xB7" : to_text(a)).append(" |");
    }
    out += "\n";
  }
}

template <std::size_t N>
void print_legend(std::string& out, const std::array<entry, N>& entries, std::size_t from) {
  for (std::size_t i = from; i < N; ++i)
    out.append("- `").append(entries[i].word).append("`: ").append(entries[i].sentence).append("\n");
}

}  // namespace

std::string_view to_text(event_kind k) noexcept {
  return events[static_cast<std::size_t>(k)].word;
}
std::string_view to_text(effect f) noexcept {
  return effects[static_cast<std::size_t>(f)];
}
std::string_view to_text(action a) noexcept {
  return actions[static_cast<std::size_t>(a)].word;
}

std::string states_markdown() {
  std::string out =
      "# The life of an item\n\n"
      "Printed from the table in `actors/core/item.cpp`; a test compares the two. `\xC2\xB7` is "
      "`ignore`.\n\n";
  print_table(out);
  out += "\n## Events\n\n";
  print_legend(out, events, 0);
  out += "\n## Answers\n\n";
  print_legend(out, actions, 1);
  return out;
}

}  // namespace settle::core
