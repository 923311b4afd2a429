// The one door to CAF: what differs between 0.17 (Debian 12) and 1.x, under one spelling. Includes what the
// rooms above need of CAF; nothing else in the project includes a CAF header.
#pragma once

#include <caf/all.hpp>

// CAF_VERSION is 1706 on 0.17.6 but expands to the octal 0100 on 1.1.0: never compare it.
#if CAF_MAJOR_VERSION >= 1
#define SETTLE_CAF_1 1
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/anon_mail.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/scoped_actor.hpp>
#else
#define SETTLE_CAF_1 0
// For the actors that are not CAF's own (actors/light_actor.hpp).
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/intrusive/lifo_inbox.hpp>
#include <caf/intrusive/singly_linked.hpp>
#include <caf/resumable.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

/// A message type that never leaves the process: no serialisation.
#if SETTLE_CAF_1
#define SETTLE_LOCAL_MESSAGE(type)                                                                           \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)                                                                        \
  template <class Inspector>                                                                                 \
  bool inspect(Inspector& f, type& x) {                                                                      \
    return f.object(x).fields();                                                                             \
  }
#else
#define SETTLE_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
#endif

namespace settle::actors::compat {

#if SETTLE_CAF_1

template <class Block>
void register_types(caf::actor_system_config&) {}
template <class... Blocks>
void register_meta_objects() {
  static const bool once = [] {  // several runtimes per process register the same types
    caf::core::init_global_meta_objects();
    caf::init_global_meta_objects<Blocks...>();
    return true;
  }();
  static_cast<void>(once);
}
inline void set_sharing_policy(caf::actor_system_config& cfg) {
  cfg.set("caf.scheduler.policy", std::string{"sharing"});
}
inline void set_threads(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("caf.scheduler.max-threads", n);
}

template <class Self, class Handle, class... T>
void send(Self* self, const Handle& to, T&&... x) {
  self->mail(std::forward<T>(x)...).send(to);
}
template <class Handle, class... T>
void anon_send(const Handle& to, T&&... x) {
  caf::anon_mail(std::forward<T>(x)...).send(to);
}
/// Before what waits in the receiver's mailbox: for what lets go of memory there.
template <class Self, class Handle, class... T>
void send_urgent(Self* self, const Handle& to, T&&... x) {
  self->mail(std::forward<T>(x)...).urgent().send(to);
}
template <class Handle, class... T>
void anon_send_urgent(const Handle& to, T&&... x) {
  caf::anon_mail(std::forward<T>(x)...).urgent().send(to);
}
template <class Self, class Handle, class Delay, class... T>
void delayed_send(Self* self, const Handle& to, Delay delay, T&&... x) {
  self->mail(std::forward<T>(x)...).delay(delay).send(to);
}
/// A request whose response handlers follow with .then(ok, failed).
template <class Self, class Handle, class Timeout, class... T>
auto request(Self* self, const Handle& to, Timeout timeout, T&&... x) {
  return self->mail(std::forward<T>(x)...).request(to, timeout);
}
template <class Self, class Handle, class... T>
auto delegate(Self* self, const Handle& to, T&&... x) {
  return self->mail(std::forward<T>(x)...).delegate(to);
}
/// Calls `down(address, reason)` when the monitored actor ends.
template <class Self, class Down>
void watch_ends(Self*, Down&&) {}
template <class Self, class Handle, class Down>
void monitor(Self* self, const Handle& who, Down down) {
  self->monitor(who, [down, address = who->address()](const caf::error& why) { down(address, why); });
}
inline std::string render(const caf::actor_system&, const caf::error& e) {
  return caf::to_string(e);
}

#else

template <class Block>
void register_types(caf::actor_system_config& cfg) {
  cfg.add_message_types<Block>();
}
template <class...>
void register_meta_objects() {}
inline void set_sharing_policy(caf::actor_system_config& cfg) {
  cfg.set("scheduler.policy", caf::atom("sharing"));
}
inline void set_threads(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("scheduler.max-threads", n);
}

template <class Self, class Handle, class... T>
void send(Self* self, const Handle& to, T&&... x) {
  self->send(to, std::forward<T>(x)...);
}
template <class Handle, class... T>
void anon_send(const Handle& to, T&&... x) {
  caf::anon_send(to, std::forward<T>(x)...);
}
template <class Self, class Handle, class... T>
void send_urgent(Self* self, const Handle& to, T&&... x) {
  self->template send<caf::message_priority::high>(to, std::forward<T>(x)...);
}
template <class Handle, class... T>
void anon_send_urgent(const Handle& to, T&&... x) {
  caf::anon_send<caf::message_priority::high>(to, std::forward<T>(x)...);
}
template <class Self, class Handle, class Delay, class... T>
void delayed_send(Self* self, const Handle& to, Delay delay, T&&... x) {
  self->delayed_send(to, delay, std::forward<T>(x)...);
}
template <class Self, class Handle, class Timeout, class... T>
auto request(Self* self, const Handle& to, Timeout timeout, T&&... x) {
  return self->request(to, timeout, std::forward<T>(x)...);
}
template <class Self, class Handle, class... T>
auto delegate(Self* self, const Handle& to, T&&... x) {
  return self->delegate(to, std::forward<T>(x)...);
}
/// 0.17 has one handler for all monitored actors: set it once, with the same function as given to monitor().
template <class Self, class Down>
void watch_ends(Self* self, Down down) {
  self->set_down_handler([down](caf::down_msg& m) { down(m.source, m.reason); });
}
template <class Self, class Handle, class Down>
void monitor(Self* self, const Handle& who, Down&&) {
  self->monitor(who);
}
inline std::string render(const caf::actor_system& sys, const caf::error& e) {
  return sys.render(e);
}

#endif

}  // namespace settle::actors::compat
