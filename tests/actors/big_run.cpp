#include "tests/actors/big_run.hpp"

#include "actors/keys.hpp"
#include "actors/run_book.hpp"
#include "actors/translate/event_json.hpp"
#include "actors/translate/journal_json.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace settle::bench {

namespace {

using core::item_status;

constexpr std::int64_t begun_at = 1'800'000'000;

void write_document(const std::string& path, std::size_t items) {
  std::ofstream out(path);
  out << R"({"title":"bench","partition":"main","time_limit":"10:00","cpus":1,"tasks":[)";
  for (std::size_t i = 0; i < items; ++i)
    out << (i == 0 ? "\n" : ",\n") << R"({"id":"item-)" << i << R"(","name":"item )" << i
        << R"(","command":"./work --part )" << i << R"("})";
  out << "]}";
}

/// What is known of the item in each of its states.
core::item in_state(item_status status, std::uint32_t i) {
  const std::int64_t submitted = begun_at + i / 100;
  core::item it;
  it.status = status;
  it.attempt = it.submissions = 1;
  it.job_id = 1'000'000 + i;
  if (status >= item_status::queued) {
    it.first_submit = it.submit = submitted;
    it.restarts = 0;
  }
  if (status >= item_status::running) {
    it.ever_running = true;
    it.start = submitted + 30;
  }
  if (status >= item_status::settling)
    it.finished_at = core::seconds{submitted + 90};
  if (status != item_status::completed)
    return it;
  it.accounting_row_seen = true;
  it.reached = core::verdict{.who = core::evidence::accounting, .exit_code = 0};
  it.reached->facts = {.start = submitted + 30,
                       .end = submitted + 90,
                       .elapsed_s = 60,
                       .cpu_ms = 58'250 + i % 1000,
                       .max_rss_bytes = 104'857'600 + i,
                       .cpu_efficiency = 0.9708,
                       .node_list = "node" + std::to_string(i % 500),
                       .raw_state = "COMPLETED"};
  return it;
}

class journal {
public:
  journal(const std::string& path, std::size_t items) : out_(path) {
    facts_.id = "0benchrun000";
    facts_.title = "bench";
    facts_.backend = "slurm";
    facts_.created_at = "2027-01-15T08:00:00.000+00:00";
    facts_.start_dir = "/";
    line(actors::run_line(facts_, 0));
    line(actors::document_line("document-0.json", items, {}));
    core::stream_event started;
    started.kind = core::stream_kind::run_started;
    started.tally.by_status[0] = items;
    line(actors::to_json(numbered(started)));
  }
  void finished(std::size_t items) {
    core::stream_event e;
    e.kind = core::stream_kind::run_finished;
    e.run_state = core::run_status::completed;
    e.confirmed = true;
    e.tally.by_status[static_cast<std::size_t>(item_status::completed)] = items;
    line(actors::to_json(numbered(e)));
  }
  void item(std::uint32_t i, item_status status) {
    const auto now = in_state(status, i);
    auto e = numbered(actors::event_of_item(now));
    e.item = id_of(i);
    line(actors::item_line(e, now));
  }
  void intent(std::uint32_t i) { line(actors::intent_line(id_of(i), actors::make_token(facts_.id, i, 1))); }
  std::size_t lines() const { return lines_; }

private:
  static std::string id_of(std::uint32_t i) { return "item-" + std::to_string(i); }
  core::stream_event numbered(core::stream_event e) {
    e.run = facts_.id;
    e.seq = ++seq_;
    e.at = core::seconds{begun_at} + core::duration{seq_};
    return e;
  }
  void line(const std::string& text) {
    out_ << text << '\n';
    ++lines_;
  }

  std::ofstream out_;
  actors::run_facts facts_;
  std::uint64_t seq_ = 0;
  std::size_t lines_ = 0;
};

constexpr item_status story[] = {item_status::submitted, item_status::queued, item_status::running,
                                 item_status::settling, item_status::completed};
/// So many items are under way at once: their lines stand mixed, as a real run's do.
constexpr std::uint32_t group = 1000;

double megabytes_of(const std::string& path) {
  return static_cast<double>(std::filesystem::file_size(path)) / 1e6;
}

}  // namespace

big_run write_big_run(const std::string& folder, std::size_t items) {
  write_document(folder + "/document-0.json", items);
  const auto path = folder + "/journal.ndjson";
  big_run made{items, 0, 0};
  {
    journal lines(path, items);
    for (std::uint32_t first = 0; first < items; first += group) {
      const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(first + group, items));
      for (std::uint32_t i = first; i < end; ++i)
        lines.intent(i);
      for (const auto status : story)
        for (std::uint32_t i = first; i < end; ++i)
          lines.item(i, status);
    }
    lines.finished(items);
    made.lines = lines.lines();
  }
  made.megabytes = megabytes_of(path);
  return made;
}

cost cost_of(bool (*what)(const std::string& folder), const std::string& folder) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    ::_exit(what(folder) ? 0 : 1);
  int status = 0;
  rusage used{};
  REQUIRE(::wait4(child, &status, 0, &used) == child);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, seconds(used.ru_utime) + seconds(used.ru_stime),
          static_cast<double>(used.ru_maxrss) / 1024};
}

}  // namespace settle::bench
