// The local backend on a machine that the test plays: processes of an earlier backend, or of another settle, are found
// again; what never began is begun anew; what cannot be known is said.
#include "tests/actors/stage.hpp"

#include "actors/run_book.hpp"
#include "actors/translate/journal_json.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include <unistd.h>

using namespace stage;
using core::item_status;
namespace fs = std::filesystem;

namespace {

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

void wait_until(const std::function<bool()>& holds) {
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

}  // namespace

TEST_CASE("a local backend that dies finds its processes again", "[actors][local]") {
  local_stage s;
  const auto id = s.t.start(tasks_named({"a", "b"}), 1);
  const auto first = actors::make_token(id, 0, 1);
  REQUIRE(s.here->processes.size() == 1);
  s.here->start_throws = true;
  s.here->end(first, 0);  // b is ordered: the backend dies of it
  s.t.settle_down();
  CHECK(s.t.story->told("the backend's actor died"));
  s.t.pass(5s);
  REQUIRE(s.t.story->verdict_of("a") != nullptr);
  CHECK(s.t.story->verdict_of("a")->status == item_status::completed);
  const auto second = actors::make_token(id, 1, 2);  // the first order of b had made nothing
  CHECK(s.here->unrun == std::vector{actors::make_token(id, 1, 1)});
  REQUIRE(s.here->processes.count(second) == 1);
  s.here->end(second, {}, 9);
  s.t.until_over(1min);
  CHECK(s.t.story->verdict_of("b")->signal == 9);
  CHECK(s.here->processes.at(second).starts == 1);
}

TEST_CASE("what runs is watched, what ended is told, what never began begins", "[actors][local]") {
  local_stage s;
  s.leave();
  s.here->processes[s.token(0, 1)].pid = 4711;
  SECTION("a runs still, b never began") {
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.here->searched ==
          std::vector<std::pair<std::string, bool>>{{s.token(0, 1), true}, {s.token(1, 1), false}});
    CHECK(s.here->processes.count(s.token(1, 1)) == 0);
    CHECK(s.here->processes.at(s.token(1, 2)).starts == 1);
    CHECK(s.here->processes.count(s.token(2, 1)) == 0);  // both slots are taken
    s.here->end(s.token(0, 1), 137);
    s.here->end(s.token(1, 2), 0);
    s.t.pass(2s);
    s.here->end(s.token(2, 1), 0);
    s.t.pass(2s);
    const auto now = s.ask();
    CHECK(now.status == core::run_status::failed);
    CHECK(now.tally.of(item_status::completed) == 2);
    CHECK(s.journaled("\"exit_code\":137"));
    CHECK(s.here->processes.at(s.token(0, 1)).starts == 0);
  }
  SECTION("b runs too, and both are cancelled") {
    s.here->processes[s.token(1, 1)].pid = 4712;
    REQUIRE(s.resume().run == s.run);
    actors::compat::anon_send(s.t.root, actors::cancel_run{s.run});
    s.t.pass(2s);
    std::sort(s.here->cancelled.begin(), s.here->cancelled.end());
    CHECK(s.here->cancelled == std::vector<std::uint64_t>{4711, 4712});
    for (const int i : {0, 1})
      s.here->end(s.token(i, 1), {}, 15);
    s.t.pass(2s);
    CHECK(s.ask().status == core::run_status::cancelled);
  }
  SECTION("b has ended meanwhile") {
    actors::process_end how;
    how.exit = 0;
    auto& b = s.here->processes[s.token(1, 1)];
    b.pid = 4712;
    b.end = how;
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.ask().tally.of(item_status::completed) == 1);
    CHECK(s.here->processes.at(s.token(2, 1)).starts == 1);
    CHECK(s.journaled("\"job_id\":\"4712\""));
  }
  SECTION("nothing is known of a: it is lost, and nobody's evidence") {
    s.here->processes.clear();
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.journaled("\"cause\":\"lost\",\"error\":\"its keeper is gone\""));
    CHECK_FALSE(s.journaled("\"evidence\":\"process\""));
  }
  SECTION("they are another machine's: refused, and nothing is touched") {
    s.here->why_not = "it was started on elsewhere";
    const auto answer = s.resume();
    CHECK(answer.run.empty());
    CHECK(answer.trouble == "run " + s.run +
                                " cannot be resumed: its task \"a\" cannot be followed: it was started on "
                                "elsewhere. Nothing was submitted; resume the run where it was started");
    CHECK(s.here->searched.empty());
    CHECK(s.kept->lines.empty());
  }
}

TEST_CASE("while a run is being taken over, however long that takes, the others go on", "[actors][local]") {
  local_stage s;
  s.leave();
  s.here->processes[s.token(0, 1)].pid = 4711;
  const auto other = s.t.start(tasks_named({"x"}));
  const auto answers = s.resume(2, [&] {
    CHECK(s.reopened == 1);
    CHECK_FALSE(s.ask().known);
    s.here->end(actors::make_token(other, 0, 1), 0);
    s.t.until_over(1min);
    CHECK(s.t.story->verdict_of("x")->status == item_status::completed);
  });
  REQUIRE(answers.size() == 2);  // whoever asks again meanwhile hears the same
  CHECK(answers[0].run == s.run);
  CHECK(answers[1].run == s.run);
  CHECK(answers[1].next_seq == answers[0].next_seq);
  CHECK(s.reopened == 1);
  CHECK(s.ask().known);
}

TEST_CASE("what is being taken over when settle leaves is left alone", "[actors][local]") {
  local_stage s;
  s.leave();
  const auto answers = s.resume(1, [&] {
    caf::scoped_actor self{s.t.sys};
    auto pending = actors::compat::request(&*self, s.t.root, caf::infinite, actors::detach_all{});
    s.t.settle_down();
    pending.receive([](const actors::all_detached&) {}, [](const caf::error&) { FAIL("not detached"); });
  });
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].run.empty());
  CHECK(answers[0].trouble == "settle is detaching: nothing new is taken");
  CHECK(s.kept->lines.empty());
  CHECK(s.here->searched.empty());
}

TEST_CASE("a taking over that dies is told", "[actors][local]") {
  local_stage s;
  s.leave();
  s.reopening_throws = true;
  const auto answer = s.resume();
  CHECK(answer.run.empty());
  CHECK(answer.trouble.find("what takes run " + s.run + " over died: ") == 0);
}
