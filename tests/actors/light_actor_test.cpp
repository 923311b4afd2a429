// The light actor and its crew, on CAF's deterministic scheduler and on its real ones.
#include "actors/light_actor.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace settle::actors;

struct number_came {
  int from = 0;
  int value = 0;
};
struct stop_now {};
struct break_now {};

}  // namespace

SETTLE_LOCAL_MESSAGE(number_came)
SETTLE_LOCAL_MESSAGE(stop_now)
SETTLE_LOCAL_MESSAGE(break_now)

namespace {

/// What the members of a crew did, as they did it. A crew runs on one thread at a time.
struct diary {
  std::vector<std::pair<int, int>> heard;  ///< who, what
  std::map<int, std::vector<int>> by_sender;
  std::atomic<int> at_work{0};  ///< members in their turn
  std::atomic<int> at_work_max{0};
  std::atomic<int> alive{0};
  std::atomic<int> heard_in_all{0};
};

class listener : public light_actor {
public:
  listener(caf::actor_config& cfg, caf::intrusive_ptr<light_crew> crew, int me, std::shared_ptr<diary> book)
      : light_actor(cfg, std::move(crew)), me_(me), book_(std::move(book)) {
    ++book_->alive;
  }
  ~listener() override { --book_->alive; }
  const char* name() const override { return "listener"; }

protected:
  void receive(caf::type_erased_tuple& content) override {
    const int now = ++book_->at_work;
    if (now > book_->at_work_max)
      book_->at_work_max = now;
    if (is<number_came>(content)) {
      const auto m = taken<number_came>(content);
      book_->heard.emplace_back(me_, m.value);
      book_->by_sender[m.from].push_back(m.value);
      ++book_->heard_in_all;
    }
    --book_->at_work;
    if (is<stop_now>(content))
      quit();
    if (is<break_now>(content))
      throw std::runtime_error("broken");
  }

private:
  int me_;
  std::shared_ptr<diary> book_;
};

/// Tells what became of those that it monitors.
class mourner : public caf::event_based_actor {
public:
  mourner(caf::actor_config& cfg, std::shared_ptr<std::vector<std::string>> ends, std::vector<caf::actor> who)
      : caf::event_based_actor(cfg), ends_(std::move(ends)), who_(std::move(who)) {}

protected:
  caf::behavior make_behavior() override {
    const auto down = [this](const caf::actor_addr&, const caf::error& why) {
      ends_->push_back(compat::render(system(), why));
    };
    compat::watch_ends(this, down);
    for (const auto& a : who_)
      compat::monitor(this, a, down);
    who_.clear();
    return {[](stop_now) {}};
  }

private:
  std::shared_ptr<std::vector<std::string>> ends_;
  std::vector<caf::actor> who_;
};

struct test_config : caf::actor_system_config {
  test_config() { set("scheduler.policy", caf::atom("testing")); }
};

struct fixture {
  test_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched{dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())};
  caf::intrusive_ptr<light_crew> crew = caf::make_counted<light_crew>(sys);
  std::shared_ptr<diary> book = std::make_shared<diary>();
  caf::actor make(int me) { return spawn_light<listener>(sys, crew, me, book); }
};

using heard_list = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("a crew is one job of the scheduler's, and its members hear in the order in which they were told",
          "[actors][light]") {
  fixture f;
  const auto a = f.make(1);
  const auto b = f.make(2);
  caf::anon_send(a, number_came{0, 10});
  caf::anon_send(b, number_came{0, 20});
  caf::anon_send(a, number_came{0, 11});
  CHECK(f.sched.jobs.size() == 1);
  CHECK(f.book->heard.empty());
  f.sched.run();
  CHECK(f.book->heard == heard_list{{1, 10}, {1, 11}, {2, 20}});
  caf::anon_send(b, number_came{0, 21});
  f.sched.run();
  CHECK(f.book->heard.back() == std::pair{2, 21});
}

TEST_CASE("a member that is over its share keeps its place and its mail", "[actors][light]") {
  fixture f;
  const auto a = f.make(1);
  const auto b = f.make(2);
  for (int i = 0; i < 3; ++i)
    caf::anon_send(a, number_came{0, i});
  caf::anon_send(b, number_came{0, 9});
  for (int step = 1; step <= 4; ++step) {
    REQUIRE(f.sched.has_job());
    f.sched.run_once();  // one message
    CHECK(f.book->heard.size() == static_cast<std::size_t>(step));
  }
  f.sched.run();
  CHECK(f.book->heard == heard_list{{1, 0}, {1, 1}, {1, 2}, {2, 9}});
}

TEST_CASE("what is urgent goes before what waits", "[actors][light]") {
  fixture f;
  const auto a = f.make(1);
  caf::anon_send(a, number_came{0, 1});
  caf::anon_send(a, number_came{0, 2});
  compat::anon_send_urgent(a, number_came{0, 3});
  compat::anon_send_urgent(a, number_came{0, 4});
  f.sched.run();
  CHECK(f.book->heard == heard_list{{1, 3}, {1, 4}, {1, 1}, {1, 2}});
}

