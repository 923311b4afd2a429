// What the records of tasks say, of this machine and boot and of others, and how they are written.
#include "io/local/keeper_image.hpp"
#include "io/local/launch.hpp"
#include "tests/io/find_stage.hpp"

#include <filesystem>

using namespace settle;
using namespace settle::test;
using what = io::found_task::what;

TEST_CASE("a reused pid is no keeper", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  const auto job = job_in(folder, "job", "true");
  auto me = io::this_process();
  me.start += 1;  // our number, of another process
  write_file(record_of(job, ".start"),
             "settle-start 1 token=" + job.place.token + " " + io::local::facts_of(me) +
                 " keeper=" + std::to_string(me.pid) + " keeper_start=" + std::to_string(me.start) +
                 " task=" + std::to_string(me.pid) + " task_start=" + std::to_string(me.start) + "\n");
  const auto task = found(s, look_for(s, job.place, true));
  CHECK(task.is == what::ended);
  CHECK(task.end.lost.ends_with("none of its processes is left"));
}

TEST_CASE("another boot, another machine", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job = job_in(folder, "job", "exit 5");
  auto then = io::this_process();
  const bool has_id = !then.machine.empty();  // without one, another boot may be another machine's
  then.boot = "00000000-0000-0000-0000-000000000000";
  const auto write_start = [&](const io::lease_owner& who) {
    write_file(record_of(job, ".start"), "settle-start 1 token=" + job.place.token + " " +
                                             io::local::facts_of(who) +
                                             " keeper=1 keeper_start=1 task=1 task_start=1\n");
  };
  SECTION("what ran when the machine stopped is lost") {
    write_start(then);
    CHECK(io::can_find(job.place).has_value() == has_id);
    if (!has_id)
      return;
    CHECK(found(s, look_for(s, job.place)).end.lost ==
          "the machine was restarted while it ran: how it ended is not known");
  }
  SECTION("what may have begun under an earlier boot is not run again") {
    REQUIRE(io::local::note_boot(job.place.records, then));
    CHECK(io::can_find(job.place).has_value() == has_id);
    if (!has_id)
      return;
    const auto task = found(s, look_for(s, job.place));
    CHECK(task.is == what::ended);
    CHECK(task.end.lost.find("whether it ran is not known") != std::string::npos);
  }
  SECTION("a boot that is noted twice is one, and ours proves that nothing began") {
    REQUIRE(io::local::note_boot(job.place.records, io::this_process()));
    REQUIRE(io::local::note_boot(job.place.records, io::this_process()));
    CHECK(found(s, look_for(s, job.place)).is == what::unrun);
  }
  SECTION("another machine's is refused, and waited for") {
    then.host = "elsewhere";
    write_start(then);
    const auto refused = io::can_find(job.place);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == io::errc::unavailable);
    CHECK(refused.error().words.starts_with("it was started on elsewhere, which is not this machine"));
    const auto one = look_for(s, job.place);
    s.settle();
    CHECK_FALSE(s.look([&] { return one->found.has_value(); }));
    write_file(record_of(job, ".end"), "settle-end 1 token=" + job.place.token +
                                           " exit=5 signal=0 core=0 timed_out=0 cancelled=0 start=1 end=2"
                                           " elapsed_ms=3 cpu_ms=4 max_rss_kib=5\n");
    CHECK(io::can_find(job.place));
    CHECK(found(s, one).end.exit == 5);
  }
  SECTION("what another machine may be about to begin is refused") {
    then.host = "elsewhere";
    REQUIRE(io::local::note_boot(job.place.records, then));
    CHECK(io::can_find(job.place).error().words.starts_with("tasks of its run were started on another host"));
  }
}

TEST_CASE("a record that is cut, or of another task, is no record", "[io][local][find]") {
  const std::string end = "settle-end 1 token=t exit=5 signal=0 core=0 timed_out=0 cancelled=1 start=1 end=2"
                          " elapsed_ms=3 cpu_ms=4 max_rss_kib=5\n";
  const auto read = io::local::parse_end(end, "t");
  REQUIRE(read);
  CHECK(read->exit == 5);
  CHECK(read->cancelled);
  CHECK(read->max_rss_bytes == 5 * 1024);
  for (std::size_t i = 0; i < end.size(); ++i)
    CHECK_FALSE(io::local::parse_end(end.substr(0, i), "t"));
  CHECK_FALSE(io::local::parse_end(end, "u"));
  CHECK_FALSE(io::local::parse_end(end, ""));
  auto both = end;
  both.replace(both.find("signal=0"), 8, "signal=9");
  CHECK_FALSE(io::local::parse_end(both, "t"));
  const std::string start = "settle-start 1 token=t host=h machine= boot=b pid_space= keeper=2 keeper_start=3"
                            " task=4 task_start=5\n";
  const auto begun = io::local::parse_start(start, "t");
  REQUIRE(begun);
  CHECK(begun->keeper.machine.empty());
  CHECK(begun->task == 4);
  for (std::size_t i = 0; i < start.size(); ++i)
    CHECK_FALSE(io::local::parse_start(start.substr(0, i), "t"));
}

TEST_CASE("a record that cannot be written waits for its disk, and the task's end with it",
          "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job =
      job_in(folder, "job", "while ! test -e " + (folder / "go") + "; do sleep 0.02; done; " + "exit 6");
  const auto one = s.begin(job);
  (void)s.pid(one);
  const std::string in_the_way = job.place.records + "/." + job.place.token + ".ending";
  std::filesystem::create_directory(in_the_way);  // no file can be made under that name
  std::filesystem::create_directory(in_the_way + "/full");
  write_file(folder / "go", "");
  REQUIRE(eventually([&] { return is_dead(start_of(job).task); }));
  s.settle();
  CHECK_FALSE(s.look([&] { return one->ended.has_value(); }));
  std::filesystem::remove_all(in_the_way);
  CHECK(s.end(one).exit == 6);
}

TEST_CASE("the keeper's program runs from a file too, where none may from memory", "[io][local][find]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "echo fine");
  for (int again = 0; again < 2; ++again) {
    auto program = io::local::open_keeper_in(job.place.records);
    REQUIRE(program);
    job.place.token += "x";
    auto begun = io::local::launch(job, io::local::facts_of(io::this_process()), program->get());
    REQUIRE(begun);
    REQUIRE(eventually([&] { return !read_file(record_of(job, ".end")).empty(); }));
    CHECK(::waitpid(begun->keeper.pid, nullptr, 0) == begun->keeper.pid);
    CHECK(read_file(job.output_file) == "fine\n");
  }
  CHECK(read_file(job.place.records + "/settle-keeper") == io::local::keeper_image());
}
