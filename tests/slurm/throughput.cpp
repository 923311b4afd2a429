// Megabytes per second of processor time that Slurm's answers are read at, best of five: a million rows of text, and
// 20 000 jobs in the JSON of Slurm 24.11 as it was captured. `./dev bench` runs it.
#include "io/slurm/parse.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <sys/resource.h>

namespace {

constexpr std::size_t rows = 1'000'000;
constexpr std::size_t jobs = 20'000;

std::string listing() {
  std::string text;
  for (std::size_t i = 0; i < rows; ++i) {
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
  for (std::size_t i = 0; i < rows; ++i) {
    const auto id = std::to_string(10'000'000 + i / 2);
    const auto step = i % 2 == 0 ? "" : ".batch";
    text += id + step + "|10000000_" + std::to_string(i / 2) + step + "|COMPLETED|0:0|" +
            (i % 2 == 0 ? "0:0" : "");
    text += "|1795425812|1795425813|1795429413|3600|01:00:00.123|" + std::string(i % 2 == 0 ? "" : "286252K");
    text += "|4|node[001-004]|align-sample-" + std::to_string(i % 1000) + ".k7f3a9c2b1d\n";
  }
  return text;
}

/// A captured document with its jobs over and over, as many as we want.
std::string document(const std::string& name) {
  std::ifstream in(SETTLE_SOURCE_DIR "/tests/data/slurm-24.11.5/" + name, std::ios::binary);
  const std::string captured{std::istreambuf_iterator<char>(in), {}};
  constexpr std::string_view begin = "\"jobs\": [\n";
  constexpr std::string_view between = "\n    },\n";
  auto at = captured.find(begin) + begin.size();
  const auto end = captured.find("\n    }\n  ],");
  std::string out = captured.substr(0, at);
  const auto first = at;
  for (std::size_t i = 0; i < jobs; ++i) {
    const auto stop = std::min(captured.find(between, at), end);
    out.append(captured, at, stop - at);
    out += between;
    at = stop == end ? first : stop + between.size();
  }
  out.erase(out.size() - 2, 1);  // the last comma
  return out + "  ], \"errors\": []\n}\n";
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

/// `parse` says how many rows it found.
template <class Parse>
void measure(const char* name, const std::string& text, std::size_t expected, Parse parse) {
  used best{1e9, 1e9};
  std::size_t found = 0;
  for (int i = 0; i < 5; ++i) {
    const auto before = used_so_far();
    found = parse(text);
    const auto after = used_so_far();
    if (found < expected)
      std::puts("not all rows were read");
    best.own = std::min(best.own, after.own - before.own);
    best.kernel = std::min(best.kernel, after.kernel - before.kernel);
  }
  const auto megabytes = static_cast<double>(text.size()) / 1e6;
  const auto both = best.own + best.kernel;
  std::printf("%-13s %6.1f MB  parsing %.3f s (%.0f MB/s)  with memory %.3f s (%.0f MB/s, %.2f M rows/s)\n",
              name, megabytes, best.own, megabytes / best.own, both, megabytes / both,
              static_cast<double>(found) / both / 1e6);
}

template <class Row>
auto text_parser(settle::slurm::table<Row> (*parse)(std::string_view, bool&)) {
  return [parse](const std::string& text) {
    bool whole = false;
    const auto out = parse(text, whole);
    return whole ? out.rows.size() : 0;
  };
}

}  // namespace

int main() {
  using namespace settle::slurm;
  measure("squeue", listing(), rows, text_parser(parse_queue));
  measure("sacct", accounting(), rows, text_parser(parse_accounting));
  const auto listed = [](const std::string& text) { return parse_queue_json(text, {})->rows.size(); };
  measure("squeue --json", document("squeue_json_all_C.out"), jobs, listed);
  const auto accounted = [](const std::string& text) { return parse_accounting_json(text)->rows.size(); };
  measure("sacct --json", document("sacct_json.out"), jobs, accounted);
}
