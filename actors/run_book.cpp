#include "actors/run_book.hpp"

#include "actors/keys.hpp"
#include "actors/plan.hpp"
#include "actors/translate/event_writer.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/pending_reasons.hpp"

#include <algorithm>
#include <cassert>

namespace settle::actors {

namespace {

/// Events held for subscribers that are behind. Beyond it the oldest go, and a slow subscriber is told its gap;
/// the journal has them all.
constexpr std::size_t events_held_max = 1u << 20;
/// As many of those that every subscriber has had, for one that comes later.
constexpr std::size_t events_kept = 1u << 14;
/// Lines for the journal go out in pieces of about this size.
constexpr std::size_t piece_bytes = 256u << 10;

}  // namespace

core::stream_event event_of_item(const core::item& it) {
  core::stream_event e;
  tell_of_item(e, it);
  return e;
}

void tell_of_item(core::stream_event& e, const core::item& it) {
  e.status = it.status;
  e.job_id = it.job_id;
  e.attempt = it.attempt;
  if (it.reason_told) {
    e.reason = it.reason;
    e.advice = advice_on(it.reason).words;
  }
  if (it.reached) {
    const auto& v = *it.reached;
    e.exit_code = v.exit_code;
    e.signal = v.signal;
    e.who = v.who;
    e.why = v.why;
    e.error = v.error;
    e.warning = v.warning;
    e.facts = v.facts;
  }
}

run_book::run_book(run_facts facts, std::size_t max_concurrent, bool unconfirmed_releases)
    : facts_(std::move(facts)), run_(max_concurrent, unconfirmed_releases) {}

std::vector<tasks::problem> run_book::join(tasks::document doc, core::run_change* change) {
  auto first = static_cast<core::item_index>(run_.size());
  auto problems = join_document(run_, doc, change);
  if (!problems.empty())
    return problems;
  doc.places = std::vector<tasks::task_places>{};  // = {} would keep its room
  auto inherited = std::make_shared<const tasks::document>(tasks::without_tasks(doc));
  auto environment = common_environment(facts_, doc);
  parts_.push_back({std::move(doc), first, std::move(inherited), std::move(environment)});
  return {};
}

std::vector<tasks::problem> run_book::restore_document(tasks::document doc) {
  return join(std::move(doc), nullptr);
}

std::vector<tasks::problem> run_book::add_document(tasks::document doc, std::string_view generator,
                                                   core::run_change* change) {
  const auto tasks = doc.tasks.size();
  if (auto problems = join(std::move(doc), change); !problems.empty())
    return problems;
  note(document_line(newest_document(), tasks, generator));
  return {};
}

void run_book::add_completed_before(const std::vector<std::string>& ids) {
  run_.completed_before(ids);
  note(completed_before_line(ids));
}

std::string run_book::newest_document() const {
  assert(!parts_.empty());
  return document_name(parts_.size() - 1);
}

std::string run_book::document_name(std::size_t n) {
  return "document-" + std::to_string(n) + ".json";
}

const run_book::part& run_book::part_of(core::item_index index) const {
  auto after = std::upper_bound(parts_.begin(), parts_.end(), index,
                                [](core::item_index i, const part& p) { return i < p.first; });
  assert(after != parts_.begin());
  return *std::prev(after);
}

const tasks::task& run_book::task(core::item_index index) const {
  const auto& p = part_of(index);
  return p.doc.tasks[index - p.first];
}

void run_book::forget_task(core::item_index index) {
  const auto& p = part_of(index);
  auto& task = parts_[static_cast<std::size_t>(&p - parts_.data())].doc.tasks[index - p.first];
  std::string{}.swap(task.command);  // assigned, it would keep its room
  task.deps = {};
  task.env = {};
  for (auto* text : {&task.output_file, &task.error_file, &task.generates_source, &task.init})
    text->clear();
}

std::shared_ptr<const tasks::document> run_book::inherited_by(core::item_index index) const {
  return part_of(index).inherited;
}

io::result<std::shared_ptr<const job_spec>> run_book::spec(core::item_index index,
                                                           std::uint32_t submission) const {
  const auto& p = part_of(index);
  auto made = make_job_spec(facts_, p.doc, p.doc.tasks[index - p.first], index, submission);
  if (!made)
    return tl::unexpected(made.error());
  if (index < places_.size() && places_[index].leader_submission != 0) {
    const array_place& in = places_[index];
    made->job_name = job_name(task(in.leader), array_token(in));
    made->array_index = in.index;
    made->script = std::string{};
  }
  return std::make_shared<const job_spec>(std::move(*made));
}

io::result<script_parts> run_book::script_of(core::item_index index, std::uint32_t submission) const {
  const auto& p = part_of(index);
  return make_script_parts(facts_, p.doc, p.doc.tasks[index - p.first], index, submission);
}

std::shared_ptr<const tasks::resolved_environment>
run_book::environment_of_all(std::span<const core::item_index> items) const {
  const auto& common = items.empty() ? nullptr : part_of(items.front()).environment;
  const bool all = common && std::all_of(items.begin(), items.end(), [&](core::item_index i) {
                     const auto& p = part_of(i);
                     return p.environment == common && has_common_environment(p.doc.tasks[i - p.first]);
                   });
  return all ? common : nullptr;
}

void run_book::place(core::item_index index, std::optional<array_place> in) {
  if (in && index >= places_.size())
    places_.resize(run_.size());
  if (index < places_.size())
    places_[index] = in.value_or(array_place{});
}

std::string run_book::array_token(const array_place& in) const {
  return make_token(facts_.id, in.leader, in.leader_submission);
}

/// Made where it is held until subscribers have it.
core::stream_event& run_book::new_event(core::stream_kind kind, core::duration wall) {
  if (events_.size() >= events_held_max) {
    events_.pop_front();
    ++first_held_;
  }
  auto& e = events_.emplace_back();
  e.kind = kind;
  e.seq = ++seq_;
  e.run = facts_.id;
  e.at = wall;
  return e;
}

void run_book::tell(const core::stream_event& e, const core::item* kept) {
  if (kept)
    write_item_event(writer_, e, *kept);
  else
    write_event(writer_, e);
  end_line();
}

void run_book::tell_started(core::duration wall) {
  auto& e = new_event(core::stream_kind::run_started, wall);
  e.run_state = run_.status();
  e.tally = run_.tally();
  tell(e);
}

void run_book::tell_added(core::item_index generator, core::duration wall) {
  auto& e = new_event(core::stream_kind::items_added, wall);
  e.item = run_.tasks().id(generator);
  e.tally = run_.tally();
  tell(e);
}

void run_book::tell_item(core::item_index index, core::stream_kind kind, core::duration wall) {
  const auto& it = run_.at(index);
  auto& e = new_event(kind, wall);
  e.item = run_.tasks().id(index);
  tell_of_item(e, it);
  tell(e, &it);
}

void run_book::tell_notice(std::string words, core::duration wall) {
  auto& e = new_event(core::stream_kind::notice, wall);
  e.error = std::move(words);
  tell(e);
}

void run_book::tell_finished(core::duration wall) {
  auto& e = new_event(core::stream_kind::run_finished, wall);
  e.run_state = run_.status();
  e.confirmed = run_.confirmed();
  e.tally = run_.tally();
  tell(e);
}

void run_book::note(std::string_view line) {
  writer_.json(line);
  end_line();
}

void run_book::note_intent(core::item_index index, std::string_view token) {
  write_intent(writer_, run_.tasks().id(index), token);
  end_line();
}

void run_book::note_intent(core::item_index index, std::string_view token, std::string_view array,
                           std::uint32_t place) {
  write_array_intent(writer_, run_.tasks().id(index), token, array, place);
  end_line();
}

void run_book::end_line() {
  writer_.end_line();
  if (writer_.size() >= piece_bytes)
    lines_.push_back(writer_.take());
}

std::vector<std::string> run_book::take_lines(std::uint64_t& last_seq) {
  last_seq = seq_;
  if (writer_.size() != 0)
    lines_.push_back(writer_.take());
  return std::exchange(lines_, {});
}

void run_book::told_to_all(std::uint64_t seq) {
  while (events_.size() > events_kept && first_held_ <= seq) {
    events_.pop_front();
    ++first_held_;
  }
}

std::vector<core::stream_event> run_book::events(std::uint64_t from, std::size_t max,
                                                 std::uint64_t& missed) const {
  from = std::max<std::uint64_t>(from, 1);
  missed = from < first_held_ ? first_held_ - from : 0;
  auto at = std::max(from, first_held_);
  std::vector<core::stream_event> out;
  if (at <= durable_)
    out.reserve(std::min<std::size_t>(max, durable_ - at + 1));
  for (; at <= durable_ && out.size() < max; ++at)
    out.push_back(events_[at - first_held_]);
  return out;
}

}  // namespace settle::actors
