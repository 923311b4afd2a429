#include "actors/reader.hpp"

#include "io/files.hpp"
#include "io/mailbox.hpp"
#include "io/tasks/exit_record.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>

namespace settle::actors {

namespace {

constexpr auto retry_interval = std::chrono::seconds{1};

std::string first_problem(const tasks::parsed& p) {
  const auto& at = p.problems.front();
  return std::to_string(at.at.line) + ":" + std::to_string(at.at.column) + ": " + at.words;
}

witness_came witness_in(const read_witness& m) {
  auto got = tasks::read_exit_record(m.path, m.token);
  witness_came answer;
  if (!got.trouble.empty())
    answer.trouble = m.path + ": " + got.trouble;
  if (got.record)
    answer = {true,
              got.record->exit_code,
              got.record->job_id,
              got.record->restart,
              got.record->start,
              got.record->end,
              {}};
  return answer;
}

requests_came requests_in(const look_for_requests& m) {
  requests_came found;
  for (auto& letter : io::letters_in(m.inbox)) {
    if (!std::binary_search(m.runs->begin(), m.runs->end(), run_of_letter(letter)))
      continue;
    const auto text = io::read_letter(m.inbox, letter);
    if (!text && text.error().code == io::errc::storage)
      continue;  // taken back meanwhile, or not readable just now
    auto asked = text ? read_cancel_request(*text) : tl::unexpected(text.error());
    found.requests.push_back({std::move(letter), std::move(asked)});
  }
  return found;
}

void conclude(const request_done& m) {
  // Answered already, or taken back: nobody would ever take another answer out of the outbox.
  if (const auto text = io::read_letter(m.inbox, m.letter); !text && text.error().code == io::errc::storage)
    return;
  // Where the answer cannot be written the letter stays: it is answered when there is room again.
  if (io::post_letter(m.outbox, m.letter, to_json(m.answer)))
    io::remove_letter(m.inbox, m.letter);
}

}  // namespace

tasks::claim claim_in_file(const std::string& path, const std::string& token, bool take) {
  return take ? tasks::take_claim(path, token) : tasks::read_claim(path, token);
}

reader_actor::reader_actor(caf::actor_config& cfg, clock_source now, claim_source claims)
    : caf::event_based_actor(cfg), now_(std::move(now)), claims_(std::move(claims)) {}

caf::behavior reader_actor::make_behavior() {
  return {
      [this](const read_document& m) {
        pending p{m, now_().monotonic + m.wait};
        if (attempt(p))
          return;
        auto ticket = ++tickets_;
        pending_.emplace(ticket, std::move(p));
        compat::delayed_send(this, caf::actor_cast<caf::actor>(this), retry_interval, read_again{ticket});
      },
      [this](const read_again& m) { attempt_again(m.ticket); },
      [](const read_mark& m) {
        mark_came answer;
        answer.found = tasks::has_launch_failure_mark(m.path, m.token, answer.words);
        return answer;
      },
      [](const read_witness& m) { return witness_in(m); },
      [this](const read_claim& m) { return claim_came{claims_(m.path, m.token, m.take)}; },
      [this](const look_for_requests& m) {
        if (auto found = requests_in(m); !found.requests.empty())
          compat::send(this, m.answer_to, std::move(found));
      },
      [](const request_done& m) { conclude(m); },
  };
}

void reader_actor::attempt_again(std::uint64_t ticket) {
  auto i = pending_.find(ticket);
  if (i == pending_.end())
    return;
  if (attempt(i->second))
    pending_.erase(i);
  else
    compat::delayed_send(this, caf::actor_cast<caf::actor>(this), retry_interval, read_again{ticket});
}

bool reader_actor::attempt(const pending& p) {
  const bool last = now_().monotonic >= p.until;
  document_came answer{p.what.key, {}, {}};
  if (const int error = io::read_whole_file(p.what.path, answer.text))
    answer.trouble = "cannot read " + p.what.path + ": " + io::errno_words(error);
  // A half-written file of a lagging file system reads as bad JSON: wait for the rest as well.
  if (answer.trouble.empty())
    if (auto parsed = tasks::parse_document(answer.text, p.what.parent.get()); !parsed.problems.empty())
      answer.trouble = p.what.path + ":" + first_problem(parsed);
  if (!answer.trouble.empty() && !last)
    return false;
  compat::send(this, p.what.answer_to, std::move(answer));
  return true;
}

}  // namespace settle::actors
