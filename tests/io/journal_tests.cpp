#include "io/journal.hpp"

#include "tests/io/witness.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace settle;
using namespace settle::test;
using io::journal_writer;
using io::read_journal;

namespace {

struct content {
  std::vector<std::string> lines;
  bool torn = false;
};

content read_all(const std::string& path) {
  content all;
  const auto read = read_journal(
      path, [&](std::string_view line) { all.lines.emplace_back(line); }, all.torn);
  REQUIRE(read);
  return all;
}

std::unique_ptr<journal_writer> opened(const std::string& path, bool create) {
  auto writer = journal_writer::open(path, create);
  if (!writer)
    FAIL(writer.error().words);
  return std::move(*writer);
}

io::result<void> append_and_wait(journal_writer& writer, std::vector<std::string> lines) {
  std::promise<io::result<void>> told;
  for (auto& line : lines)
    line += '\n';
  writer.append(std::move(lines), [&](io::result<void> outcome) { told.set_value(std::move(outcome)); });
  return told.get_future().get();
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("a line is in the file when it is told durable", "[io][journal]") {
  const temporary_folder folder;
  const std::string path = folder / "runs/r1/journal";
  const auto writer = opened(path, true);
  CHECK(mode_of(folder / "runs") == 0700);
  CHECK(mode_of(folder / "runs/r1") == 0700);
  CHECK(mode_of(path) == 0600);
  REQUIRE(append_and_wait(*writer, {"{\"a\":1}", ""}));
  CHECK(read_file(path) == "{\"a\":1}\n\n");
  REQUIRE(append_and_wait(*writer, {}));  // a barrier writes nothing
  REQUIRE(append_and_wait(*writer, {"second"}));
  const auto all = read_all(path);
  CHECK(all.lines == std::vector<std::string>{"{\"a\":1}", "", "second"});
  CHECK_FALSE(all.torn);
}

TEST_CASE("what the guard refuses is told, is not written, and nothing is after it", "[io][journal]") {
  const temporary_folder folder;
  const auto path = folder / "journal";
  bool allowed = true;  // the writer thread reads it only between an append and its answer
  io::journal_guard guard;
  guard.may_write = [&]() -> io::result<void> {
    if (allowed)
      return {};
    return io::fail(io::errc::storage, "somebody else's now");
  };
  auto writer = journal_writer::open(path, true, guard);
  REQUIRE(writer);
  REQUIRE(append_and_wait(**writer, {"ours"}));
  allowed = false;
  const auto refused = append_and_wait(**writer, {"too late"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().words == "somebody else's now");
  allowed = true;
  CHECK_FALSE(append_and_wait(**writer, {"later still"}));
  CHECK(read_all(path).lines == std::vector<std::string>{"ours"});
}

TEST_CASE("a guarded journal beats while nobody writes", "[io][journal]") {
  const temporary_folder folder;
  std::promise<void> three;
  int beats = 0;
  io::journal_guard guard;
  guard.beat_every = std::chrono::milliseconds{1};
  guard.beat = [&] {
    if (++beats == 3)
      three.set_value();
  };
  auto writer = journal_writer::open(folder / "journal", true, guard);
  REQUIRE(writer);
  CHECK(three.get_future().wait_for(std::chrono::seconds{30}) == std::future_status::ready);
}

TEST_CASE("lines of many threads are whole, none is lost, and each thread's are told in its order",
          "[io][journal]") {
  const temporary_folder folder;
  const std::string path = folder / "journal";
  constexpr int threads = 4, each = 2000;
  std::vector<std::vector<int>> told(threads);  // written on the writer thread only
  {
    const auto writer = opened(path, true);
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&, t] {
        for (int i = 0; i < each; ++i)
          writer->append({std::to_string(t) + " " + std::to_string(i) + "\n" + std::to_string(t) + " more\n"},
                         [&told, t, i](const io::result<void>& outcome) {
                           if (outcome)
                             told[t].push_back(i);
                         });
      });
    for (auto& thread : all)
      thread.join();
  }  // the destructor writes what is left
  const auto all = read_all(path);
  REQUIRE(all.lines.size() == threads * each * 2);
  std::vector<int> next(threads, 0);
  for (std::size_t k = 0; k < all.lines.size(); k += 2) {
    const int t = std::stoi(all.lines[k]);
    REQUIRE(all.lines[k] == std::to_string(t) + " " + std::to_string(next.at(t)++));
    REQUIRE(all.lines[k + 1] == std::to_string(t) + " more");
  }
  for (const auto& order : told) {
    REQUIRE(order.size() == each);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
}

TEST_CASE("callbacks come in the order of the calls, on one thread that is not ours", "[io][journal]") {
  const temporary_folder folder;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    const auto writer = opened(folder / "journal", true);
    for (int i = 0; i < 500; ++i)
      writer->append(i % 3 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"x\n"},
                     [&, i](io::result<void>) {
                       order.push_back(i);
                       threads.push_back(std::this_thread::get_id());
                     });
  }
  REQUIRE(order.size() == 500);
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (const auto thread : threads)
    REQUIRE((thread == threads.front() && thread != std::this_thread::get_id()));
}

