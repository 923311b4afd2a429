// An actor that costs what a hundred thousand of them may cost. CAF's own event-based actor holds six queues, tables of
// requests, streams and timeouts: 1 KB and four more allocations, and each of its turns goes through the scheduler's one
// lock. This one is a mailbox and what makes it an actor to all others: it has an address, is sent to, monitored and told
// to exit. Many of them are one crew: the scheduler sees the crew, which gives each that has mail its turn.
// Made for CAF 0.17; docs/decisions/0027 says what a port to 1.x replaces.
#pragma once

#include "actors/caf.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace settle::actors {

class light_crew;

class light_actor : public caf::monitorable_actor, public caf::intrusive::singly_linked<light_actor> {
public:
  light_actor(caf::actor_config& cfg, caf::intrusive_ptr<light_crew> crew);
  ~light_actor() override;

  using caf::monitorable_actor::enqueue;
  /// Any thread. What comes after its end is dropped; a request is told so.
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  /// Nobody knows it any more: it ends as unreachable.
  void on_destroy() override;

protected:
  /// One message. An exception ends the actor, and who monitors it hears of that.
  virtual void receive(caf::type_erased_tuple& content) = 0;
  /// Its end in a turn, before `on_exit`: by itself (`why` is none), by an order to exit, or broken.
  virtual void ended(const caf::error& why) { static_cast<void>(why); }
  /// Its end: lets go of the actors that it knows.
  virtual void on_exit() {}

  /// Ends it in order, once the message at hand is done: with its crew's turn, behind what was said in that.
  void quit() { quits_ = true; }
  /// Whose thread runs its turn.
  caf::execution_unit* host() const noexcept { return host_; }
  /// Brings another member of the same crew something to do, in one's own turn; it counts as a message. Of that member's
  /// own mail some may come later that was sent earlier. Nothing, where it has ended.
  template <class Do>
  void bring(light_actor& other, Do what);
  template <class Message>
  void send(const caf::actor& to, Message what) {
    if (to)
      to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(what)), host_);
  }
  /// Is it this one message?
  template <class Message>
  static bool is(const caf::type_erased_tuple& content) {
    return content.match_elements<Message>();
  }
  template <class Message>
  static Message taken(caf::type_erased_tuple& content) {
    return content.shared() ? content.get_as<Message>(0) : std::move(content.get_mutable_as<Message>(0));
  }

private:
  friend class light_crew;
  struct mail {
    using mapped_type = caf::mailbox_element;
    using unique_pointer = caf::mailbox_element_ptr;
  };
  /// Its mail, until `handled` messages of the crew's turn have reached `most`. True: it has more.
  bool work(caf::execution_unit* host, std::size_t most, std::size_t& handled);
  void take_mail();
  void handle(caf::mailbox_element& what);
  void end(caf::error why);
  void end_in_turn(const caf::error& why);

  caf::intrusive_ptr<light_crew> crew_;
  caf::intrusive::lifo_inbox<mail> inbox_;
  caf::mailbox_element* read_ = nullptr;  ///< taken out of the inbox, to be handled in this order
  caf::execution_unit* host_ = nullptr;   ///< whose turn it is in
  std::size_t brought_ = 0;               ///< to others, with the message at hand
  bool quits_ = false;
  bool over_ = false;
};

/// Runs its members, in the order in which they got mail. Outlives them.
class light_crew : public caf::ref_counted, public caf::resumable {
public:
  explicit light_crew(caf::actor_system& system);
  ~light_crew() override;

  /// Takes the caller's reference to a member that has mail now and had none before.
  void take(light_actor* member, caf::execution_unit* host);

  caf::resumable::resume_result resume(caf::execution_unit* host, std::size_t messages_max) override;
  void intrusive_ptr_add_ref_impl() override { ref(); }
  void intrusive_ptr_release_impl() override { deref(); }

  /// Whose turn is next, for tests; nullptr: nobody has mail. Only while no thread runs the crew.
  light_actor* next();

  /// Sends what members have said in this turn, where that was gathered.
  virtual void tell(caf::execution_unit*) {}

private:
  friend class light_actor;
  /// With this turn, in order.
  void ends(light_actor& member);
  void end_turn(caf::execution_unit* host);

  struct releaser {
    void operator()(light_actor* member) const noexcept;
  };
  struct members {
    using mapped_type = light_actor;
    using unique_pointer = std::unique_ptr<light_actor, releaser>;
  };

  caf::actor_system& system_;
  caf::intrusive::lifo_inbox<members> waiting_;
  light_actor* turns_ = nullptr;      ///< taken out of it, the oldest first
  std::vector<light_actor*> ending_;  ///< with this turn
};

template <class Do>
void light_actor::bring(light_actor& other, Do what) {
  if (other.over_ || other.quits_)
    return;
  other.host_ = host_;
  ++brought_;
  try {
    what();
  } catch (const std::exception&) {
    other.end_in_turn(caf::sec::runtime_error);
  }
  if (other.quits_)
    crew_->ends(other);
}

/// Makes one that runs in this crew. The arguments follow the crew in its constructor.
template <class Actor, class Crew, class... Arguments>
caf::actor spawn_light(caf::actor_system& system, const caf::intrusive_ptr<Crew>& crew,
                       Arguments&&... arguments) {
  caf::actor_config cfg;
  return caf::make_actor<Actor, caf::actor>(system.next_actor_id(), system.node(), &system, cfg, crew,
                                            std::forward<Arguments>(arguments)...);
}

}  // namespace settle::actors
