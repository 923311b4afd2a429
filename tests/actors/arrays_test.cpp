// Job arrays under the real actors: what goes out together, and that nobody's submission, refusal or cancel is another's.
#include "actors/keys.hpp"
#include "actors/translate/journal_json.hpp"
#include "io/job_id.hpp"
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace stage;
using core::item_status;

namespace {

/// Arrays are taken up to this size.
auto arrays_to(std::size_t tasks_max, std::size_t slots = 0, std::size_t at_once = 4) {
  return [=](actors::system_config& c) {
    c.arrays = true;
    c.max_concurrent = slots;
    c.submissions_at_once = at_once;
    dynamic_cast<played_cluster&>(*c.slurm).limits = {tasks_max, 1 << 20};
  };
}

const auto with_arrays = arrays_to(1000);

std::string start(theatre& t, const std::string& document) {
  auto run = t.start(document);
  t.pass(1s);
  return run;
}

void end_well(theatre& t) {
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(300s);
  CHECK(t.story->finished()->run_state == core::run_status::completed);
}

/// Executions by token: one each, whatever they went out in.
std::size_t tasks_submitted(const theatre& t) {
  return t.slurm->jobs.size();
}

}  // namespace

TEST_CASE("tasks alike go out as one array; each has its own id, index and verdict", "[actors][arrays]") {
  theatre t{with_arrays};
  start(t, tasks_numbered(5));
  REQUIRE(t.slurm->arrays_submitted.size() == 1);
  const auto& array = t.slurm->arrays_submitted.front();
  CHECK(array.array == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  CHECK(tasks_submitted(t) == 5);
  CHECK(std::count_if(t.kept->lines.begin(), t.kept->lines.end(), [](const std::string& l) {
          return l.find("\"array_intent\"") != std::string::npos;
        }) == 5);
  t.slurm->vanish_all();
  const auto base = io::array_id_of(t.slurm->jobs.begin()->first);
  for (auto& [id, job] : t.slurm->jobs)
    t.slurm->account_for(job, io::array_index_of(id) == 3 ? 7 : 0);
  t.until_over(300s);
  for (std::uint32_t i = 0; i < 5; ++i) {
    const auto* verdict = t.story->verdict_of("t" + std::to_string(i));
    REQUIRE(verdict);
    CHECK(verdict->job_id == io::array_task_id(base, i));
    CHECK(verdict->exit_code == (i == 3 ? 7 : 0));
  }
}

TEST_CASE("what sbatch is asked for differently, writes its own files or generates tasks does not join",
          "[actors][arrays]") {
  theatre t{with_arrays};
  start(t, R"([{"id":"a","name":"a","command":"x"},{"id":"b","name":"b","command":"y"},
               {"id":"m","name":"m","command":"x","memory":"1G"},{"id":"n","name":"n","command":"x","memory":"1G"},
               {"id":"o","name":"o","command":"x","output_file":"/o"},
               {"id":"q","name":"q","command":"x","sbatch_args":["--open-mode=append"]},
               {"id":"g","name":"g","command":"x","generates_source":"/g"},
               {"id":"c","name":"c","command":"x","cpus":2}])");
  CHECK(t.slurm->arrays_submitted.size() == 2);
  CHECK(t.slurm->submissions.size() == 6);
  CHECK(tasks_submitted(t) == 8);
}

TEST_CASE("arrays are cut to what the site takes, and to the free slots", "[actors][arrays]") {
  SECTION("MaxArraySize") {
    theatre t{arrays_to(4)};
    start(t, tasks_numbered(10));
    REQUIRE(t.slurm->arrays_submitted.size() == 3);
    CHECK(t.slurm->arrays_submitted[0].array.back() == 3);
    CHECK(t.slurm->arrays_submitted[2].array == std::vector<std::uint32_t>{0, 1});
    end_well(t);
  }
  SECTION("slots") {
    theatre t{arrays_to(1000, 4)};
    start(t, tasks_numbered(10));
    CHECK(tasks_submitted(t) == 4);
    t.slurm->vanish_all();
    t.slurm->account_for_all(0);
    t.pass(60s);
    CHECK(tasks_submitted(t) == 8);
  }
  SECTION("no arrays") {
    theatre t{arrays_to(0)};
    start(t, tasks_numbered(3));
    CHECK(t.slurm->arrays_submitted.empty());
    CHECK(tasks_submitted(t) == 3);
  }
}

TEST_CASE("an array that is refused for good goes out one by one, and only the guilty fails",
          "[actors][arrays]") {
  theatre t{with_arrays};
  t.slurm->refusals.push_back({io::errc::rejected, "Batch script contains DOS line breaks"});
  start(t, tasks_numbered(3));
  CHECK(t.slurm->arrays_submitted.empty());
  t.slurm->refusals.push_back({io::errc::rejected, "Batch script contains DOS line breaks"});
  t.pass(10s);
  CHECK(tasks_submitted(t) == 2);
  CHECK(t.slurm->arrays_submitted.empty());
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(300s);
  CHECK(t.story->finished()->tally.of(item_status::completed) == 2);
  CHECK(t.story->finished()->tally.of(item_status::failed) == 1);
}

