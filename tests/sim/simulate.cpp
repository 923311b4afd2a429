// simulate: plays seeds and says where settle lied.
//   simulate --seeds N [--from S] [--mutation NAME]   N seeds, one line for each that fails, a summary at the end
//   simulate --seed S [--mutation NAME]               one seed again, with everything that happened
// Exit code 0: no violation (with --mutation: it was caught). 1: the opposite. 2: wrong usage.
#include "tests/sim/story.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

namespace {

using sim::mutation;

volatile std::uint64_t playing = 0;

/// An assert of the rules is a finding too: it must say in which seed.
void say_seed(int) {
  std::fprintf(stderr, "simulate: aborted in seed %llu\n", static_cast<unsigned long long>(playing));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

struct wishes {
  std::uint64_t seeds = 0;
  std::uint64_t from = 1;
  std::uint64_t one = 0;
  mutation wrong = mutation::none;
};

int usage() {
  std::fprintf(
      stderr,
      "usage: simulate --seeds N [--from S] [--mutation NAME] | --seed S [--mutation NAME]\nmutations:");
  for (std::size_t i = 1; i < sim::mutation_count; ++i)
    std::fprintf(stderr, " %s", std::string{sim::mutation_names[i]}.c_str());
  std::fprintf(stderr, "\n");
  return 2;
}

bool read(int argc, char** argv, wishes& w) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--mutation") {
      const auto m = sim::mutation_named(argv[i + 1]);
      if (!m)
        return false;
      w.wrong = *m;
      continue;
    }
    char* end = nullptr;
    const auto value = std::strtoull(argv[i + 1], &end, 10);
    if (*end != '\0' || (name != "--seeds" && name != "--from" && name != "--seed"))
      return false;
    (name == "--seeds" ? w.seeds : name == "--from" ? w.from : w.one) = value;
  }
  return argc % 2 == 1 && (w.seeds != 0) != (w.one != 0);
}

int play_one(const wishes& w) {
  playing = w.one;
  const auto end = sim::play(w.one, w.wrong, true);
  for (const auto& line : end.history)
    std::printf("%s\n", line.c_str());
  for (const auto& v : end.violations)
    std::printf("VIOLATION %s\n", v.c_str());
  std::printf("seed %llu: %zu items, history %016llx, %zu violations\n",
              static_cast<unsigned long long>(w.one), end.items, static_cast<unsigned long long>(end.hash),
              end.violations.size());
  return end.violations.empty() == (w.wrong == mutation::none) ? 0 : 1;
}

int play_many(const wishes& w) {
  const auto began = std::clock();
  std::uint64_t failed = 0;
  std::uint64_t items = 0;
  std::uint64_t kills = 0;
  std::uint64_t played = 0;
  for (auto seed = w.from; seed < w.from + w.seeds; ++seed) {
    playing = seed;
    const auto end = sim::play(seed, w.wrong);
    ++played;
    items += end.items;
    kills += end.kills;
    if (end.violations.empty())
      continue;
    ++failed;
    if (failed <= 20)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), end.violations.front().c_str());
    if (w.wrong != mutation::none)
      break;
  }
  const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("%llu seeds, %llu items, settle killed %llu times, %llu seeds with violations, %.1f CPU s "
              "(%.0f seeds a minute)\n",
              static_cast<unsigned long long>(played), static_cast<unsigned long long>(items),
              static_cast<unsigned long long>(kills), static_cast<unsigned long long>(failed), took,
              static_cast<double>(played) * 60 / (took > 0 ? took : 1));
  if (w.wrong != mutation::none)
    std::printf("mutation %s was %s\n",
                std::string{sim::mutation_names[static_cast<std::size_t>(w.wrong)]}.c_str(),
                failed ? "caught" : "NOT CAUGHT");
  return (failed == 0) == (w.wrong == mutation::none) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  wishes w;
  if (!read(argc, argv, w))
    return usage();
  std::signal(SIGABRT, say_seed);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was found is there although a long run is stopped
  return w.one != 0 ? play_one(w) : play_many(w);
}
