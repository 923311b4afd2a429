#include "actors/translate/event_json.hpp"
#include "runtime/follow.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

#include <cstdio>

#include <unistd.h>

using namespace settle;
using core::item_status;
using core::stream_event;
using core::stream_kind;

namespace {

stream_event item(const std::string& id, item_status status,
                  core::evidence who = core::evidence::not_applicable, stream_kind kind = stream_kind::item) {
  stream_event e;
  e.kind = kind;
  e.item = id;
  e.status = status;
  e.who = who;
  return e;
}

stream_event counted(stream_kind kind, std::uint64_t pending) {
  stream_event e;
  e.kind = kind;
  e.tally.by_status[static_cast<std::size_t>(item_status::pending)] = pending;
  return e;
}

/// A file of its own, gone with the test.
class written_file {
public:
  written_file() {
    const int fd = ::mkstemp(path_.data());
    REQUIRE(fd >= 0);
    ::close(fd);
  }
  ~written_file() { std::remove(path_.c_str()); }
  written_file(const written_file&) = delete;
  written_file& operator=(const written_file&) = delete;

  void add(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }
  void cut(off_t size) const { REQUIRE(::truncate(path_.c_str(), size) == 0); }
  const std::string& path() const { return path_; }

private:
  std::string path_ = (std::filesystem::temp_directory_path() / "settle-follow-XXXXXX").string();
};

std::string read_all(journal_tail& tail) {
  std::string lines;
  for (;;) {
    const auto more = tail.read_some([&](std::string_view line) { lines += "<" + std::string(line) + ">"; });
    if (!more)
      return lines + "!";
    if (!*more)
      return lines;
  }
}

void see(run_so_far& run, const std::string& line) {
  if (const auto said = actors::read_kept_line(line))
    run.saw(*said);
}

}  // namespace

TEST_CASE("a tail reads on where it stopped, and torn lines once they are whole", "[program][follow]") {
  const written_file file;
  journal_tail tail(file.path());
  CHECK(read_all(tail).empty());
  file.add("one\ntwo\nthr");
  CHECK(read_all(tail) == "<one><two>");
  CHECK(read_all(tail).empty());
  file.add("ee\n\n");
  CHECK(read_all(tail) == "<three><>");
  file.add("torn");
  CHECK(read_all(tail).empty());
  file.cut(15);  // as a writer does that takes over: "torn" was never told
  CHECK(read_all(tail).empty());
  file.add("four\n");
  CHECK(read_all(tail) == "<four>");
  file.cut(5);
  CHECK(read_all(tail) == "!");
}

TEST_CASE("a tail reads lines that are longer than its blocks", "[program][follow]") {
  const written_file file;
  const std::string line(3'000'000, 'x');
  file.add("a\n" + line + "\nb\n");
  journal_tail tail(file.path());
  CHECK(read_all(tail) == "<a><" + line + "><b>");
  journal_tail none(file.path() + ".none");
  CHECK(read_all(none) == "!");
}

TEST_CASE("a torn line and the one that takes its place are never read as one", "[program][follow]") {
  const written_file file;
  const std::string whole = "<" + std::string(100, 'w') + ">";
  constexpr int rounds = 20'000;
  std::thread writer([&] {
    for (int i = 0; i < rounds; ++i) {
      file.add(std::string(50, 't'));
      if (::truncate(file.path().c_str(), i * 101) == 0)
        file.add(whole.substr(1, 100) + "\n");
    }
  });
  journal_tail tail(file.path());
  int lines = 0, wrong = 0;
  while (lines < rounds) {
    const auto more = tail.read_some([&](std::string_view line) {
      ++lines;
      wrong += line != std::string_view(whole).substr(1, 100);
    });
    if (!more || wrong > 0)
      break;
  }
  writer.join();
  CHECK(wrong == 0);
  CHECK(lines == rounds);
}

TEST_CASE("a run's counts are followed without its documents", "[program][follow]") {
  run_so_far run("r1");
  CHECK_FALSE(run.is_run());
  see(run, R"({"event":"run","v":1,"run":"r1","title":"a title","backend":"local"})");
  CHECK(run.is_run());
  see(run, actors::to_json(counted(stream_kind::run_started, 3)));
  CHECK(run.summary().status == core::run_status::pending);
  see(run, actors::to_json(item("a", item_status::running)));
  CHECK(run.summary().status == core::run_status::running);
  see(run, actors::to_json(item("a", item_status::completed, core::evidence::none)));
  see(run, actors::to_json(item("b", item_status::failed)));
  CHECK(run.summary().tally.unconfirmed == 1);
  see(run, actors::to_json(counted(stream_kind::items_added, 5)));
  CHECK(run.summary().tally.of(item_status::pending) == 3);
  CHECK(run.summary().tally.total() == 5);
  see(run, actors::to_json(
               item("a", item_status::failed, core::evidence::accounting, stream_kind::verdict_corrected)));
  CHECK(run.summary().tally.unconfirmed == 0);
  CHECK(run.summary().tally.of(item_status::failed) == 2);
  CHECK_FALSE(run.finished());
  stream_event end = counted(stream_kind::run_finished, 0);
  end.run_state = core::run_status::failed;
  see(run, actors::to_json(end));
  CHECK(run.finished());
  CHECK(run.summary().status == core::run_status::failed);
  CHECK(run.summary().exit_code() == 1);
}
