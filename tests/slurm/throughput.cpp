// Megabytes per second of processor time that the two text parsers need for a million rows each, best of five. Run by
// hand, in a release build.
#include "io/slurm/parse.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include <sys/resource.h>

namespace {

constexpr int rows = 1'000'000;

std::string listing() {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    const auto id = std::to_string(10'000'000 + i);
    text += id + "|10000000|" + std::to_string(i) + "|" +
            (i % 3 == 0   ? "PENDING"
             : i % 3 == 1 ? "RUNNING"
                          : "COMPLETED");
    text += "|0|0|1795425812|1795425813|1795429413|None|align-sample-" + std::to_string(i % 1000) +
            ".k7f3a9c2b1d\n";
  }
  return text;
}

std::string accounting() {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    const auto id = std::to_string(10'000'000 + i / 2);
    const auto step = i % 2 == 0 ? "" : ".batch";
    text += id + step + "|10000000_" + std::to_string(i / 2) + step + "|COMPLETED|0:0|" +
            (i % 2 == 0 ? "0:0" : "");
    text += "|1795425812|1795425813|1795429413|3600|01:00:00.123|" + std::string(i % 2 == 0 ? "" : "286252K");
    text += "|4|node[001-004]|align-sample-" + std::to_string(i % 1000) + ".k7f3a9c2b1d\n";
  }
  return text;
}

/// Processor seconds of this process: our own, and the kernel's (which hands out the memory for the rows).
struct used {
  double own = 0;
  double kernel = 0;
};
used used_so_far() {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {seconds(u.ru_utime), seconds(u.ru_stime)};
}

template <class Parse>
void measure(const char* name, const std::string& text, Parse parse) {
  used best{1e9, 1e9};
  for (int i = 0; i < 5; ++i) {
    bool whole = false;
    const auto before = used_so_far();
    const auto out = parse(text, whole);
    const auto after = used_so_far();
    if (!whole || out.rows.size() != rows)
      std::puts("not all rows were read");
    best.own = std::min(best.own, after.own - before.own);
    best.kernel = std::min(best.kernel, after.kernel - before.kernel);
  }
  const auto megabytes = static_cast<double>(text.size()) / 1e6;
  const auto both = best.own + best.kernel;
  std::printf("%-7s %6.1f MB  parsing %.3f s (%.0f MB/s)  with memory %.3f s (%.0f MB/s, %.2f M rows/s)\n",
              name, megabytes, best.own, megabytes / best.own, both, megabytes / both, rows / both / 1e6);
}

}  // namespace

int main() {
  measure("squeue", listing(), settle::slurm::parse_queue);
  measure("sacct", accounting(), settle::slurm::parse_accounting);
}
