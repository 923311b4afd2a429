// One moment of one cluster, asked for in text and in JSON: in all that both say, the records must be the same. One
// table of captures; JSON of every parser that Slurm 22.05 and 24.11 have.
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

using namespace settle::slurm;
using namespace settle::tests;

namespace {

struct moment {
  std::string version, json, text;
  std::size_t least;  ///< rows that both must have
};

const std::vector<moment> queue_moments{{"22.05.8", "squeue_json_A0", "squeue_full_A0", 15},
                                        {"22.05.8", "squeue_json_all_C", "squeue_full_C", 20},
                                        {"24.11.5", "squeue_json_A0", "squeue_full_A0", 5},
                                        {"24.11.5", "squeue_json_all_C", "squeue_full_C", 12},
                                        {"24.11.5", "squeue_json_all_C_v0.0.40", "squeue_full_C", 3},
                                        {"24.11.5", "squeue_json_all_C_v0.0.41", "squeue_full_C", 3}};
const std::vector<moment> accounting_moments{{"22.05.8", "sacct_json", "sacct_P_dup", 30},
                                             {"24.11.5", "sacct_json", "sacct_P_dup", 30},
                                             {"24.11.5", "sacct_json_v0.0.40", "sacct_P_dup", 6},
                                             {"24.11.5", "sacct_json_v0.0.41", "sacct_P_dup", 6}};

/// "1,3-9:2%4" as its tasks; the limit is the last.
std::set<std::string> tasks_of(const std::string& expression) {
  std::set<std::string> out;
  const auto percent = expression.find('%');
  if (percent != std::string::npos)
    out.insert(expression.substr(percent));
  std::string list = expression.substr(0, percent);
  std::replace(list.begin(), list.end(), ',', '|');
  for (const auto& range : split_columns(list)) {
    const auto dash = range.find('-');
    const auto colon = range.find(':');
    const auto first = std::stoul(range);
    const auto last = dash == std::string::npos ? first : std::stoul(range.substr(dash + 1));
    const auto step = colon == std::string::npos ? 1 : std::stoul(range.substr(colon + 1));
    for (auto task = first; task <= last; task += step)
      out.insert(std::to_string(task));
  }
  return out;
}

template <class T>
void check_said(const std::optional<T>& json, const std::optional<T>& text) {
  if (json && text)
    CHECK(*json == *text);
}

/// Text shows one word: the first flag, else the base.
void check_state(const job_state& json, const job_state& text) {
  if (text.base)
    CHECK(json.base == text.base);
  CHECK((json.flags & text.flags) == text.flags);
  CHECK(json.canceller_known == text.canceller_known);
}

/// Text's sacct subtracts 128 from large codes; JSON may not know an exit code, and shows it only where no signal is.
void check_code(const code& json, const code& text) {
  if (text.signal.value_or(0) != 0)
    CHECK(json.signal == text.signal);
  else if (json.exit && text.exit)
    CHECK((*json.exit == *text.exit || *json.exit == *text.exit + 128));
}

void check_array(const array_tasks& json, const array_tasks& text) {
  CHECK(json.array_job_id == text.array_job_id);
  CHECK(json.task_id == text.task_id);
  CHECK(json.expression.empty() == text.expression.empty());
  if (!json.expression.empty() && !text.expression.empty())
    CHECK(tasks_of(json.expression) == tasks_of(text.expression));
}

table<queue_row> text_listing(const moment& m) {
  bool whole = false;
  auto out = parse_queue(with_epochs(our_listing(capture_file(m.version, m.text + ".out"))), whole);
  REQUIRE(whole);
  return out;
}

table<account_record> text_accounting(const moment& m) {
  bool whole = false;
  auto out = parse_accounting(with_epochs(our_accounting(capture_file(m.version, m.text + ".out"))), whole);
  REQUIRE(whole);
  return out;
}

}  // namespace

TEST_CASE("squeue says the same in text and in JSON of every parser", "[slurm][queue][json]") {
  for (const auto& m : queue_moments) {
    INFO(m.version << " " << m.json);
    const auto json = parse_queue_json(capture_file(m.version, m.json + ".out"), {});
    REQUIRE(json);
    CHECK(json->bad.empty());
    std::map<std::uint64_t, queue_row> text;
    for (auto& row : text_listing(m).rows)
      text.emplace(row.job_id, row);
    std::size_t both = 0;
    for (const auto& row : json->rows) {
      const auto same = text.find(row.job_id);
      if (same == text.end())
        continue;
      INFO("job " << row.job_id << " " << row.word << " / " << same->second.word);
      ++both;
      check_array(row.array, same->second.array);
      check_state(row.state, same->second.state);
      CHECK(row.name == same->second.name);
      CHECK(row.reason == same->second.reason);
      check_said(row.submit, same->second.submit);
      check_said(row.start, same->second.start);
      check_said(row.end, same->second.end);
    }
    CHECK(both >= m.least);
  }
}

TEST_CASE("sacct says the same in text and in JSON of every parser", "[slurm][accounting][json]") {
  for (const auto& m : accounting_moments) {
    INFO(m.version << " " << m.json);
    const auto json = parse_accounting_json(capture_file(m.version, m.json + ".out"));
    REQUIRE(json);
    CHECK(json->bad.empty());
    using key = std::tuple<std::uint64_t, std::string, std::optional<std::int64_t>>;
    std::map<key, account_record> text;
    for (auto& row : text_accounting(m).rows)
      text.emplace(key{row.job_id, row.step, row.start}, row);
    std::size_t both = 0;
    for (const auto& row : json->rows) {
      const auto same = text.find({row.job_id, row.step, row.start});
      if (same == text.end())
        continue;
      INFO("job " << row.job_id << " step " << row.step << " " << row.word << " / " << same->second.word);
      ++both;
      check_array(row.array, same->second.array);
      check_state(row.state, same->second.state);
      check_code(row.exit, same->second.exit);
      check_code(row.derived, same->second.derived);
      CHECK(row.name == same->second.name);
      check_said(row.submit, same->second.submit);
      check_said(row.end, same->second.end);
      check_said(row.cpu_ms, same->second.cpu_ms);
      check_said(row.max_rss_bytes, same->second.max_rss_bytes);
      check_said(row.cpus, same->second.cpus);
    }
    CHECK(both >= m.least);
  }
}
