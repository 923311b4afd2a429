// A machine that the test plays, and a run of it that another settle left.
#pragma once

#include "actors/run_book.hpp"
#include "actors/translate/journal_json.hpp"
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace stage {

using core::item_status;
namespace fs = std::filesystem;

/// One process for each token; ended by the test.
class played_machine : public actors::machine {
public:
  struct process {
    std::uint64_t pid = 0;
    std::optional<actors::process_end> end;
    std::function<void(actors::process_end)> ended;
    int starts = 0;
  };
  std::map<std::string, process> processes;
  std::vector<std::string> unrun;
  std::vector<std::pair<std::string, bool>> searched;  ///< token, known to run
  std::vector<std::uint64_t> cancelled;
  std::string why_not;  ///< can_find's answer
  bool start_throws = false;

  void start(const actors::job_spec& job, std::function<void(io::result<std::uint64_t>)> started,
             std::function<void(actors::process_end)> ended) override {
    if (std::exchange(start_throws, false))
      throw std::runtime_error("the port broke");
    auto& p = processes[job.token];
    ++p.starts;
    p.pid = next_pid_++;
    p.ended = std::move(ended);
    started(p.pid);
  }
  void find(const actors::job_spec& job, bool known_to_run, std::function<void(actors::process_found)> found,
            std::function<void(actors::process_end)> ended) override {
    searched.emplace_back(job.token, known_to_run);
    const auto i = processes.find(job.token);
    if (i == processes.end()) {
      if (!known_to_run) {
        unrun.push_back(job.token);
        return found({.pid = 0, .end = {}, .unrun = true});
      }
      actors::process_end lost;
      lost.lost = "its keeper is gone";
      return found({.pid = 0, .end = lost});
    }
    i->second.ended = std::move(ended);
    found({.pid = i->second.pid, .end = i->second.end});
  }
  io::result<void> can_find(const actors::job_spec&) override {
    if (!why_not.empty())
      return io::fail(io::errc::unavailable, why_not);
    return {};
  }
  void cancel(const actors::job_spec& job) override { cancelled.push_back(processes.at(job.token).pid); }

  void end(const std::string& token, std::optional<int> exit, std::optional<int> signal = {}) {
    actors::process_end how;
    how.exit = exit;
    how.signal = signal;
    processes.at(token).ended(how);
  }

private:
  std::uint64_t next_pid_ = 5000;
};

inline void wait_until(const std::function<bool()>& holds) {
  for (int i = 0; !holds() && i < 10'000; ++i)
    std::this_thread::sleep_for(1ms);
  REQUIRE(holds());
}

/// Asks for a run to be gone on with.
class asker : public caf::event_based_actor {
public:
  asker(caf::actor_config& cfg, const caf::actor& root, const std::string& run,
        std::shared_ptr<std::vector<actors::run_answer>> answers)
      : caf::event_based_actor(cfg) {
    actors::compat::request(this, root, caf::infinite, actors::resume_run{run, false})
        .then([answers](actors::run_answer& a) { answers->push_back(std::move(a)); },
              [](const caf::error&) { FAIL("the supervisor did not answer"); });
  }
};

struct local_stage {
  std::shared_ptr<played_machine> here = std::make_shared<played_machine>();
  std::string state = (fs::temp_directory_path() / ("settle-local-" + std::to_string(::getpid()))).string();
  std::shared_ptr<kept_run> kept = std::make_shared<kept_run>();
  std::promise<void> let_go_on;
  std::shared_future<void> go_on = let_go_on.get_future().share();
  std::atomic<int> reopened = 0;
  bool reopening_throws = false;
  theatre t{[this](actors::system_config& c) {
    c.slurm = nullptr;
    c.local = here;
    c.state_dir = state;
    c.reopen_store = [this](const auto&, bool) -> io::result<std::unique_ptr<actors::run_store>> {
      ++reopened;
      if (go_on.wait_for(10s) != std::future_status::ready)
        return io::fail(io::errc::unavailable, "the supervisor waited for it");
      if (reopening_throws)
        throw std::runtime_error("the port broke");
      return std::make_unique<memory_store>(kept);
    };
  }};

  ~local_stage() { fs::remove_all(state); }

  /// `meanwhile` plays while the run's lease is being taken. That is done on a thread of its own: the stage stands still
  /// until it is gone.
  std::vector<actors::run_answer> resume(int times, const std::function<void()>& meanwhile = {}) {
    const auto answers = std::make_shared<std::vector<actors::run_answer>>();
    for (; times > 0; --times)
      t.sys.spawn<asker>(t.root, run, answers);
    t.settle_down();
    wait_until([this] { return reopened > 0; });
    if (meanwhile)
      meanwhile();
    const auto running = t.sys.registry().running();
    let_go_on.set_value();
    wait_until([&] { return t.sys.registry().running() < running; });
    t.settle_down();
    return *answers;
  }
  actors::run_answer resume() {
    auto answers = resume(1);
    REQUIRE(answers.size() == 1);
    return std::move(answers.front());
  }
  actors::run_state_answer ask() {
    caf::scoped_actor self{t.sys};
    auto pending = actors::compat::request(&*self, t.root, caf::infinite, actors::ask_run{run});
    t.settle_down();
    actors::run_state_answer answer;
    pending.receive([&](actors::run_state_answer& a) { answer = std::move(a); },
                    [](const caf::error&) { FAIL("the supervisor did not answer"); });
    return answer;
  }
  bool journaled(const std::string& words) const {
    return std::any_of(kept->lines.begin(), kept->lines.end(),
                       [&](const auto& line) { return line.find(words) != std::string::npos; });
  }

  // A run that another settle left: a runs, b was intended, c has no slot yet.
  const std::string run = "0testrun0000";
  std::string token(int item, int submission) const {
    return actors::make_token(run, static_cast<core::item_index>(item),
                              static_cast<std::uint32_t>(submission));
  }
  void leave() const {
    const auto folder = state + "/runs/" + run;
    fs::create_directories(folder);
    std::ofstream(folder + "/document-0.json") << tasks_named({"a", "b", "c"});
    std::ofstream journal(folder + "/journal.ndjson");
    actors::run_facts facts;
    facts.id = run;
    facts.title = "t";
    facts.backend = "local";
    facts.start_dir = facts.home = "/work";
    journal << actors::run_line(facts, 2) << "\n" << actors::document_line("document-0.json", 3, {}) << "\n";
    core::item it;
    it.status = item_status::running;
    it.job_id = 4711;
    it.attempt = it.submissions = 1;
    it.ever_running = true;
    auto e = actors::event_of_item(it);
    e.item = "a";
    e.run = run;
    e.seq = 1;
    journal << actors::intent_line("a", token(0, 1)) << "\n"
            << actors::item_line(e, it) << "\n"
            << actors::intent_line("b", token(1, 1)) << "\n";
  }
};

}  // namespace stage
