#include "actors/light_actor.hpp"

#include <algorithm>
#include <exception>

namespace settle::actors {

namespace {

/// In one turn of the crew, so that others on this thread have theirs.
constexpr std::size_t turn_max = 1000;

}  // namespace

// -- the crew --------------------------------------------------------------------------------------------------------

light_crew::light_crew(caf::actor_system& system) : system_(system) {
  waiting_.try_block();
}

light_crew::~light_crew() {
  while (turns_ != nullptr)
    releaser{}(std::exchange(turns_, static_cast<light_actor*>(turns_->next)));
}

void light_crew::releaser::operator()(light_actor* member) const noexcept {
  intrusive_ptr_release(member->ctrl());
}

void light_crew::take(light_actor* member, caf::execution_unit* host) {
  if (waiting_.push_front(member) != caf::intrusive::inbox_result::unblocked_reader)
    return;
  ref();  // the scheduler's
  if (host != nullptr)
    host->exec_later(this);
  else
    system_.scheduler().enqueue(this);
}

light_actor* light_crew::next() {
  if (turns_ == nullptr && !waiting_.blocked())
    for (auto* newest = waiting_.take_head(); newest != nullptr;) {
      auto* older = static_cast<light_actor*>(newest->next);
      newest->next = turns_;
      turns_ = newest;
      newest = older;
    }
  return turns_;
}

caf::resumable::resume_result light_crew::resume(caf::execution_unit* host, std::size_t messages_max) {
  const auto most = std::min(messages_max, turn_max);
  for (std::size_t handled = 0; handled < most;) {
    auto* member = next();
    if (member == nullptr) {
      end_turn(host);
      if (waiting_.try_block())
        return awaiting_message;
      continue;
    }
    // Read before: once it has no mail, another thread may put it in line again.
    auto* others = static_cast<light_actor*>(member->next);
    if (member->work(host, most, handled))
      continue;
    turns_ = others;
    if (member->quits_ && !member->over_)
      ending_.push_back(member);
    else
      releaser{}(member);
  }
  end_turn(host);
  return resume_later;
}

void light_crew::ends(light_actor& member) {
  intrusive_ptr_add_ref(member.ctrl());
  ending_.push_back(&member);
}

/// Whoever monitors a member hears of its end behind what it said.
void light_crew::end_turn(caf::execution_unit* host) {
  tell(host);
  for (auto* member : ending_) {
    if (!member->over_)
      member->ended({});
    member->end({});
    releaser{}(member);
  }
  ending_.clear();
  tell(host);
}

// -- its members -----------------------------------------------------------------------------------------------------

light_actor::light_actor(caf::actor_config& cfg, caf::intrusive_ptr<light_crew> crew)
    : caf::monitorable_actor(cfg), crew_(std::move(crew)) {
  inbox_.try_block();
  register_at_system();
}

light_actor::~light_actor() = default;

void light_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  const auto mid = what->mid;
  const auto sender = mid.is_request() ? what->sender : nullptr;
  switch (inbox_.push_front(std::move(what))) {
  case caf::intrusive::inbox_result::unblocked_reader:
    intrusive_ptr_add_ref(ctrl());
    crew_->take(this, host);
    break;
  case caf::intrusive::inbox_result::queue_closed:
    if (mid.is_request())
      caf::detail::sync_request_bouncer{caf::exit_reason::unreachable}(sender, mid);
    break;
  default:
    break;
  }
}

void light_actor::on_destroy() {
  host_ = nullptr;
  end(caf::exit_reason::unreachable);
  caf::monitorable_actor::on_destroy();
}

/// In the order in which it came, what is urgent before all else (an order to exit is).
void light_actor::take_mail() {
  caf::mailbox_element* usual = nullptr;
  caf::mailbox_element* urgent = nullptr;
  for (auto* newest = inbox_.take_head(); newest != nullptr;) {
    auto* older = static_cast<caf::mailbox_element*>(newest->next);
    auto& pile = newest->is_high_priority() ? urgent : usual;
    newest->next = pile;
    pile = newest;
    newest = older;
  }
  read_ = usual;
  if (urgent != nullptr) {
    auto* last = urgent;
    while (last->next != nullptr)
      last = static_cast<caf::mailbox_element*>(last->next);
    last->next = usual;
    read_ = urgent;
  }
}

bool light_actor::work(caf::execution_unit* host, std::size_t most, std::size_t& handled) {
  host_ = host;
  while (!over_ && !quits_) {
    if (read_ == nullptr)
      take_mail();
    if (read_ == nullptr) {
      if (inbox_.try_block())
        return false;
      continue;
    }
    if (handled >= most)
      return true;
    const caf::mailbox_element_ptr what{
        std::exchange(read_, static_cast<caf::mailbox_element*>(read_->next))};
    handle(*what);
    handled += 1 + std::exchange(brought_, 0);
  }
  return false;
}

void light_actor::handle(caf::mailbox_element& what) {
  try {
    caf::error why;
    if (is<caf::exit_msg>(what.content())) {
      why = what.content().get_as<caf::exit_msg>(0).reason;
      crew_->tell(host_);  // whoever monitors it is told by what follows
    }
    if (!handle_system_message(what, host_, false))
      receive(what.content());
    else if (getf(is_cleaned_up_flag))
      end_in_turn(why);
  } catch (const std::exception&) {
    end_in_turn(caf::sec::runtime_error);
  }
}

void light_actor::end_in_turn(const caf::error& why) {
  if (over_)
    return;
  crew_->tell(host_);  // whoever monitors it hears of its end behind what it said
  ended(why);
  end(why);
}

void light_actor::end(caf::error why) {
  if (std::exchange(over_, true))
    return;
  caf::detail::sync_request_bouncer bounce{why ? why : caf::error{caf::exit_reason::unreachable}};
  while (read_ != nullptr) {
    const caf::mailbox_element_ptr unread{
        std::exchange(read_, static_cast<caf::mailbox_element*>(read_->next))};
    bounce(*unread);
  }
  const auto drop = [&](caf::mailbox_element* unread) { bounce(*caf::mailbox_element_ptr{unread}); };
  inbox_.close(drop);
  on_exit();
  cleanup(std::move(why), host_);
  unregister_from_system();
}

}  // namespace settle::actors