TEST_CASE("a callback may append again", "[io][journal]") {
  const temporary_folder folder;
  const auto writer = opened(folder / "journal", true);
  std::promise<void> told;
  writer->append({"first\n"}, [&](const io::result<void>&) {
    writer->append({"second\n"}, [&](const io::result<void>&) { told.set_value(); });
  });
  told.get_future().get();
  CHECK(read_file(folder / "journal") == "first\nsecond\n");
}

TEST_CASE("a group larger than one write arrives whole", "[io][journal]") {
  const temporary_folder folder;
  const auto writer = opened(folder / "journal", true);
  const std::string large(9'000'000, 'x');
  REQUIRE(append_and_wait(*writer, {"a", large, "b"}));
  const auto all = read_all(folder / "journal");
  REQUIRE(all.lines.size() == 3);
  CHECK((all.lines[1] == large));
}

TEST_CASE("creating what exists, opening what does not, or a folder is refused with words", "[io][journal]") {
  const temporary_folder folder;
  (void)opened(folder / "journal", true);
  const auto again = journal_writer::open(folder / "journal", true);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == io::errc::storage);
  CHECK(again.error().words == "cannot create " + (folder / "journal") + ": File exists");
  CHECK_FALSE(journal_writer::open(folder / "none", false));
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
  CHECK_FALSE(journal_writer::open(folder.path(), false));
  const auto below = journal_writer::open(folder / "journal/x/y", true);
  REQUIRE_FALSE(below);
  CHECK(below.error().words == "cannot make the folder of " + (folder / "journal/x/y") + ": Not a directory");
}

TEST_CASE("a folder that may not be written is a storage error with its reason", "[io][journal][fork]") {
  const temporary_folder folder;
  ::chmod(folder.path().c_str(), 0555);
  const int answer = in_fork([&] {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0))
      return 2;  // root may write anywhere
    const auto direct = journal_writer::open(folder / "journal", true);
    const auto deep = journal_writer::open(folder / "a/b/journal", true);
    const auto denied = [](const auto& r) {
      return !r && r.error().code == io::errc::storage && r.error().words.ends_with("Permission denied");
    };
    return denied(direct) && denied(deep) ? 0 : 1;
  });
  CHECK(answer == 0);
}

TEST_CASE("on a full disk every caller is told, and the writer takes nothing more", "[io][journal]") {
  const temporary_folder folder;
  std::filesystem::create_symlink("/dev/full", folder / "journal");
  std::vector<io::result<void>> told;
  {
    const auto writer = opened(folder / "journal", false);
    for (int i = 0; i < 50; ++i)
      writer->append({"line\n"}, [&](io::result<void> outcome) { told.push_back(std::move(outcome)); });
    const auto later = append_and_wait(*writer, {"later"});
    REQUIRE_FALSE(later);
    CHECK(later.error().code == io::errc::storage);
    CHECK(later.error().words == "cannot write to " + (folder / "journal") + ": No space left on device");
    CHECK_FALSE(append_and_wait(*writer, {}));
  }
  REQUIRE(told.size() == 50);
  for (const auto& outcome : told)
    CHECK_FALSE(outcome);
}