TEST_CASE("who monitors a light actor hears how it ended; its mail is dropped, and it is really gone",
          "[actors][light]") {
  fixture f;
  auto ends = std::make_shared<std::vector<std::string>>();
  auto stopped = f.make(1);
  auto broken = f.make(2);
  auto killed = f.make(3);
  auto well = f.make(4);
  const auto watcher = f.sys.spawn<mourner>(ends, std::vector{stopped, broken, killed, well});
  f.sched.run();
  caf::anon_send(stopped, stop_now{});
  caf::anon_send(stopped, number_came{0, 1});
  caf::anon_send(broken, break_now{});
  caf::anon_send(broken, number_came{0, 2});
  caf::anon_send(killed, number_came{0, 3});
  caf::anon_send_exit(killed, caf::exit_reason::kill);
  caf::anon_send(killed, number_came{0, 6});
  caf::anon_send(well, number_came{0, 4});
  f.sched.run();
  CHECK(f.book->heard == heard_list{{3, 3}, {4, 4}});  // CAF sends the order to exit as any other message
  std::sort(ends->begin(), ends->end());
  REQUIRE(ends->size() == 3);
  CHECK((*ends)[0] == "exit_reason(kill)");
  CHECK((*ends)[1] == compat::render(f.sys, {}));
  CHECK((*ends)[2] == compat::render(f.sys, caf::sec::runtime_error));
  caf::anon_send(stopped, number_came{0, 5});
  f.sched.run();
  CHECK(f.book->heard.size() == 2);
  stopped = broken = killed = nullptr;
  CHECK(f.book->alive == 1);
  caf::anon_send_exit(well, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(watcher, caf::exit_reason::user_shutdown);
  well = nullptr;
  f.sched.run();
  CHECK(f.book->alive == 0);
}

TEST_CASE("what a crew gathers in a turn is said before the end of any of its members is told",
          "[actors][light]") {
  struct gathering_crew : light_crew {
    using light_crew::light_crew;
    void tell(caf::execution_unit*) override {
      if (book->heard.size() > told)
        said->push_back(std::to_string(book->heard.size() - std::exchange(told, book->heard.size())));
    }
    std::shared_ptr<diary> book;
    std::shared_ptr<std::vector<std::string>> said;
    std::size_t told = 0;
  };
  fixture f;
  const auto said = std::make_shared<std::vector<std::string>>();
  const auto crew = caf::make_counted<gathering_crew>(f.sys);
  crew->book = f.book;
  crew->said = said;
  std::vector<caf::actor> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(spawn_light<listener>(f.sys, crew, i, f.book));
  const auto watcher = f.sys.spawn<mourner>(said, all);
  f.sched.run();
  const auto tell = [&](int i) { caf::anon_send(all[static_cast<std::size_t>(i)], number_came{0, i}); };
  const std::string in_order = compat::render(f.sys, {});
  const auto one_turn = [&] {  // the test scheduler's are of one message each
    REQUIRE(f.sched.jobs.size() == 1);
    auto* const job = f.sched.jobs.front();
    f.sched.jobs.pop_front();
    CHECK(job->resume(nullptr, 100) == caf::resumable::awaiting_message);
    caf::intrusive_ptr_release(job);
    f.sched.run();
  };
  tell(0);
  caf::anon_send(all[0], stop_now{});
  tell(1);
  tell(2);
  one_turn();
  CHECK(*said == std::vector<std::string>{"3", in_order});  // as one, and the end behind it
  said->clear();
  tell(1);
  caf::anon_send_exit(all[1], caf::exit_reason::kill);
  tell(2);
  caf::anon_send(all[2], break_now{});
  one_turn();
  CHECK(*said == std::vector<std::string>{"1", "1", "exit_reason(kill)",
                                          compat::render(f.sys, caf::sec::runtime_error)});
  caf::anon_send_exit(watcher, caf::exit_reason::user_shutdown);
  all.clear();
  f.sched.run();
  CHECK(f.book->alive == 0);
}

TEST_CASE("a request to a light actor that is over is answered by an error", "[actors][light]") {
  fixture f;
  const auto gone = f.make(1);
  caf::anon_send(gone, stop_now{});
  f.sched.run();
  bool refused = false;
  caf::scoped_actor self{f.sys};
  auto asked = self->request(gone, caf::infinite, number_came{0, 1});
  asked.receive([] {}, [&](const caf::error& why) { refused = why == caf::sec::request_receiver_down; });
  CHECK(refused);
}

TEST_CASE("many threads tell the members of one crew: nothing is lost, and one at a time has its turn",
          "[actors][light]") {
  const auto policy = GENERATE(as<std::string>{}, "sharing", "stealing");
  constexpr int members = 500, senders = 4, rounds = 40;
  auto book = std::make_shared<diary>();
  caf::actor_system_config cfg;
  cfg.set("scheduler.policy", caf::atom_from_string(policy));
  compat::set_threads(cfg, 4);
  {
    caf::actor_system sys{cfg};
    const auto crew = caf::make_counted<light_crew>(sys);
    std::vector<caf::actor> all;
    for (int i = 0; i < members; ++i)
      all.push_back(spawn_light<listener>(sys, crew, i, book));
    std::vector<std::thread> threads;
    for (int s = 0; s < senders; ++s)
      threads.emplace_back([&all, s] {
        for (int r = 0; r < rounds; ++r)
          for (int i = 0; i < members; ++i)
            caf::anon_send(all[static_cast<std::size_t>(i)], number_came{s * members + i, r});
      });
    for (auto& t : threads)
      t.join();
    for (const auto& a : all)
      caf::anon_send(a, stop_now{});
    all.clear();
    sys.await_all_actors_done();
  }
  CHECK(book->heard_in_all == members * senders * rounds);
  CHECK(book->at_work_max == 1);
  CHECK(book->alive == 0);
  bool in_order = true;
  for (const auto& [sender, values] : book->by_sender)
    in_order = in_order && values.size() == rounds && std::is_sorted(values.begin(), values.end());
  CHECK(in_order);
}
