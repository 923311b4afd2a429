// The exit records that job scripts leave in the run's folder, by the real program on the fake Slurm.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace settle::tests;
namespace fs = std::filesystem;
using std::chrono::seconds;

namespace {

const std::string good_and_bad = R"([{"id": "good", "name": "t", "command": "exit 0"},
                                     {"id": "bad", "name": "t", "command": "exit 137"}])";

void run_to_end(const invocation& what, int exit_code) {
  program p(what);
  p.finish(seconds(150));
  INFO(p.err());
  CHECK(p.exit_code() == exit_code);
}

std::vector<std::string> records(const workshop& shop) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::directory_iterator(shop.only_run() / "exits")) {
    const std::string line = read_file(entry.path());
    CHECK(has(line, "settle-exit 1 token=" + entry.path().filename().string() + " job="));
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("every job on Slurm leaves its exit record in the run's folder", "[system][slurm][witness]") {
  for (const char* use : {"auto", "on"}) {
    const workshop shop;
    run_to_end(shop.slurm(shop.document(good_and_bad), {"--witness", use}), 1);
    const auto lines = records(shop);
    REQUIRE(lines.size() == 2);
    CHECK(has(lines[0] + lines[1], " exit=0 "));
    CHECK(has(lines[0] + lines[1], " exit=137 "));
  }
}

TEST_CASE("without a witness nothing is written, and on this machine there is none", "[system][witness]") {
  {
    const workshop shop;
    run_to_end(shop.slurm(shop.document(good_and_bad), {"--witness", "off"}), 1);
    CHECK_FALSE(fs::exists(shop.only_run() / "exits"));
  }
  const workshop shop;
  run_to_end(shop.local(shop.document(good_and_bad), {"--witness", "on"}), 1);
  for (const auto& entry : fs::directory_iterator(shop.only_run() / "exits"))
    CHECK(entry.path().has_extension());  // its keepers' records, and none of a script
}
