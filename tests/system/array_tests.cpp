// Tasks that ask Slurm for the same go out as one array, and nobody sees a difference but in the job's id.
#include "tests/system/program.hpp"
#include "tests/system/stream.hpp"
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <set>
#include <string>
#include <vector>

using namespace settle::tests;

namespace {

std::string task(const std::string& id, const std::string& command) {
  return R"({"id":)" + quoted(id) + R"(,"name":"t","command":)" + quoted(command) + "}";
}

std::vector<told> stream_of(const invocation& what, int exit_code) {
  program p(what);
  p.finish(std::chrono::seconds(150));
  INFO(p.err());
  INFO(p.out());
  CHECK(p.exit_code() == exit_code);
  auto events = read_stream(p.out());
  check_stream(events);
  return events;
}

std::string mixed(int n) {
  std::string out = "[";
  for (int i = 0; i < n; ++i)
    out += (i ? "," : "") + task("t" + std::to_string(i), "echo out $SETTLE_ITEM_ID; echo err >&2; exit " +
                                                              std::to_string(i % 3 * 70));
  return out + "]";
}

}  // namespace

TEST_CASE("an array's tasks keep their own verdicts, logs and names", "[system][arrays]") {
  const workshop shop;
  const auto events = stream_of(shop.slurm(shop.document(mixed(12)), {"--json"}), 1);
  CHECK(shop.calls("sbatch") == 1);
  CHECK(shop.jobs() == 12);
  std::set<std::string> ids;
  for (const auto& [item, e] : verdicts(events)) {
    const auto i = std::stoi(item.substr(1));
    INFO(item);
    CHECK(e.job_id == "101_" + std::to_string(i));
    CHECK(e.status == (i % 3 == 0 ? "completed" : "failed"));
    CHECK(e.exit_code == i % 3 * 70);
    CHECK(e.evidence == "accounting");
    ids.insert(e.job_id);
    const auto log = (shop.only_run() / "logs" / (std::to_string(i) + "-" + item)).string();
    CHECK(read_file(log + ".out") == "out " + item + "\n");
    CHECK(read_file(log + ".err") == "err\n");
  }
  CHECK(ids.size() == 12);
  program exported(shop.settle({"export", "last"}));
  exported.finish();
  for (const auto& id : ids)
    CHECK(has(exported.out(), "\"job_id\":\"" + id + "\""));
}

TEST_CASE("with --no-arrays every task is a job of its own", "[system][arrays]") {
  const workshop shop;
  const auto events = stream_of(shop.slurm(shop.document(mixed(3)), {"--json", "--no-arrays"}), 1);
  CHECK(shop.calls("sbatch") == 3);
  // Nor is the cluster asked how large one may be.
  CHECK_FALSE(has(read_file(shop.folder() / "cluster/calls/scontrol"), "config"));
  for (const auto& [item, e] : verdicts(events))
    CHECK(e.job_id.find('_') == std::string::npos);
}

TEST_CASE("a site that refuses arrays gets single jobs", "[system][arrays]") {
  SECTION("by its configuration") {
    const workshop shop;
    shop.knob("config_edit", "s/^MaxArraySize .*/MaxArraySize            = 0/");
    stream_of(shop.slurm(shop.document(mixed(3)), {"--json"}), 1);
    CHECK(shop.calls("sbatch") == 3);
    CHECK(shop.jobs() == 3);
  }
  SECTION("by word") {
    const workshop shop;
    shop.knob("no_arrays", "refused");
    stream_of(shop.slurm(shop.document(mixed(3)), {"--json"}), 1);
    CHECK(shop.calls("sbatch") == 4);
    CHECK(shop.jobs() == 3);
  }
}

TEST_CASE("cancelling a run cancels its arrays", "[system][arrays][signals]") {
  const workshop shop;
  shop.knob("queue_time", "2");
  std::string tasks = "[";
  for (int i = 0; i < 6; ++i)
    tasks += (i ? "," : "") + task("t" + std::to_string(i), "sleep 100");
  program p(shop.slurm(shop.document(tasks + "]"), {"--json", "--cancel-on-interrupt"}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, "\"status\":\"queued\""); }));
  p.signal(SIGINT);
  p.finish(std::chrono::seconds(60));
  INFO(p.out());
  INFO(p.err());
  CHECK(p.exit_code() == 1);
  const auto events = read_stream(p.out());
  check_stream(events);
  CHECK(events.back().status == "cancelled");
  for (const auto& [item, e] : verdicts(events))
    CHECK(e.cause == "cancelled");
}
