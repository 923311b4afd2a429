#include "io/tasks/job_script.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace settle::tasks;

namespace {

const std::vector<std::string> nasty_names{"../../etc/x", "a/b",        std::string(300, 'x'),
                                           "日本語 Ä",    "it's \"q\"", "-rf",
                                           ".hidden",     "",           "..",
                                           ".",           "a\nb",       "%j",
                                           "${X}",        "--",         "a.b.c",
                                           "\x01\xFF"};

std::string file_with(const std::string& bytes) {
  const std::string path = settle::tests::scratch_folder() + "/mark";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace

TEST_CASE("a file stem is short, plain and its index's own, whatever the id", "[tasks][files]") {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < nasty_names.size(); ++i) {
    const std::string stem = safe_file_stem(i, nasty_names[i]);
    INFO(stem);
    CHECK(stem.size() <= 120);
    CHECK(stem.starts_with(std::to_string(i) + "-"));
    CHECK(stem.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
          std::string::npos);
    CHECK(seen.insert(stem).second);
  }
  CHECK(safe_file_stem(7, "../../etc/x") == "7-etc_x");
  CHECK(safe_file_stem(7, "sim.r15.seed01") == "7-sim.r15.seed01");
  CHECK(safe_file_stem(7, "") == "7-task");
  CHECK(safe_file_stem(18'446'744'073'709'551'615u, std::string(300, 'x')).size() == 120);
}

TEST_CASE("a job name's readable part holds no dot and nothing odd", "[tasks][files]") {
  for (const std::string& name : nasty_names) {
    const std::string safe = safe_job_name(name);
    INFO(safe);
    CHECK_FALSE(safe.empty());
    CHECK(safe.size() <= 40);
    CHECK(safe[0] != '-');
    CHECK(safe.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
          std::string::npos);
  }
  CHECK(safe_job_name("Train Model v1.5") == "Train_Model_v1_5");
}

TEST_CASE("the mark counts only at the end of the error file and with the right token", "[tasks][files]") {
  const std::string mark = launch_failure_mark("tok1") + ": cannot enter working_dir /x\n";
  std::string words;
  CHECK(has_launch_failure_mark(file_with("noise\n" + mark), "tok1", words));
  CHECK(words == "cannot enter working_dir /x");
  CHECK(has_launch_failure_mark(file_with(std::string(100'000, '\n') + mark + "\n"), "tok1", words));
  CHECK(has_launch_failure_mark(file_with(mark + "slurmstepd: error: something\n"), "tok1", words));
  CHECK(has_launch_failure_mark(file_with(mark), "tok1", words));
  CHECK_FALSE(has_launch_failure_mark(file_with(mark), "tok2", words));
  CHECK_FALSE(has_launch_failure_mark(file_with(mark), "tok", words));
  CHECK_FALSE(has_launch_failure_mark(file_with(mark + "more\n"), "tok1", words));
  CHECK_FALSE(has_launch_failure_mark(file_with("x" + mark), "tok1", words));
  CHECK_FALSE(has_launch_failure_mark(file_with(mark + std::string(4096, 'x')), "tok1", words));
  CHECK_FALSE(has_launch_failure_mark(file_with(""), "tok1", words));
}

TEST_CASE("what is no file holds no mark and blocks nobody", "[tasks][files]") {
  std::string words;
  CHECK_FALSE(has_launch_failure_mark("/nonexistent/err", "tok1", words));
  CHECK_FALSE(has_launch_failure_mark("/tmp", "tok1", words));
  CHECK_FALSE(has_launch_failure_mark("/dev/null", "tok1", words));
  const std::string fifo = file_with("") + ".fifo";
  ::unlink(fifo.c_str());
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_FALSE(has_launch_failure_mark(fifo, "tok1", words));
}