TEST_CASE("a group of which only a part fits is taken back, and what was durable stays",
          "[io][journal][fork]") {
  const temporary_folder folder;
  const std::string path = folder / "journal";
  const int answer = in_fork([&] {
    const rlimit limit{10'000, 10'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);  // its signal would end us, were it not blocked on the writer thread
    auto writer = journal_writer::open(path, true);
    if (!writer)
      return 2;
    const bool first = append_and_wait(**writer, {std::string(6'000, 'a')}).has_value();
    const auto second = append_and_wait(**writer, {std::string(100, 'b'), std::string(6'000, 'c')});
    const auto third = append_and_wait(**writer, {"small enough to fit"});
    const bool words = !second && second.error().words == "cannot write to " + path + ": File too large";
    return first && words && !third ? 0 : 1;
  });
  CHECK(answer == 0);
  CHECK((read_file(path) == std::string(6'000, 'a') + '\n'));
}

TEST_CASE("a torn last line is left out by the reader and cut off before the next append", "[io][journal]") {
  const temporary_folder folder;
  const std::string path = folder / "journal";
  for (const std::string& whole : {std::string(), std::string("one\n"), std::string("one\n\n")})
    for (const std::string& torn : {std::string("t"), std::string("{\"torn\":"), std::string(200'000, 'x')}) {
      write_file(path, whole + torn);
      const auto before = read_all(path);
      CHECK(before.torn);
      CHECK(static_cast<std::ptrdiff_t>(before.lines.size()) == std::count(whole.begin(), whole.end(), '\n'));
      const auto writer = opened(path, false);
      CHECK((read_file(path) == whole));
      REQUIRE(append_and_wait(*writer, {"next"}));
      CHECK((read_file(path) == whole + "next\n"));
      CHECK_FALSE(read_all(path).torn);
    }
}

TEST_CASE("opening a whole file changes nothing of it", "[io][journal]") {
  const temporary_folder folder;
  const std::string text = std::string(70'000, 'x') + "\nlast\n";
  for (const std::string& content : {std::string(), text}) {
    write_file(folder / "journal", content);
    const auto writer = opened(folder / "journal", false);
    CHECK((read_file(folder / "journal") == content));
    REQUIRE(append_and_wait(*writer, {"more"}));
    CHECK((read_file(folder / "journal") == content + "more\n"));
  }
}

TEST_CASE("lines of every length around the reader's block are read whole", "[io][journal]") {
  const temporary_folder folder;
  std::string text;
  std::vector<std::size_t> lengths;
  for (std::size_t around : {std::size_t{1} << 20, std::size_t{2} << 20})
    for (std::size_t length = around - 2; length <= around + 2; ++length)
      lengths.push_back(length);
  lengths.insert(lengths.end(), {0, 1, 3'500'000, 0, 7});
  for (const std::size_t length : lengths)
    text += std::string(length, static_cast<char>('a' + length % 26)) + '\n';
  write_file(folder / "journal", text);
  const auto all = read_all(folder / "journal");
  REQUIRE(all.lines.size() == lengths.size());
  for (std::size_t i = 0; i < lengths.size(); ++i)
    CHECK((all.lines[i] == std::string(lengths[i], static_cast<char>('a' + lengths[i] % 26))));
  CHECK_FALSE(all.torn);
}

TEST_CASE("a reader beside the writer sees only whole lines, always a beginning of the whole",
          "[io][journal]") {
  const temporary_folder folder;
  const std::string path = folder / "journal";
  std::atomic<bool> stop{false};
  auto writer = opened(path, true);
  std::thread writing([&] {
    for (int i = 0; !stop; ++i)
      if (!append_and_wait(*writer,
                           {std::to_string(i) + std::string(static_cast<std::size_t>(i % 5000), '.') + "!"}))
        return;
  });
  std::size_t seen = 0;
  bool right = true;
  for (int round = 0; round < 30 || seen < 50; ++round) {
    const auto all = read_all(path);
    right = right && all.lines.size() >= seen;
    seen = all.lines.size();
    for (std::size_t i = 0; i < seen; ++i)
      right = right && all.lines[i] == std::to_string(i) + std::string(i % 5000, '.') + "!";
  }
  stop = true;
  writing.join();
  CHECK(right);
}

TEST_CASE("a journal that cannot be read is a storage error with its reason", "[io][journal]") {
  const temporary_folder folder;
  bool torn = true;
  const auto none = read_journal(
      folder / "none", [](std::string_view) {}, torn);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == io::errc::storage);
  CHECK(none.error().words == "cannot open " + (folder / "none") + ": No such file or directory");
  const auto directory = read_journal(
      folder.path(), [](std::string_view) {}, torn);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().words == "cannot read " + folder.path() + ": Is a directory");
}

TEST_CASE("lines that another process appended are never cut by a failing writer", "[io][journal][fork]") {
  const temporary_folder folder;
  const std::string path = folder / "journal";
  const int answer = in_fork([&] {
    const rlimit limit{10'000, 10'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto writer = journal_writer::open(path, true);
    if (!writer || !append_and_wait(**writer, {"ours"}))
      return 2;
    const std::string theirs = "theirs\n";
    const int other = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (::write(other, theirs.data(), theirs.size()) != static_cast<ssize_t>(theirs.size()))
      return 3;
    return append_and_wait(**writer, {std::string(12'000, 'x')}) ? 1 : 0;
  });
  CHECK(answer == 0);
  CHECK(read_file(path).starts_with("ours\ntheirs\n"));
}

TEST_CASE("a writer leaves no descriptor", "[io][journal]") {
  const temporary_folder folder;
  const auto before = traces_now();
  for (int i = 0; i < 20; ++i) {
    const auto writer = opened(folder / std::to_string(i), true);
    REQUIRE(append_and_wait(*writer, {"x"}));
    (void)read_all(folder / std::to_string(i));
    CHECK_FALSE(journal_writer::open(folder / std::to_string(i), true));
  }
  CHECK(traces_now() == before);
}
