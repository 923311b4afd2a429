#include "actors/item_crew.hpp"

#include <utility>

namespace settle::actors {

namespace {

template <class Message>
void send(caf::actor& to, Message what, caf::execution_unit* host) {
  if (const auto listener = std::exchange(to, nullptr))
    listener->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(what)), host);
}

}  // namespace

void item_crew::report(const caf::actor& supervisor, item_report what) {
  if (supervisor != supervisor_) {  // another one has taken the place of one that died
    tell_reports(nullptr);
    supervisor_ = supervisor;
  }
  reports_.push_back(std::move(what));
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
  supervisor_ = nullptr;
}

void item_crew::tell_wishes(caf::execution_unit* host) {
  if (!wishes_.empty())
    send(backend_, item_wishes{std::exchange(wishes_, {})}, host);
  backend_ = nullptr;
}

}  // namespace settle::actors
