#include "tests/io/lease_stage.hpp"

#include <fcntl.h>

#include <thread>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using io::lease;

namespace fs = std::filesystem;

TEST_CASE("a lease that a living process holds is refused, with its host, its pid, since when and what to do",
          "[io][lease][fork]") {
  const temporary_folder folder;
  const other_process other(folder.path());
  const auto error = refused(folder.path());
  CHECK(error.code == io::errc::unavailable);
  CHECK_THAT(error.words,
             Contains("process " + std::to_string(other.pid()) + " on host " + io::this_process().host));
  CHECK_THAT(error.words, Contains(" UTC") && Contains("take over"));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.0"});
}

TEST_CASE("a second lease of the same process is refused too", "[io][lease]") {
  const temporary_folder folder;
  const auto first = taken(folder.path());
  CHECK(refused(folder.path()).code == io::errc::unavailable);
  CHECK(first->still_ours());
}

TEST_CASE("the lease of a killed process is free at once, also before its parent has reaped it",
          "[io][lease][fork]") {
  const temporary_folder folder;
  other_process reaped(folder.path());
  reaped.kill();
  CHECK_FALSE(io::holder(folder.path()));
  {
    const other_process zombie(folder.path());
    REQUIRE(::kill(zombie.pid(), SIGKILL) == 0);
    REQUIRE(eventually([&] { return !io::holder(folder.path()); }));  // its last thread may take a moment
    CHECK(process_state(zombie.pid()) == 'Z');
    CHECK(taken(folder.path())->still_ours());
  }
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.2"});
}

TEST_CASE("a pid that another process has now does not keep a lease", "[io][lease]") {
  const temporary_folder folder;
  io::lease_text text{.owner = io::this_process()};
  write_owner(folder.path(), text);
  CHECK(refused(folder.path()).code == io::errc::unavailable);
  text.owner.start += 1;
  write_owner(folder.path(), text);
  CHECK_FALSE(io::holder(folder.path()));
  CHECK(taken(folder.path())->still_ours());
}

TEST_CASE("who takes over deposes the old owner, whose beats and release then change nothing",
          "[io][lease]") {
  const temporary_folder folder;
  auto old = taken(folder.path());
  CHECK(old->still_ours());
  const auto mine = taken(folder.path(), by_force());
  CHECK_FALSE(old->still_ours());
  CHECK(mine->still_ours());
  old->beat();
  CHECK_FALSE(old->still_ours());
  old.reset();
  CHECK(mine->still_ours());
  CHECK(io::holder(folder.path()));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.1"});
}

TEST_CASE("an owner deposed twice over knows it, also when its file could not be removed", "[io][lease]") {
  const temporary_folder folder;
  const auto old = taken(folder.path());
  fs::create_hard_link(folder / "owner.0", folder / "kept");
  const auto second = taken(folder.path(), by_force());
  fs::rename(folder / "kept", folder / "owner.0");
  CHECK_FALSE(old->still_ours());
  const auto third = taken(folder.path(), by_force());
  CHECK_FALSE(old->still_ours());
  CHECK_FALSE(second->still_ours());
  CHECK(third->still_ours());
}

TEST_CASE("a beat changes the file in place, from several threads too", "[io][lease]") {
  const temporary_folder folder;
  const auto mine = taken(folder.path());
  const std::string before = read_file(folder / "owner.0");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n)
        mine->beat();
    });
  for (auto& thread : threads)
    thread.join();
  const std::string after = read_file(folder / "owner.0");
  CHECK(after.size() == before.size());
  const auto text = io::parse_lease(after);
  REQUIRE(text);
  CHECK(text->beat == 20);
  CHECK(text->state == io::lease_state::held);
  CHECK(mine->still_ours());
}

TEST_CASE("a forked copy of the owner neither holds nor releases", "[io][lease][fork]") {
  const temporary_folder folder;
  auto mine = taken(folder.path());
  CHECK(in_fork([&] {
          const bool ours = mine->still_ours();
          mine.reset();
          return ours ? 1 : 0;
        }) == 0);
  CHECK(mine->still_ours());
  CHECK(io::holder(folder.path()));
}

