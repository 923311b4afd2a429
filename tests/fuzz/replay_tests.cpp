// The kept inputs of every fuzz target, as a plain test: each must hold its target's properties (a broken one aborts).
#include "tests/fuzz/fuzz.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// CMakeLists.txt beside this file gives the function of each target a name of its own.
#define TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
SETTLE_FUZZ_TARGETS
#undef TARGET

namespace {

struct target {
  std::string name;
  int (*run)(const std::uint8_t*, std::size_t);
};

const std::vector<target> targets{
#define TARGET(name) {#name, fuzz_##name},
    SETTLE_FUZZ_TARGETS
#undef TARGET
};

}  // namespace

TEST_CASE("every kept input holds the properties of its fuzz target", "[fuzz]") {
  for (const auto& t : targets) {
    std::size_t inputs = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(SETTLE_SOURCE_DIR "/tests/fuzz/corpus/" + t.name)) {
      INFO(entry.path().string());
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
      CHECK(t.run(bytes.data(), bytes.size()) == 0);
      ++inputs;
    }
    INFO(t.name);
    CHECK(inputs > 0);
  }
}
