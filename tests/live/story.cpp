#include "tests/live/story.hpp"

#include <algorithm>

namespace settle::live {
namespace {

const char* const statuses[] = {"pending",  "submitted", "queued", "running",
                                "settling", "completed", "failed", "dep_failed"};

std::uint64_t total(const event_line& event) {
  std::uint64_t sum = 0;
  for (const char* status : statuses) {
    const auto found = event.counts.find(status);
    sum += found == event.counts.end() ? 0 : found->second;
  }
  return sum;
}

std::string words(const event_line& event) {
  return "seq " + std::to_string(event.seq) + " item '" + event.item + "' (job " + event.job_id + ") " +
         event.status;
}

}  // namespace

bool is_terminal(const std::string& status) {
  return status == "completed" || status == "failed" || status == "dep_failed";
}

void story::hear(const event_line& event) {
  if (event.seq != seq_ + 1)
    complain("seq " + std::to_string(event.seq) + " follows " + std::to_string(seq_));
  seq_ = event.seq;
  if (finished_)
    complain(event.kind + " after run_finished: " + words(event));
  if (run_.empty()) {
    run_ = event.run;
    if (event.kind != "run_started")
      complain("the stream begins with " + event.kind);
  }
  if (event.run.empty() || event.run != run_)
    complain("event of run '" + event.run + "' in the stream of '" + run_ + "'");
  if (event.kind == "run_started" || event.kind == "items_added")
    items_known_ = total(event);
  else if (event.kind == "item")
    hear_item(event);
  else if (event.kind == "verdict_corrected")
    hear_correction(event);
  else if (event.kind == "run_finished")
    hear_finish(event);
  else if (event.kind != "notice")
    complain("unexpected event: " + event.kind + " " + words(event));
}

void story::hear_item(const event_line& event) {
  if (std::find(std::begin(statuses), std::end(statuses), event.status) == std::end(statuses))
    complain("unknown status: " + words(event));
  const auto* before = last(event.item);
  const std::string status_before = before == nullptr ? "pending" : before->status;
  if (is_terminal(status_before))
    complain("a second verdict: " + words(event) + " after " + status_before);
  if (before != nullptr && event.attempt < before->attempt)
    complain("attempt went back: " + words(event));
  if (is_terminal(event.status))
    check_terminal(event, status_before);
  last_[event.item] = event;
  if (last_.size() > items_known_)
    complain("more items than the run has: " + words(event));
}

/// The one change that a verdict may see, and only once.
void story::hear_correction(const event_line& event) {
  const auto* before = last(event.item);
  if (before == nullptr || before->status != "completed" || before->evidence != "none")
    complain("a correction of what was no unconfirmed completion: " + words(event));
  if (!is_terminal(event.status) || event.evidence == "none" || event.evidence.empty())
    complain("a correction that confirms nothing: " + words(event) + ", evidence '" + event.evidence + "'");
  if (before != nullptr && before->job_id != event.job_id)
    complain("a correction speaks of another job: " + words(event));
  ++corrections_;
  last_[event.item] = event;
}

void story::check_terminal(const event_line& event, const std::string& before) {
  const bool was_in_queue = before == "queued" || before == "running";
  if (was_in_queue && event.evidence != "queue")
    complain("left the queue without settling: " + words(event) + " after " + before + ", evidence '" +
             event.evidence + "'");
  if (event.evidence == "queue" && event.status != "failed")
    complain("the queue alone is evidence for a failure only: " + words(event));
  if (event.status == "completed" && !event.cause.empty())
    complain("completed with a cause: " + words(event) + " " + event.cause);
  if (event.status != "completed" && event.cause.empty())
    complain("failed without a cause: " + words(event));
}

void story::hear_finish(const event_line& event) {
  finished_ = true;
  finish_ = event;
  if (event.confirmed != (unconfirmed() == 0))
    complain("run_finished says confirmed, or not, and the stream told " + std::to_string(unconfirmed()) +
             " unconfirmed");
  if (total(event) != items_known_)
    complain("counts of run_finished do not sum up to the number of items");
  for (const char* status : statuses) {
    const auto found = event.counts.find(status);
    const auto counted = found == event.counts.end() ? 0 : found->second;
    if (counted != in_status(status))
      complain(std::string("run_finished counts ") + std::to_string(counted) + " " + status +
               ", the stream told " + std::to_string(in_status(status)));
  }
}

std::size_t story::unconfirmed() const {
  return static_cast<std::size_t>(std::count_if(last_.begin(), last_.end(), [](const auto& entry) {
    return entry.second.status == "completed" && entry.second.evidence == "none";
  }));
}

void story::ended() {
  if (!finished_) {
    complain("the stream ended without run_finished, after seq " + std::to_string(seq_));
    return;
  }
  for (const auto& [item, event] : last_) {
    if (!is_terminal(event.status))
      complain("no verdict: " + words(event));
  }
  if (terminal() != items_known_)
    complain(std::to_string(items_known_) + " items, but verdicts for " + std::to_string(terminal()));
}

const event_line* story::last(const std::string& item) const {
  const auto found = last_.find(item);
  return found == last_.end() ? nullptr : &found->second;
}

std::size_t story::in_status(const std::string& status) const {
  const auto heard = static_cast<std::size_t>(std::count_if(
      last_.begin(), last_.end(), [&](const auto& entry) { return entry.second.status == status; }));
  return status == "pending" ? heard + (items_known_ - last_.size()) : heard;
}

std::size_t story::terminal() const {
  return in_status("completed") + in_status("failed") + in_status("dep_failed");
}

}  // namespace settle::live
