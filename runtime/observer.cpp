#include "runtime/observer.hpp"

#include <exception>
#include <utility>

namespace settle {

namespace compat = actors::compat;

observer_actor::observer_actor(caf::actor_config& cfg, caf::actor root, std::string run,
                               std::uint64_t from_seq, runtime::observer what,
                               std::shared_ptr<run_watch> watch)
    : caf::event_based_actor(cfg), root_(std::move(root)), run_(std::move(run)), from_seq_(from_seq),
      what_(std::move(what)), watch_(std::move(watch)) {}

caf::behavior observer_actor::make_behavior() {
  auto root_ended = [this](const caf::actor_addr&, const caf::error& why) {
    end("settle's actors ended: " + compat::render(system(), why));
    quit();
  };
  compat::watch_ends(this, root_ended);
  compat::monitor(this, root_, root_ended);
  compat::send(this, root_, actors::subscribe_run{run_, from_seq_, caf::actor_cast<caf::actor>(this)});
  return {[this](actors::stream_batch& batch) { show(batch); }};
}

void observer_actor::on_exit() {
  end("settle was stopped before this run was finished");
  root_ = nullptr;
  what_ = nullptr;
}

void observer_actor::show(actors::stream_batch& batch) {
  if (batch.missed != 0) {
    core::stream_event gap;
    gap.kind = core::stream_kind::notice;
    gap.run = run_;
    gap.error = std::to_string(batch.missed) +
                " events were dropped here, the reader was too slow; the journal "
                "of the run holds them";
    call(gap);
  }
  for (const auto& e : batch.events)
    call(e);
  if (batch.last) {
    end(batch.trouble);
    quit();
    return;
  }
  compat::send(this, root_, actors::stream_ack{run_, caf::actor_cast<caf::actor>(this)});
}

void observer_actor::call(const core::stream_event& e) {
  if (!what_)
    return;
  std::string thrown;
  try {
    what_(e);
    return;
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "something that is no std::exception";
  }
  what_ = nullptr;
  std::lock_guard guard{watch_->mutex};
  watch_->observer_troubles.push_back("an observer threw at event " + std::to_string(e.seq) + ": " + thrown);
}

void observer_actor::end(const std::string& trouble) {
  if (!watch_)
    return;
  auto watch = std::exchange(watch_, nullptr);
  {
    std::lock_guard guard{watch->mutex};
    --watch->observers_left;
    if (watch->trouble.empty())
      watch->trouble = trouble;
  }
  watch->changed.notify_all();
}

}  // namespace settle
