// The poller by itself, on a port that only writes down what it is asked.
#include "actors/slurm_poller.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace settle;
using namespace settle::actors;
using namespace std::chrono_literals;

namespace {

class written_down final : public poller_port {
public:
  core::instant time{10s, 1'000'000s};
  std::uint64_t cycle = 0;
  std::vector<std::string> notices;

  core::instant now() const override { return time; }
  void list(std::uint64_t number) override { cycle = number; }
  void account(std::uint64_t, std::vector<std::uint64_t>, std::size_t) override {}
  void account_by_name(std::uint64_t, std::vector<std::string>, core::epoch_seconds) override {}
  void accounting_backlog(std::uint64_t) override {}
  void submit(item_key, const job_spec&) override {}
  void cancel(std::vector<std::uint64_t>) override {}
  void wake_for_cycle(core::duration) override {}
  void wake_for_submissions(core::duration) override {}
  void wake_for_cancels(core::duration) override {}
  void deliver(delivery) override {}
  void notice(const std::string& words) override { notices.push_back(words); }
  void rerun(item_key, core::event) override {}
  void order_alone(const std::vector<item_key>&) override {}
};

watch_order some_job() {
  watch_order w;
  w.job_id = 7;
  w.job_name = "t.0abc-0-1";
  return w;
}

}  // namespace

TEST_CASE("rows that cannot be read are told with their first bytes, once until all can be read again",
          "[actors][poller]") {
  written_down port;
  slurm_poller poller({}, port);
  poller.watch({1, 0}, some_job());
  const auto look = [&](listing seen) {
    port.time.monotonic += 15s;
    poller.begin_cycle();
    poller.listed(port.cycle, {std::move(seen), port.time.monotonic, 10ms});
  };
  listing bad;
  bad.unreadable_rows = 2;
  bad.first_unreadable = "too few fields: Welcome to the cluster!";
  look(bad);
  look(bad);
  REQUIRE(port.notices.size() == 1);
  CHECK(port.notices[0] ==
        "squeue printed 2 rows that cannot be read; their jobs stay as they are. The first: too few "
        "fields: Welcome to the cluster!");
  look({});
  look(bad);
  CHECK(port.notices.size() == 2);
}

TEST_CASE("an answer of an earlier cycle is nobody's", "[actors][poller]") {
  written_down port;
  slurm_poller poller({}, port);
  poller.watch({1, 0}, some_job());
  poller.begin_cycle();
  poller.listed(port.cycle + 1, {io::fail(io::errc::unavailable, "late"), 1s, 10ms});
  CHECK(port.notices.empty());
  poller.listed(port.cycle, {io::fail(io::errc::unavailable, "now"), 1s, 10ms});
  CHECK(port.notices == std::vector<std::string>{"slurmctld does not answer: now"});
}
