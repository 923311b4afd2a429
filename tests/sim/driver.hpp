// One process of settle in the simulation: the core's run, items with their lives, the poller and their translations,
// wired as the actors wire them, each message delivered in the order in which it was sent. It may be killed at any moment;
// what the disk held then is what the next one begins with.
#pragma once

#include "actors/core/run.hpp"
#include "actors/item_life.hpp"
#include "actors/slurm_poller.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/mutation.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/world.hpp"

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sim {

using settle::actors::item_key;
using settle::core::event;
using settle::core::event_kind;
using settle::core::item;
using settle::core::item_index;

inline constexpr auto run_id = "0simulation0";

/// What survives a process.
/// The array in which an item's newest submission went out.
struct kept_place {
  std::string array;  ///< its job name
  std::uint32_t index = 0;
};

struct disk {
  std::vector<std::optional<kept_place>> places;
  std::vector<std::optional<item>> items;  ///< as a process that takes over reads them from the journal
  bool cancel_asked = false;
};

class driver final : private settle::actors::poller_port {
public:
  driver(const scenario&, timeline&, world&, disk&, checker&, mutation);
  ~driver() override;
  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;

  /// Somebody asks to cancel the run.
  void cancel_run();
  bool finished() const { return finished_; }
  /// Calls `death` once, amid what `when` says (not `at_once`).
  void die_amid(strike when, std::function<void()> death);

private:
  struct live_item;
  struct line {
    item_index index;
    item now;
    settle::core::stream_kind kind;
    bool intent;
    bool withdrawn;
    duration decided;
    std::optional<kept_place> place{};
  };

  // the process
  void post(std::function<void()> what);
  void later(duration wait, std::function<void()> what);
  void recover();

  // what the supervisor does
  void fill_slots();
  void intend(const std::vector<item_index>& together);
  bool spawn(item_index);
  void order_array(const std::vector<line>& written);
  void start_life(item_index, item);
  void let_go(item_index, bool ended);
  void reported(item_index, const item&, const std::vector<settle::core::effect>&, settle::core::instant);
  void tell_changes(const settle::core::run_change&);
  void write(item_index, const item&, settle::core::stream_kind, bool intent);
  void flush();
  void come_amid(std::initializer_list<strike> those, duration takes);
  void keep(const line&);
  void cancel_one(item_index);
  void hand(item_key, const event&, const std::vector<settle::core::account_row>&);

  // what the backend does
  settle::core::instant now() const override;
  void list(std::uint64_t cycle) override;
  void account(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::size_t calls_max) override;
  void account_by_name(std::uint64_t cycle, std::vector<std::string> names, std::int64_t since) override;
  void accounting_backlog(std::uint64_t cycle) override;
  void submit(item_key, const settle::actors::job_spec&) override;
  void cancel(std::vector<std::uint64_t> ids) override;
  void wake_for_cycle(duration) override;
  void wake_for_submissions(duration) override;
  void wake_for_cancels(duration) override;
  void deliver(settle::actors::delivery) override;
  void notice(const std::string&) override {}
  void rerun(item_key, event) override;
  void order_alone(const std::vector<item_key>&) override;
  void ask_accounting(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::vector<std::string> names,
                      std::int64_t since);

  // wrong rules (driver_mutations.cpp)
  void mutate_answer(settle::io::command_result&) const;
  void mutate_accounting(settle::actors::accounting_answer&) const;
  void mutate_listing(settle::actors::listing_answer&);
  void mutate_delivery(settle::actors::delivery&);
  void after_delivery(const settle::actors::delivery&);
  settle::tasks::claim claim_of(const std::string& job_name, std::optional<std::uint32_t> index, bool take);
  void deliver_as_settling(item_key);
  bool is(mutation m) const { return wrong_ == m; }

  const scenario& story_;
  timeline& time_;
  world& world_;
  disk& disk_;
  checker& checker_;
  mutation wrong_;
  dice dice_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  duration started_;
  std::shared_ptr<settle::core::policy> rules_;
  settle::core::run run_;
  settle::actors::slurm_poller poller_;
  std::unordered_map<item_index, std::unique_ptr<live_item>> live_;
  std::vector<std::unique_ptr<live_item>> leaving_;
  std::unordered_map<std::uint64_t, std::string> names_;  ///< of our jobs, by id
  std::unordered_map<item_index, std::uint32_t> deferrals_;
  std::unordered_map<std::string, std::vector<item_index>>
      arrays_;                  ///< items by index, by the array's job name
  std::set<item_index> alone_;  ///< their array was refused
  std::deque<std::function<void()>> mail_;
  bool draining_ = false;
  std::vector<line> lines_;
  bool writing_ = false;
  std::function<void()> death_;  ///< yet to come
  strike death_amid_{};
  bool finished_ = false;
};

}  // namespace sim
