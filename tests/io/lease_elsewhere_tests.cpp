#include "tests/io/lease_stage.hpp"

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using io::lease;

namespace fs = std::filesystem;

TEST_CASE("a released lease is free at once, wherever its owner was", "[io][lease]") {
  const temporary_folder folder;
  taken(folder.path()).reset();
  CHECK_FALSE(io::holder(folder.path()));
  auto text = foreign_text();
  text.state = io::lease_state::released;
  write_owner(folder.path(), text, "owner.7");
  const auto mine = taken(folder.path());
  CHECK(mine->still_ours());
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.8"});
}

TEST_CASE("an owner of an earlier boot is gone, if it is known that the machine is the same", "[io][lease]") {
  auto me = io::this_process();
  auto owner = me;
  owner.boot = "earlier";
  me.machine = owner.machine = "0123456789abcdef";
  CHECK(io::life_of(owner, me) == io::life::gone);
  owner.machine = "another";
  CHECK(io::life_of(owner, me) == io::life::unknown);
  me.machine = owner.machine = "";
  CHECK(io::life_of(owner, me) == io::life::unknown);
}

TEST_CASE("a pid of another container says nothing", "[io][lease]") {
  const auto me = io::this_process();
  auto owner = me;
  owner.start += 1;
  CHECK(io::life_of(owner, me) == io::life::gone);
  owner.pid_space += "1";
  CHECK(io::life_of(owner, me) == io::life::unknown);
}

TEST_CASE("an owner elsewhere is gone when its file did not change for the whole patience", "[io][lease]") {
  const temporary_folder folder;
  write_owner(folder.path(), foreign_text());
  const auto begun = std::chrono::steady_clock::now();
  const auto mine = taken(folder.path(), patient_for(300ms));
  CHECK(std::chrono::steady_clock::now() - begun >= 300ms);
  CHECK(mine->still_ours());
}

TEST_CASE("an owner elsewhere whose file changes is refused as soon as it does", "[io][lease]") {
  const temporary_folder folder;
  auto text = foreign_text();
  write_owner(folder.path(), text);
  auto options = patient_for(forever);
  options.give_up = [&] {  // asked between two looks: the owner beats there
    ++text.beat;
    write_owner(folder.path(), text);
    return false;
  };
  const auto error = refused(folder.path(), options);
  CHECK(error.code == io::errc::unavailable);
  CHECK_THAT(error.words, Contains("process 4711 on host elsewhere since 2023-11-14 22:13:20 UTC"));
}

TEST_CASE("an owner elsewhere who releases while we wait hands over at once", "[io][lease]") {
  const temporary_folder folder;
  auto text = foreign_text();
  write_owner(folder.path(), text);
  text.state = io::lease_state::released;
  auto options = patient_for(forever);
  options.give_up = [&] { return write_owner(folder.path(), text), false; };
  CHECK(taken(folder.path(), options)->still_ours());
}

TEST_CASE("waiting for an owner elsewhere can be given up", "[io][lease]") {
  const temporary_folder folder;
  write_owner(folder.path(), foreign_text());
  auto options = patient_for(forever);
  options.give_up = [] { return true; };
  CHECK(refused(folder.path(), options).code == io::errc::cancelled);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.0"});
}

TEST_CASE("a lease whose file is gone or another one is not ours", "[io][lease]") {
  const temporary_folder folder;
  const auto mine = taken(folder.path());
  const std::string text = read_file(folder / "owner.0");
  fs::remove(folder / "owner.0");
  CHECK_FALSE(mine->still_ours());
  write_file(folder / "owner.0", text);
  CHECK_FALSE(mine->still_ours());
}

TEST_CASE("a generation that came and went while we looked at an older one is not taken again",
          "[io][lease]") {
  const temporary_folder folder;
  write_owner(folder.path(), foreign_text());
  auto options = patient_for(50ms);
  options.give_up = [&] {  // another one was owner.1 meanwhile, and its file is removed already
    write_owner(folder.path(), {.owner = io::this_process()}, "owner.2");
    return false;
  };
  CHECK(refused(folder.path(), options).code == io::errc::unavailable);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.0", "owner.2"});
}

TEST_CASE("while an older owner's file cannot be removed, the one that deposed it stays", "[io][lease]") {
  const temporary_folder folder;
  fs::create_directory(folder / "owner.0");
  taken(folder.path(), by_force()).reset();
  const auto mine = taken(folder.path());
  CHECK(mine->still_ours());
  CHECK(names_in(folder.path()) == std::vector<std::string>{"owner.0", "owner.1", "owner.2"});
}

TEST_CASE("what dead contenders left is cleaned up, what is not a lease's stays", "[io][lease]") {
  const temporary_folder folder;
  auto text = foreign_text();
  for (const char* name : {"owner.2", "owner.9", "owner.new.0123"})
    write_owner(folder.path(), text, name);
  text.state = io::lease_state::released;
  write_owner(folder.path(), text, "owner.10");
  for (const char* name : {"journal", "owner.", "owner.007", "owner.99999999999999999999", "owner.x"})
    write_file(folder / name, "");
  const auto mine = taken(folder.path());
  CHECK(names_in(folder.path()) == std::vector<std::string>{"journal", "owner.", "owner.007", "owner.11",
                                                            "owner.99999999999999999999", "owner.x"});
}

TEST_CASE("a file that says nothing counts as an owner elsewhere until patience is over", "[io][lease]") {
  const temporary_folder folder;
  const std::string whole = io::to_text({.owner = io::this_process()});
  const auto bytes = GENERATE_COPY(std::string(), std::string("\0\n=\n", 4),
                                   whole.substr(0, whole.size() - 3), std::string(10'000, 'x'));
  write_file(folder / "owner.0", bytes);
  const auto now = io::holder(folder.path());
  REQUIRE(now);
  CHECK(now->host == "unknown");
  auto options = patient_for(forever);
  options.give_up = [&] { return write_file(folder / "owner.0", bytes + "y"), false; };
  if (bytes.size() < 4096)
    CHECK(refused(folder.path(), options).code == io::errc::unavailable);
  CHECK(taken(folder.path(), patient_for(50ms))->still_ours());
}

TEST_CASE("every lease has a nonce of its own and is read as it was written", "[io][lease]") {
  const auto one = io::this_process();
  CHECK(one.nonce.size() == 32);
  CHECK(one.nonce != io::this_process().nonce);
  CHECK(one.pid == ::getpid());
  CHECK(one.start > 0);
  const auto text = io::parse_lease(io::to_text({one, 17, io::lease_state::released}));
  REQUIRE(text);
  CHECK(text->owner == one);
  CHECK(text->beat == 17);
  CHECK(text->state == io::lease_state::released);
}