TEST_CASE("a limit takes smaller arrays at once, and the rest when there is room", "[actors][arrays]") {
  theatre t{arrays_to(1000, 0, 1)};
  for (int i = 0; i < 2; ++i)
    t.slurm->refusals.push_back({io::errc::too_many, "QOSMaxSubmitJobPerUserLimit"});
  start(t, tasks_numbered(8));
  REQUIRE(t.slurm->arrays_submitted.size() >= 2);
  CHECK(t.slurm->arrays_submitted.front().array == std::vector<std::uint32_t>{0, 1});
  CHECK(tasks_submitted(t) == 8);
  end_well(t);
}

TEST_CASE("a controller that is busy is waited for with the whole array", "[actors][arrays]") {
  theatre t{with_arrays};
  for (int i = 0; i < 3; ++i)
    t.slurm->refusals.push_back({io::errc::unavailable, "Unable to contact slurm controller"});
  start(t, tasks_numbered(8));
  CHECK(tasks_submitted(t) == 0);
  t.pass(30s);
  REQUIRE(t.slurm->arrays_submitted.size() == 1);
  CHECK(t.slurm->arrays_submitted.front().array.size() == 8);
  CHECK(t.story->told("puts off an array of 8 tasks"));
  end_well(t);
}

TEST_CASE("a lost reply is found by the array's token for every task of it", "[actors][arrays]") {
  theatre t{with_arrays};
  t.slurm->lose_replies = true;
  start(t, tasks_numbered(4));
  t.pass(10min);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(tasks_submitted(t) == 4);
  end_well(t);
}

TEST_CASE("an array of which nothing is heard is submitted again, each task once", "[actors][arrays]") {
  theatre t{with_arrays};
  t.slurm->refusals.push_back({io::errc::maybe_submitted, "Socket timed out"});
  start(t, tasks_numbered(4));
  t.pass(100s);
  CHECK(tasks_submitted(t) == 0);
  t.pass(5min);
  CHECK(tasks_submitted(t) == 4);
  end_well(t);
}

TEST_CASE("what is cancelled before its array goes out does not go out", "[actors][arrays]") {
  theatre t{arrays_to(5, 0, 1)};
  t.slurm->hold_submissions = true;
  auto run = start(t, tasks_numbered(10));
  CHECK(tasks_submitted(t) == 5);
  actors::compat::anon_send(t.root, actors::cancel_run{run});
  t.pass(2s);
  t.slurm->held_submissions.front()();
  t.pass(5s);
  CHECK(tasks_submitted(t) == 5);
  REQUIRE(t.slurm->cancelled.size() == 1);  // all of one array: by the array's id
  CHECK_FALSE(io::is_array_task(t.slurm->cancelled.front()));
  for (auto& [id, job] : t.slurm->jobs) {
    job.means = core::meaning::failed;
    job.why = core::cause::cancelled;
  }
  t.until_over(120s);
  CHECK(t.story->finished()->run_state == core::run_status::cancelled);
}

TEST_CASE("detaching takes back what has not gone out", "[actors][arrays]") {
  theatre t{arrays_to(3, 0, 1)};
  t.slurm->hold_submissions = true;
  start(t, tasks_numbered(6));
  caf::scoped_actor self{t.sys};
  auto pending = actors::compat::request(&*self, t.root, caf::infinite, actors::detach_all{});
  t.pass(2s);
  t.slurm->held_submissions.front()();
  t.pass(5s);
  bool detached = false;
  pending.receive([&](const actors::all_detached&) { detached = true; }, [](const caf::error&) {});
  CHECK(detached);
  CHECK(tasks_submitted(t) == 3);
  CHECK(std::count_if(t.kept->lines.begin(), t.kept->lines.end(), [](const std::string& l) {
          return l.find("\"withdrawn\"") != std::string::npos;
        }) == 3);
}

TEST_CASE("an array's intent says under which name and index its job is found", "[actors][arrays]") {
  const auto read = actors::read_kept_line(actors::array_intent_line("t", "0abc-5-2", "0abc-3-1", 7));
  REQUIRE(read);
  const auto& intent = std::get<actors::kept_intent>(*read);
  CHECK(intent.submission == 2);
  REQUIRE(intent.array);
  CHECK(intent.array->leader == 3);
  CHECK(intent.array->leader_submission == 1);
  CHECK(intent.array->index == 7);
  for (const char* wrong :
       {R"({"event":"array_intent","v":1,"item":"t","token":"0abc-5-2","index":7})",
        R"({"event":"array_intent","v":1,"item":"t","token":"0abc-5-2","array":"x","index":7})",
        R"({"event":"array_intent","v":1,"item":"t","token":"0abc-5-2","array":"0abc-3-1"})"})
    CHECK_FALSE(actors::read_kept_line(wrong));
}
