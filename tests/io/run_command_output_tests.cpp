// What of a command's output is kept: all, up to the cap, with both pipes drained at once and memory bounded.
#include "tests/io/witness.hpp"

#include <catch2/catch.hpp>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;

TEST_CASE("large output arrives whole and in order on both pipes", "[io][run_command]") {
  const auto r = run(shell("seq 1 400000 & seq 400001 800000 >&2; wait"));
  CHECK(r.end.exit == 0);
  CHECK_FALSE(r.truncated);
  const auto rows = [](int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i)
      text += std::to_string(i) + '\n';
    return text;
  };
  CHECK((r.out == rows(1, 400000)));
  CHECK((r.err == rows(400001, 800000)));
  CHECK(r.out_bytes == r.out.size());
  CHECK(r.err_bytes == r.err.size());
}

TEST_CASE("beyond the cap output is dropped, counted and said so, at every size around it",
          "[io][run_command]") {
  for (const std::size_t cap : {std::size_t{0}, std::size_t{1}, std::size_t{99'999}, std::size_t{100'000}}) {
    auto what = shell("head -c 100000 /dev/zero | tr '\\0' x");
    what.output_bytes_max = cap;
    const auto r = run(what);
    INFO("cap " << cap);
    CHECK(r.truncated == (cap < 100'000));
    CHECK((r.out == std::string(cap, 'x')));
    CHECK(r.out_bytes == 100'000);
    CHECK(r.err_bytes == 0);
    CHECK(r.end.exit == 0);
  }
}

TEST_CASE("200 MB on each pipe with a cap of 8 MB neither deadlocks nor grows the memory",
          "[io][run_command]") {
  reset_peak_memory();
  const auto before = peak_memory();
  auto what = shell("head -c 200000000 /dev/zero & head -c 200000000 /dev/zero >&2; wait");
  what.output_bytes_max = 8u << 20;
  const auto r = run(what);
  const auto grown = peak_memory() - before;
  CHECK(r.end.exit == 0);
  CHECK(r.truncated);
  CHECK(r.out.size() == 8u << 20);
  CHECK(r.err.size() == 8u << 20);
  CHECK(r.out_bytes == 200'000'000);
  CHECK(r.err_bytes == 200'000'000);
  WARN("peak memory grew by " << grown / 1000 << " kB in " << r.elapsed.count() << " ms");
  CHECK(grown <
        160 << 20);  // two strings that double up to 16 MB, and a sanitizer's delayed frees; not 400 MB
}

TEST_CASE("what was written just before the exit is never lost", "[io][run_command]") {
  for (int i = 0; i < 50; ++i) {
    const auto r = run(shell("head -c 60000 /dev/zero; kill -9 $$"));
    CHECK(r.out_bytes == 60'000);
    CHECK(r.end.signal == 9);
  }
}
