#include "io/tasks/exit_record.hpp"

#include "io/job_id.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace settle::tasks;
using namespace settle::tests;

namespace {

const std::string whole =
    "settle-exit 1 token=0abc-1-2 job=4711 restart=3 exit=137 start=1700000000 end=1700000060\n";

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// A record in place of `was`, or trouble.
exit_record_reading with(const std::string& was, const std::string& now) {
  std::string text = whole;
  return parse_exit_record(text.replace(text.find(was), was.size(), now), "0abc-1-2");
}

}  // namespace

TEST_CASE("a whole record is read", "[tasks][record]") {
  const exit_record_reading got = parse_exit_record(whole, "0abc-1-2");
  CHECK(got.trouble.empty());
  REQUIRE(got.record);
  CHECK(*got.record == exit_record{4711, 3, 137, 1700000000, 1700000060});
}

TEST_CASE("a time of 0 is an unknown one", "[tasks][record]") {
  const exit_record_reading got = with("start=1700000000 end=1700000060", "start=0 end=0");
  REQUIRE(got.record);
  CHECK(*got.record == exit_record{4711, 3, 137, std::nullopt, std::nullopt});
}

TEST_CASE("a record cut at any byte is none, and so is one with anything behind it", "[tasks][record]") {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    const exit_record_reading got = parse_exit_record(whole.substr(0, length), "0abc-1-2");
    CHECK(!got.record);
    CHECK(!got.trouble.empty());
  }
  for (const std::string& more : {std::string("\n"), std::string(" "), std::string("x"),
                                  std::string("settle-exit"), std::string(1, '\0')})
    CHECK(!parse_exit_record(whole + more, "0abc-1-2").record);
  CHECK(!parse_exit_record(whole + whole, "0abc-1-2").record);
  CHECK(!parse_exit_record(whole + std::string(2000, '\n'), "0abc-1-2").record);
}

TEST_CASE("another submission's record is none", "[tasks][record]") {
  for (const char* token : {"0abc-1-3", "0abc-1-22", "0abc-1", "0abc-1-2 job=4711", ""}) {
    CAPTURE(token);
    CHECK(!parse_exit_record(whole, token).record);
  }
  CHECK(parse_exit_record(whole, "0abc-1-3").trouble == "it is another submission's");
}

TEST_CASE("a field that is not the script's own writing makes no record", "[tasks][record]") {
  for (const char* code :
       {"", "-1", "+1", "256", "0x1", "1.0", " 1", "00000000000000000000000001", "9:0", "?"}) {
    CAPTURE(code);
    const exit_record_reading got = with("exit=137", std::string("exit=") + code);
    CHECK((!got.record || got.record->exit_code == 1));
    CHECK(got.record.has_value() == (std::string(code).size() > 10));
  }
  CHECK(!with("job=4711", "job=99999999999999999999").record);
  CHECK(!with("restart=3", "restart=-3").record);
  CHECK(!with("restart=3 ", "").record);
  CHECK(!with("end=1700000060", "end=1700000060000000000000").record);
  CHECK(!with("settle-exit 1", "settle-exit 2").record);
  CHECK(with("settle-exit 1", "settle-exit 2").trouble == "it is no exit record that this settle knows");
  CHECK(!with(" exit", "  exit").record);
  CHECK(!with("exit=137", std::string("exit=1\0", 7)).record);
}

TEST_CASE("a record of an array's task names the array and the task", "[tasks][record]") {
  const exit_record_reading got = with("job=4711", "job=145_7");
  REQUIRE(got.record);
  CHECK(got.record->job_id == settle::io::array_task_id(145, 7));
  for (const char* wrong : {"job=_7", "job=145_", "job=145_7_1", "job=_", "job=145_x"})
    CHECK_FALSE(with("job=4711", wrong).record);
}

TEST_CASE("no bytes whatever make a record by chance", "[tasks][record]") {
  const unsigned seed = Catch::rngSeed() ? Catch::rngSeed() : std::random_device{}();
  INFO("seed=" << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole;
    const std::size_t at = random() % text.size();
    const char was = text[at];
    text[at] = static_cast<char>(random() % 256);
    const exit_record_reading got = parse_exit_record(text, "0abc-1-2");
    const bool a_digit = was >= '0' && was <= '9' && text[at] >= '0' && text[at] <= '9';
    const bool a_task = was >= '0' && was <= '9' && text[at] == '_';  // "47_1" is an array's task
    REQUIRE((got.record.has_value() ? text[at] == was || a_digit || a_task : !got.trouble.empty()));
  }
}

TEST_CASE("a record is read from a regular file only", "[tasks][record]") {
  const std::string folder = scratch_folder() + "/records";
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/0abc-1-2";
  write_file(path, whole);
  CHECK(read_exit_record(path, "0abc-1-2").record);
  CHECK(read_exit_record(path, "other").trouble == "it is another submission's");

  SECTION("missing is no trouble") {
    for (const std::string& none : {folder + "/none", folder + "/none/x", path + "/x"}) {
      const exit_record_reading got = read_exit_record(none, "0abc-1-2");
      CHECK(!got.record);
      CHECK(got.trouble.empty());
    }
  }
  SECTION("a link, a folder, a fifo and a device are trouble") {
    std::error_code ignored;
    std::filesystem::remove(folder + "/link", ignored);
    std::filesystem::remove(folder + "/fifo", ignored);
    std::filesystem::create_symlink(path, folder + "/link");
    REQUIRE(::mkfifo((folder + "/fifo").c_str(), 0600) == 0);
    for (const std::string& odd : {folder + "/link", folder, folder + "/fifo", std::string("/dev/zero")}) {
      CAPTURE(odd);
      const exit_record_reading got = read_exit_record(odd, "0abc-1-2");
      CHECK(!got.record);
      CHECK(!got.trouble.empty());
    }
  }
  SECTION("an empty and an endless one say nothing") {
    write_file(path, "");
    CHECK(read_exit_record(path, "0abc-1-2").trouble.find("it is empty") == 0);
    write_file(path, whole + std::string(1'000'000, 'x'));
    CHECK(read_exit_record(path, "0abc-1-2").trouble == "it is longer than any record");
  }
}
