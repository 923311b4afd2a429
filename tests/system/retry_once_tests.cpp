// settle retry: nothing goes out twice, be it asked twice at one moment, after a crash in its middle, or with a link of
// the chain of retries gone.
#include "tests/system/reading.hpp"

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Fails until `mended` is there, and counts its lives.
std::string failed_run(const workshop& shop) {
  run_to_end(shop,
             "[{\"id\": \"x\", \"name\": \"t\", \"command\": " +
                 quoted("echo $SETTLE_RUN_ID >>x.txt; [ -e mended ]") + "}]",
             1);
  return shop.only_run().filename();
}

std::size_t runs_in(const workshop& shop) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(shop.state() / "runs"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("of retries that are asked for at one moment one goes out", "[system][retry]") {
  const workshop shop;
  const auto old = failed_run(shop);
  constexpr std::size_t at_once = 12;
  std::vector<std::unique_ptr<program>> asked;
  for (std::size_t n = 0; n < at_once; ++n)
    asked.push_back(std::make_unique<program>(shop.settle({"retry", old})));
  std::size_t made = 0;
  for (auto& one : asked) {
    one->finish();
    INFO(one->err());
    if (one->exit_code() == 0) {
      ++made;
      continue;
    }
    CHECK(one->exit_code() == 2);
    CHECK(has(one->err(), "\"x\" is under way in run "));
  }
  CHECK(made == 1);
  CHECK(runs_in(shop) == 2);
}

TEST_CASE("what a retry of a retry completed is known although the run between them is gone",
          "[system][retry]") {
  const workshop shop;
  const auto old = failed_run(shop);
  const auto second = first_line(call(shop, {"retry", old}).out);
  REQUIRE(call(shop, {"run", "--resume", second}).code == 1);
  write_file(shop.work() / "mended", "");
  const auto third = first_line(call(shop, {"retry", second}).out);
  REQUIRE(call(shop, {"run", "--resume", third}).code == 0);
  fs::remove_all(shop.state() / "runs" / second);
  const auto again = call(shop, {"retry", old});
  CHECK(again.code == 2);
  CHECK(has(again.err, "\"x\" completed in run " + third));
  CHECK(lines_in(read_file(shop.work() / "x.txt")) == 3);
}

TEST_CASE("a settle that was killed while it retried holds nobody up", "[system][retry]") {
  const workshop shop;
  const auto old = failed_run(shop);
  program dead(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(dead.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  fs::create_directories(shop.state() / "retry");
  for (const auto& file : fs::directory_iterator(shop.state() / "supervisor"))
    fs::copy_file(file.path(), shop.state() / "retry" / file.path().filename());
  program waits(shop.settle({"retry", old}));  // while it lives
  CHECK_FALSE(
      waits.wait_until([](const auto& out, const auto&) { return !out.empty(); }, std::chrono::seconds(1)));
  CHECK(runs_in(shop) == 1);
  dead.signal(SIGKILL);
  dead.finish();
  waits.finish();
  INFO(waits.err());
  CHECK(waits.exit_code() == 0);
  CHECK(runs_in(shop) == 2);
}