TEST_CASE("of eight processes that race for a dead lease exactly one wins", "[io][lease][fork]") {
  const temporary_folder folder;
  for (int round = 0; round < 20; ++round) {
    other_process(folder.path()).kill();  // the dead owner
    int start[2], told[2], end[2];
    REQUIRE((::pipe(start) == 0 && ::pipe(told) == 0 && ::pipe(end) == 0));
    std::vector<pid_t> racers;
    for (int i = 0; i < 8; ++i) {
      racers.push_back(::fork());
      if (racers.back() == 0) {
        ::close(start[1]);
        ::close(end[1]);
        char byte = 0;
        (void)!::read(start[0], &byte, 1);  // all begin when the pipe closes
        const auto got = lease::acquire(folder.path(), patient_for(forever));
        byte = got ? ((*got)->still_ours() ? 'w' : '?')
                   : (got.error().code == io::errc::unavailable ? 'l' : '!');
        (void)!::write(told[1], &byte, 1);
        (void)!::read(end[0], &byte, 1);  // none ends before all have told
        ::_exit(0);
      }
    }
    ::close(start[1]);
    std::string all;
    for (char byte = 0; all.size() < racers.size() && ::read(told[0], &byte, 1) == 1;)
      all.push_back(byte);
    std::sort(all.begin(), all.end());
    CHECK(all == "lllllllw");
    CHECK(names_in(folder.path()).size() == 1);
    for (const int fd : {start[0], told[0], told[1], end[0], end[1]})
      ::close(fd);
    for (const pid_t racer : racers)
      ::waitpid(racer, nullptr, 0);
  }
}

TEST_CASE("processes that take turns are never inside together, however fast generations follow each other",
          "[io][lease][fork]") {
  const temporary_folder folder;
  std::vector<pid_t> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(::fork());
    if (all.back() == 0) {
      for (int turns = 0; turns < 30;) {
        const auto mine = lease::acquire(folder.path(), patient_for(forever));
        if (!mine && mine.error().code != io::errc::unavailable)
          ::_exit(2);
        if (!mine)
          continue;
        const int inside = ::open((folder / "inside").c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (inside < 0 || !(*mine)->still_ours())
          ::_exit(3);
        ::close(inside);
        ::unlink((folder / "inside").c_str());
        ++turns;
      }
      ::_exit(0);
    }
  }
  for (const pid_t one : all) {
    int status = -1;
    REQUIRE(::waitpid(one, &status, 0) == one);
    CHECK(status == 0);
  }
  CHECK(names_in(folder.path()).size() == 1);
}

TEST_CASE("a folder that is none, or not there, is a storage error that names it", "[io][lease]") {
  const temporary_folder folder;
  write_file(folder / "file", "");
  for (const std::string name : {"file", "file/below", "missing"}) {
    const auto error = refused(folder / name);
    CHECK(error.code == io::errc::storage);
    CHECK_THAT(error.words, Contains(folder / name));
    CHECK_FALSE(io::holder(folder / name));
  }
  CHECK(names_in(folder.path()) == std::vector<std::string>{"file"});
}

TEST_CASE("the holder is told without writing anything", "[io][lease][fork]") {
  const temporary_folder folder;
  CHECK_FALSE(io::holder(folder.path()));
  CHECK(names_in(folder.path()).empty());
  {
    const other_process other(folder.path());
    const auto before = read_file(folder / "owner.0");
    const auto now = io::holder(folder.path());
    REQUIRE(now);
    CHECK(now->pid == other.pid());
    CHECK(now->host == io::this_process().host);
    CHECK(read_file(folder / "owner.0") == before);
  }
  CHECK_FALSE(io::holder(folder.path()));
  write_owner(folder.path(), foreign_text(), "owner.1");
  CHECK(io::holder(folder.path()) == io::parse_lease(read_file(folder / "owner.1"))->owner);
}

TEST_CASE("taking and releasing leaves no descriptor open", "[io][lease]") {
  const temporary_folder folder;
  const auto before = traces_now();
  taken(folder.path()).reset();
  {
    const auto mine = taken(folder.path());
    refused(folder.path());
  }
  CHECK(traces_now() == before);
}
