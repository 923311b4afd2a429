// settle inside a host that is an actor system itself: spawn it in your own system, send it a run, subscribe, and
// receive verdicts as messages. The host keeps its own scheduler policy and thread count.
#include "actors/system.hpp"

#include <filesystem>
#include <iostream>
#include <string>

namespace actors = settle::actors;
namespace core = settle::core;

namespace {

/// The host's own actor: prints what it is told, and ends with the run.
class watcher : public caf::event_based_actor {
public:
  watcher(caf::actor_config& cfg, caf::actor settle)
      : caf::event_based_actor(cfg), settle_(std::move(settle)) {}

protected:
  caf::behavior make_behavior() override {
    return {[this](const actors::stream_batch& batch) {
      for (const auto& e : batch.events) {
        if (e.kind == core::stream_kind::item && core::is_terminal(e.status))
          std::cout << e.item << ": " << core::to_text(e.status) << '\n';
        if (e.kind == core::stream_kind::run_finished)
          std::cout << "run " << core::to_text(e.run_state) << (e.confirmed ? ", confirmed" : "") << '\n';
      }
      if (batch.last)
        quit();
      else  // the next batch comes once this one is acknowledged
        actors::compat::send(this, settle_, actors::stream_ack{batch.run, caf::actor_cast<caf::actor>(this)});
    }};
  }
  void on_exit() override { settle_ = nullptr; }

private:
  caf::actor settle_;
};

}  // namespace

int main() {
  const auto state = std::filesystem::temp_directory_path() / "settle-embed-caf";
  caf::actor_system_config cfg;
  actors::register_messages(cfg);
  caf::actor_system host{cfg};

  auto settle = actors::spawn_settle(host, actors::local_config(state.string()));
  actors::submit_run order;
  order.document = R"([{"id": "one", "name": "one", "command": "true"},
                       {"id": "two", "name": "two", "command": "exit 3"},
                       {"id": "three", "name": "three", "command": "true", "deps": ["two"]}])";
  order.start_dir = state.parent_path().string();

  caf::scoped_actor self{host};
  actors::run_answer answer;
  actors::compat::request(&*self, settle, std::chrono::seconds{10}, std::move(order))
      .receive([&](actors::run_answer& a) { answer = std::move(a); },
               [&](const caf::error& e) { answer.trouble = actors::compat::render(host, e); });
  if (answer.run.empty()) {
    std::cerr << "refused: " << answer.trouble << '\n';
    return 3;
  }
  auto mine = host.spawn<watcher>(settle);
  actors::compat::anon_send(settle, actors::subscribe_run{answer.run, 1, mine});
  self->wait_for(mine);
  caf::anon_send_exit(settle, caf::exit_reason::user_shutdown);
  std::filesystem::remove_all(state);
  return 0;
}
