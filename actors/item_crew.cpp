#include "actors/item_crew.hpp"

#include <utility>

namespace settle::actors {

namespace {

constexpr std::size_t reports_at_first = 64;

template <class Message>
void send(const caf::actor& to, Message what, caf::execution_unit* host) {
  if (to)
    to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(what)), host);
}

}  // namespace

/// Another one may have taken the place of one that died.
void item_crew::heard_by(const caf::actor& supervisor) {
  if (supervisor == supervisor_)
    return;
  tell_reports(nullptr);
  supervisor_ = supervisor;
}

void item_crew::report(const caf::actor& supervisor, item_report what) {
  heard_by(supervisor);
  if (reports_.empty())
    reports_.reserve(reports_at_first);
  reports_.push_back(std::move(what));
}

void item_crew::end(const caf::actor& supervisor, item_end what) {
  heard_by(supervisor);
  ends_.push_back(std::move(what));
}

void item_crew::wish(const caf::actor& backend, wishes_changed what) {
  if (backend != backend_) {
    tell_wishes(nullptr);
    backend_ = backend;
  }
  wishes_.push_back(what);
}

void item_crew::tell(caf::execution_unit* host) {
  tell_reports(host);
  tell_wishes(host);
}

void item_crew::tell_reports(caf::execution_unit* host) {
  if (!reports_.empty())
    send(supervisor_, item_reports{std::exchange(reports_, {})}, host);
  if (!ends_.empty())
    send(supervisor_, item_ends{std::exchange(ends_, {})}, host);
  supervisor_ = nullptr;
}

void item_crew::tell_wishes(caf::execution_unit* host) {
  if (!wishes_.empty())
    send(backend_, item_wishes{std::exchange(wishes_, {})}, host);
  backend_ = nullptr;
}

}  // namespace settle::actors
