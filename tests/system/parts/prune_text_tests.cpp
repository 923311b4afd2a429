#include "runtime/cli/arguments.hpp"
#include "runtime/cli/prune_text.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using namespace settle;
using namespace settle::cli;

namespace {

constexpr std::chrono::hours day{24};

template <class T>
T read(std::vector<std::string> words) {
  const auto asked = read_arguments(std::move(words));
  if (!asked)
    FAIL(asked.error().words);
  return std::get<T>(*asked);
}

}  // namespace

TEST_CASE("bytes are told in the largest unit that says something", "[program][prune]") {
  CHECK(bytes_in_words(0) == "0 bytes");
  CHECK(bytes_in_words(1) == "1 byte");
  CHECK(bytes_in_words(999) == "999 bytes");
  CHECK(bytes_in_words(1000) == "1.0 kB");
  CHECK(bytes_in_words(999'949) == "999.9 kB");
  CHECK(bytes_in_words(999'950) == "1.0 MB");
  CHECK(bytes_in_words(2'000'000'000) == "2.0 GB");
  CHECK(bytes_in_words(UINT64_MAX) == "18446.7 PB");
}

TEST_CASE("what a prune did is a line for each run and one for the whole", "[program][prune]") {
  prune_report report;
  prune_options how;
  CHECK(prune_text(report, how) == "nothing to remove\n");
  report.removed = {{"0a", "a\ntitle", core::run_status::failed, 2, 1500},
                    {"0b", "", core::run_status::pending, 0, 7}};
  report.stayed[static_cast<std::size_t>(kept::young)] = 2;
  report.stayed[static_cast<std::size_t>(kept::link)] = 1;
  report.swept = {1, 12};
  how.older_than = 25 * std::chrono::hours(1);
  CHECK(prune_text(report, how) ==
        "removed run 0a (a\\ntitle): failed, 2 items, 1.5 kB\n"
        "removed run 0b: it never began, 7 bytes\n"
        "removed 2 runs, 1.5 kB; removed 1 file that killed processes or answered requests left, 12 bytes"
        "; kept 3 runs: 2 younger than 1d1h, 1 symbolic link\n");
  how.dry_run = true;
  CHECK(prune_text(report, how).starts_with("would remove run 0a"));
  CHECK(
      prune_json(report, how) ==
      R"({"dry_run":true,"removed":[{"run":"0a","title":"a\ntitle","status":"failed","items":2,"bytes":1500},)"
      R"({"run":"0b","title":null,"status":"pending","items":0,"bytes":7}],"bytes":1507,)"
      R"("kept":{"unfinished":0,"held":0,"young":2,"asked_about":0,"imported":0,"links":1,"unreadable":0},)"
      R"("swept":{"files":1,"bytes":12},"troubles":[]})");
}

TEST_CASE("the options of retry and prune arrive where they belong", "[program][arguments]") {
  const auto bare = read<prune_arguments>({"prune"});
  CHECK(bare.how.runs.empty());
  CHECK(bare.how.older_than == 30 * day);
  CHECK_FALSE(bare.how.dry_run);
  const auto old = read<prune_arguments>({"prune", "-n", "--older-than", "90d", "--json", "--state", "/s"});
  CHECK(old.how.older_than == 90 * day);
  CHECK(old.how.dry_run);
  CHECK(old.json);
  CHECK(old.state_dir == "/s");
  CHECK(read<prune_arguments>({"prune", "a", "b"}).how.runs == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(read_arguments({"prune", "a", "--older-than", "1d"}));

  CHECK_FALSE(read_arguments({"retry"}));
  const auto all = read<retry_arguments>({"retry", "r"});
  CHECK(all.how.items.empty());
  CHECK_FALSE((all.how.again || all.how.overwrite || all.how.with_unconfirmed || all.json));
  const auto some =
      read<retry_arguments>({"retry", "r", "a", "b*", "--again", "--overwrite", "--with-unconfirmed",
                             "--json", "--max-concurrent", "3", "--title", "t", "--state", "/s"});
  CHECK(some.run == "r");
  CHECK(some.how.items == std::vector<std::string>{"a", "b*"});
  CHECK((some.how.again && some.how.overwrite && some.how.with_unconfirmed && some.json));
  CHECK(some.how.max_concurrent == 3);
  CHECK(some.how.title == "t");
}
