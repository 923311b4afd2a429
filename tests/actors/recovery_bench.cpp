// How long a process takes to read a large run that another one left: `./dev bench`.
#include "actors/keys.hpp"
#include "actors/run_book.hpp"
#include "actors/run_recovery.hpp"
#include "actors/translate/journal_json.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

using namespace settle;
using core::item_status;

namespace {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Four events and an intent for each item, as a run that went well writes them.
void write_run(const std::string& folder, std::size_t items) {
  std::ofstream document(folder + "/document-0.json");
  std::ofstream journal(folder + "/journal.ndjson");
  actors::run_facts facts;
  facts.id = "0benchrun000";
  facts.backend = "slurm";
  document << "[";
  for (std::size_t i = 0; i < items; ++i)
    document << (i == 0 ? "" : ",") << R"({"id":"item-)" << i << R"(","name":"t","command":"true"})";
  document << "]";
  journal << actors::run_line(facts, 0) << "\n"
          << actors::document_line("document-0.json", items, {}) << "\n";
  std::uint64_t seq = 0;
  for (std::uint32_t i = 0; i < items; ++i) {
    const auto id = "item-" + std::to_string(i);
    journal << actors::intent_line(id, actors::make_token(facts.id, i, 1)) << "\n";
    core::item it;
    it.attempt = it.submissions = 1;
    it.job_id = 1000 + i;
    for (const auto status :
         {item_status::submitted, item_status::running, item_status::settling, item_status::completed}) {
      it.status = status;
      it.ever_running = it.ever_running || status == item_status::running;
      if (status == item_status::settling)
        it.finished_at = core::seconds{1'800'000'000};
      if (status == item_status::completed)
        it.reached = core::verdict{.who = core::evidence::accounting, .exit_code = 0};
      auto e = actors::event_of_item(it);
      e.item = id;
      e.run = facts.id;
      e.seq = ++seq;
      journal << actors::item_line(e, it) << "\n";
    }
  }
}

}  // namespace

TEST_CASE("reading a run of 100,000 items that another process left", "[.bench][bench]") {
  constexpr std::size_t items = 100'000;
  const auto folder =
      (std::filesystem::temp_directory_path() / ("settle-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  write_run(folder, items);
  const auto begun = cpu_seconds();
  auto found = actors::recover_run(folder, core::instant{}, true);
  const auto took = cpu_seconds() - begun;
  REQUIRE(found);
  CHECK(found->book.run().tally().of(item_status::completed) == items);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  std::printf("recover %zu items, %zu journal lines, %.1f MB: %.2f CPU s, peak %ld MB\n", items, 5 * items,
              static_cast<double>(std::filesystem::file_size(folder + "/journal.ndjson")) / 1e6, took,
              used.ru_maxrss / 1024);
  std::filesystem::remove_all(folder);
}
