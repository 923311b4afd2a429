#include "actors/item.hpp"

#include <algorithm>

namespace settle::actors {

namespace {

/// Reading one file's end; a file server that hangs must not hold a verdict for ever.
constexpr auto file_deadline = std::chrono::seconds{20};

/// Asks the reader in an item's place, which has no table of requests, and tells it the answer; that of a file server
/// that hangs is an empty one.
template <class Question, class Answer>
class file_question : public caf::event_based_actor {
public:
  file_question(caf::actor_config& cfg, caf::actor item, caf::actor reader, Question what)
      : caf::event_based_actor(cfg), item_(std::move(item)), reader_(std::move(reader)),
        what_(std::move(what)) {}
  const char* name() const override { return "settle.question"; }

protected:
  caf::behavior make_behavior() override {
    compat::request(this, reader_, file_deadline, std::move(what_))
        .then([this](Answer& a) { answer(std::move(a)); }, [this](const caf::error&) { answer({}); });
    return {};  // it ends with the answer
  }
  void on_exit() override { item_ = reader_ = nullptr; }

private:
  void answer(Answer a) { compat::send(this, item_, std::move(a)); }

  caf::actor item_;
  caf::actor reader_;
  Question what_;
};

}  // namespace

item_actor::item_actor(caf::actor_config& cfg, caf::intrusive_ptr<item_crew> crew, item_key key,
                       core::item it, item_job job, std::shared_ptr<const item_links> links)
    : light_actor(cfg, crew), crew_(*crew), key_(key), job_(std::move(job)), links_(std::move(links)),
      life_(std::move(it), job_files{job_.keeps_record(), job_.claims()}, links_->rules, *this) {}

void item_actor::receive(caf::type_erased_tuple& content) {
  if (is<observed>(content)) {
    auto m = taken<observed>(content);
    life_.receive(std::move(m.what), std::move(m.rows));
  } else if (is<item_begin>(content)) {
    begun_ = true;
    life_.begin(taken<item_begin>(content).at);
  } else if (is<mark_came>(content)) {
    auto m = taken<mark_came>(content);
    life_.mark_answered({m.found, std::move(m.words)});
  } else if (is<witness_came>(content)) {
    const auto m = taken<witness_came>(content);
    life_.witness_answered(
        m.found ? std::optional<exit_witness>{{m.exit_code, m.job_id, m.restart, m.start, m.end}}
                : std::nullopt);
  } else if (is<claim_came>(content)) {
    life_.claim_answered(taken<claim_came>(content).what);
  } else if (is<supervisor_changed>(content)) {
    relink([&](item_links& l) { l.supervisor = taken<supervisor_changed>(content).supervisor; });
    life_.report_again();
  } else if (is<backend_changed>(content)) {
    relink([&](item_links& l) { l.backend = taken<backend_changed>(content).backend; });
    life_.begin({});
  } else if (is<reader_changed>(content)) {
    relink([&](item_links& l) { l.reader = taken<reader_changed>(content).reader; });
  }
  tell_wishes();
}

void item_actor::hear(observed what) {
  if (!begun_)  // the postman may be ahead of what was sent before
    return send(caf::actor_cast<caf::actor>(this), std::move(what));
  life_.receive(std::move(what.what), std::move(what.rows));
  tell_wishes();
}

void item_actor::ended(const caf::error& why) {
  crew_.end(links_->supervisor, {id(), why});
}

void item_actor::on_exit() {
  links_ = std::make_shared<const item_links>();
}

template <class Change>
void item_actor::relink(Change change) {
  auto now = std::make_shared<item_links>(*links_);
  change(*now);
  links_ = std::move(now);
}

void item_actor::order() {
  if (auto own = job_.own())
    send_backend(job_order{key_, std::move(own), caf::actor_cast<caf::actor>(this), links_->postman});
}

void item_actor::watch(watch_order what) {
  what.job_name = job_.job_name();
  what.array_index = job_.array_index();
  send_backend(
      job_watch{key_, std::move(what), job_.own(), caf::actor_cast<caf::actor>(this), links_->postman});
}

void item_actor::needs(item_needs wanted) {
  wishes_.needs = wanted;
}

void item_actor::clock(clock_kind kind) {
  wishes_.clock = kind;
}

/// Behind what it has wished.
template <class Message>
void item_actor::send_backend(Message what) {
  crew_.tell(host());
  send(links_->backend, std::move(what));
}

/// As one wish what one event has made it wish. Not once it is done: the backend forgets it then.
void item_actor::tell_wishes() {
  const auto wishes = std::exchange(wishes_, {});
  if (done_ || (!wishes.clock && !wishes.needs))
    return;
  crew_.wish(links_->backend, {key_, wishes.clock, wishes.needs});
}

void item_actor::cancel(std::uint64_t job_id) {
  tell_wishes();
  send_backend(job_cancel{key_, job_id});
}

void item_actor::ask_mark() {
  home_system().spawn<file_question<read_mark, mark_came>>(caf::actor_cast<caf::actor>(this), links_->reader,
                                                           read_mark{job_.error_file(), job_.token(), {}});
}

void item_actor::ask_witness() {
  home_system().spawn<file_question<read_witness, witness_came>>(
      caf::actor_cast<caf::actor>(this), links_->reader, read_witness{job_.exit_record(), job_.token()});
}

void item_actor::ask_claim(bool take) {
  home_system().spawn<file_question<read_claim, claim_came>>(
      caf::actor_cast<caf::actor>(this), links_->reader, read_claim{job_.claim(), job_.token(), take});
}

void item_actor::report(const core::item& now, std::vector<core::effect> effects, core::instant at) {
  const bool again = std::count(effects.begin(), effects.end(), core::effect::submit_again) != 0;
  crew_.report(links_->supervisor, {key_, now, again, at});
}

void item_actor::done() {
  done_ = true;
  quit();
}

}  // namespace settle::actors
