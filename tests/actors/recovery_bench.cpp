// How long a process takes to read a large run that another one left, and how much memory: `./dev bench`.
#include "actors/run_recovery.hpp"
#include "tests/actors/big_run.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

#include <unistd.h>

using namespace settle;

namespace {

bool recover(const std::string& folder) {
  const auto found = actors::recover_run(folder, core::instant{}, true);
  return found && found->book.run().tally().of(core::item_status::completed) == found->book.run().size();
}

/// CPU seconds.
double recover_and_tell(std::size_t items) {
  const auto folder =
      (std::filesystem::temp_directory_path() / ("settle-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  const auto left = bench::write_big_run(folder, items);
  const auto spent = bench::cost_of(recover, folder);
  std::filesystem::remove_all(folder);
  REQUIRE(spent.done);
  std::printf("recover %zu items, %zu journal lines, %.1f MB: %.2f CPU s (%.0f MB/s), peak %.0f MB (%.0f "
              "bytes an item)\n",
              items, left.lines, left.megabytes, spent.cpu_seconds, left.megabytes / spent.cpu_seconds,
              spent.peak_megabytes, spent.peak_megabytes * 1024 * 1024 / static_cast<double>(items));
  return spent.cpu_seconds;
}

}  // namespace

TEST_CASE("reading a run of 100,000 and of 1,000,000 items that another process left", "[.bench][bench]") {
  const double fewer = recover_and_tell(100'000);
  const double many = recover_and_tell(1'000'000);
  std::printf("recover: ten times the items cost %.1f times the CPU\n", many / fewer);
}
