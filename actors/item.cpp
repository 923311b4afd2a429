#include "actors/item.hpp"

namespace settle::actors {

namespace {

/// Reading one file's end; a file server that hangs must not hold a verdict for ever.
constexpr auto file_deadline = std::chrono::seconds{20};

}  // namespace

item_actor::item_actor(caf::actor_config& cfg, item_key key, core::item it,
                       std::shared_ptr<const job_spec> spec, item_links links)
    : caf::event_based_actor(cfg), key_(key), spec_(std::move(spec)), links_(std::move(links)),
      life_(std::move(it), spec_->job_name, spec_->array_index, !spec_->exit_record.empty(), links_.rules,
            *this) {}

caf::behavior item_actor::make_behavior() {
  return {
      [this](const item_begin& m) { life_.begin(m.at); },
      [this](observed& m) { life_.receive(std::move(m.what), std::move(m.rows)); },
      [this](const supervisor_changed& m) {
        links_.supervisor = m.supervisor;
        life_.report_again();
      },
      [this](const backend_changed& m) {
        links_.backend = m.backend;
        life_.begin({});
      },
      [this](const reader_changed& m) { links_.reader = m.reader; },
  };
}

void item_actor::on_exit() {
  links_ = {};
}

void item_actor::order() {
  compat::send(this, links_.backend, job_order{key_, spec_, caf::actor_cast<caf::actor>(this)});
}

void item_actor::watch(const watch_order& what) {
  compat::send(this, links_.backend, job_watch{key_, what, spec_, caf::actor_cast<caf::actor>(this)});
}

void item_actor::needs(item_needs wanted) {
  compat::send(this, links_.backend, needs_changed{key_, wanted});
}

void item_actor::clock(clock_kind kind) {
  compat::send(this, links_.backend, clock_changed{key_, kind});
}

void item_actor::cancel(std::uint64_t job_id) {
  compat::send(this, links_.backend, job_cancel{key_, job_id});
}

void item_actor::ask_mark() {
  compat::request(this, links_.reader, file_deadline, read_mark{spec_->error_file, spec_->token, {}})
      .then(
          [this](const mark_came& m) {
            life_.mark_answered({m.found, m.words});
          },
          [this](const caf::error&) { life_.mark_answered({}); });
}

void item_actor::ask_witness() {
  compat::request(this, links_.reader, file_deadline, read_witness{spec_->exit_record, spec_->token})
      .then(
          [this](const witness_came& m) {
            life_.witness_answered(
                m.found ? std::optional<exit_witness>{{m.exit_code, m.job_id, m.restart, m.start, m.end}}
                        : std::nullopt);
          },
          [this](const caf::error&) { life_.witness_answered(std::nullopt); });
}

void item_actor::report(const core::item& now, std::vector<core::effect> effects, core::instant at) {
  compat::send(this, links_.supervisor,
               item_report{key_, std::make_shared<const core::item>(now), std::move(effects), at});
}

void item_actor::done() {
  quit();
}

}  // namespace settle::actors
