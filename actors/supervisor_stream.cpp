// The supervisor's part that makes events durable and shows them: journal first, then subscribers.
#include "actors/supervisor.hpp"

#include <algorithm>

namespace settle::actors {

void supervisor_actor::flush(run_number number, supervised_run& r) {
  // Lines whose answer went to a supervisor that died: what is appended next, and be it nothing, answers for them.
  const bool unanswered = r.writing_seq > r.book.durable();
  if (r.writing || !r.store || !r.trouble.empty())
    return;
  write_intents(number, r);
  if (r.writing || (!r.book.has_lines() && r.planned.empty() && r.answers.empty() && !unanswered))
    return;  // what ended meanwhile may have been written already
  r.writing = true;
  auto ticket = ++r.writing_ticket;
  r.writing_intents = std::exchange(r.planned, {});
  r.writing_answers = std::exchange(r.answers, {});
  auto lines = r.book.take_lines(r.writing_seq);
  auto me = caf::actor_cast<caf::actor>(this);
  r.store->append(std::move(lines), [me, number, ticket](io::result<void> written) {
    journal_came m{number, ticket, std::nullopt};
    if (!written)
      m.error = written.error();
    compat::anon_send(me, std::move(m));
  });
}

void supervisor_actor::journal_answered(const journal_came& m) {
  auto* r = find(m.run);
  if (!r || m.ticket != r->writing_ticket || !r->writing)
    return;
  r->writing = false;
  if (m.error) {
    // What cannot be made durable is not shown, and nothing new is begun. Jobs go on; they are found again.
    r->trouble = "the journal of run " + r->book.facts().id + " cannot be written: " + m.error->words;
    feed(*r);
    answer_detached();
    return;
  }
  r->book.now_durable(r->writing_seq);
  for (auto& those : std::exchange(r->writing_intents, {}))
    start_planned(m.run, *r, std::move(those));
  for (auto& letter : std::exchange(r->writing_answers, {})) {
    compat::send(this, reader_, letter);
    r->answered.insert_or_assign(letter.letter, letter);
  }
  feed(*r);
  flush(m.run, *r);
  if (r->finished && !r->late && !r->writing)
    r->store.reset();  // its thread and descriptor: a long-lived host has many runs
  answer_detached();
}

void supervisor_actor::subscribe(const subscribe_run& m) {
  auto* r = find(m.run);
  if (!r) {
    stream_batch none;
    none.run = m.run;
    none.last = true;
    none.trouble = "there is no run " + m.run;
    compat::send(this, m.subscriber, std::move(none));
    return;
  }
  compat::monitor(this, m.subscriber,
                  [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
  r->subscribers.push_back({m.subscriber, std::max<std::uint64_t>(1, m.from_seq), false, false});
  feed(*r);
}

void supervisor_actor::acknowledged(const stream_ack& m) {
  auto* r = find(m.run);
  if (!r)
    return;
  for (auto& s : r->subscribers)
    if (s.who == m.subscriber) {
      s.busy = false;
      feed_one(*r, s);
    }
}

void supervisor_actor::feed(supervised_run& r) {
  for (auto& s : r.subscribers)
    feed_one(r, s);
}

void supervisor_actor::feed_one(supervised_run& r, subscription& s) {
  constexpr std::size_t batch_max = 512;
  if (s.busy || s.over)
    return;
  stream_batch batch;
  batch.run = r.book.facts().id;
  batch.events = r.book.events(s.next, batch_max, batch.missed);
  if (!batch.events.empty())
    s.next = batch.events.back().seq + 1;
  const bool all_told = s.next > r.book.last_seq();
  batch.trouble = s.next > r.book.durable() ? r.trouble : std::string{};
  batch.last = !batch.trouble.empty() || (r.finished && !r.late && all_told);
  if (batch.events.empty() && !batch.last)
    return;
  s.busy = true;
  s.over = batch.last;
  compat::send(this, s.who, std::move(batch));
}

}  // namespace settle::actors
