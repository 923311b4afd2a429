// Seeded damage to real answers. Whatever the bytes, every line gives exactly one row or one bad row, a row says only
// what stands in its own line, and a line that was not touched reads as it did before.
#include "io/slurm/commands.hpp"
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>

using namespace settle::slurm;
using namespace settle::tests;

namespace {

constexpr unsigned seeds = 400;

struct damage {
  std::mt19937 random;

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); }

  /// One of several small, likely or nasty changes.
  void once(std::string& text) {
    constexpr std::string_view nasty = "|\n\0.:_[]%+-,09N/\xff";
    if (text.empty())
      return;
    const auto at = below(text.size());
    switch (below(7)) {
    case 0:
      text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text[at] = nasty[below(nasty.size())];
      break;
    case 2:
      text.insert(at, 1, nasty[below(nasty.size())]);
      break;
    case 3:
      text.erase(at, 1 + below(12));
      break;
    case 4:
      text.insert(at, text.substr(below(text.size()), 1 + below(60)));
      break;
    case 5:
      text.insert(at, "99999999999999999999");
      break;
    default:
      if (below(20) == 0)
        text.resize(at);
      break;
    }
  }

  std::string apply(std::string text) {
    for (auto n = 1 + below(40); n > 0; --n)
      once(text);
    return text;
  }
};

/// The id that stands in a line's first column, without leading zeros.
std::string id_in(std::string_view line) {
  auto id = line.substr(0, line.find_first_of("|."));
  while (id.starts_with('0'))
    id.remove_prefix(1);
  return std::string(id);
}

/// A row says nothing that does not stand in its line.
void check_own_words(const queue_row& row, const std::string& line) {
  const auto columns = split_columns(line);
  REQUIRE(columns.size() >= 11);
  REQUIRE(std::to_string(row.job_id) == id_in(line));
  REQUIRE(row.word == columns[3]);
  REQUIRE(row.reason == columns[9]);
  REQUIRE(line.ends_with("|" + row.name));
}

void check_own_words(const account_record& row, const std::string& line) {
  const auto columns = split_columns(line);
  REQUIRE(columns.size() >= 14);
  REQUIRE(std::to_string(row.job_id) == id_in(line));
  REQUIRE(columns[0].ends_with(row.step));
  REQUIRE(row.word == columns[2]);
  REQUIRE(line.ends_with("|" + row.name));
}

template <class Row>
using parser = table<Row> (*)(std::string_view, bool&);

/// What each line of an undamaged answer reads as.
template <class Row>
std::map<std::string, Row> rows_by_line(const std::string& text, parser<Row> parse) {
  std::map<std::string, Row> rows;
  for (const auto& line : split_lines(text)) {
    bool whole = false;
    for (auto& row : parse(line + "\n", whole).rows)
      rows.emplace(line, std::move(row));
  }
  return rows;
}

template <class Row>
void check_damaged(const std::string& text, const std::map<std::string, Row>& undamaged, parser<Row> parse) {
  bool whole = false;
  const auto out = parse(text, whole);
  REQUIRE(whole == (text.empty() || text.back() == '\n'));
  const auto lines = split_lines(text);
  REQUIRE(out.rows.size() + out.bad.size() == lines.size());
  auto row = out.rows.begin();
  auto bad = out.bad.begin();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool cut = !whole && i + 1 == lines.size();
    bool ignored = false;
    const auto alone = parse(lines[i] + "\n", ignored);
    if (!cut && !alone.rows.empty()) {
      REQUIRE(row != out.rows.end());
      REQUIRE(*row == alone.rows.front());
      check_own_words(*row, lines[i]);
      if (const auto as_before = undamaged.find(lines[i]); as_before != undamaged.end())
        REQUIRE(*row == as_before->second);
      ++row;
    } else {
      REQUIRE(bad != out.bad.end());
      REQUIRE(bad->first_bytes == lines[i].substr(0, 200));
      REQUIRE_FALSE(bad->why.empty());
      if (bad->job_id)
        REQUIRE(std::to_string(*bad->job_id) == id_in(lines[i]));
      REQUIRE((cut || undamaged.count(lines[i]) == 0));
      ++bad;
    }
  }
}

template <class Row>
void check_seeds(const std::string& file, parser<Row> parse, unsigned first_seed) {
  const auto text = capture_file("22.05.8", file);
  const auto undamaged = rows_by_line(text, parse);
  REQUIRE(undamaged.size() > 40);
  check_damaged(text, undamaged, parse);
  for (auto seed = first_seed; seed < first_seed + seeds; ++seed) {
    INFO("seed=" << seed);
    check_damaged(damage{std::mt19937(seed)}.apply(text), undamaged, parse);
  }
}

std::string random_bytes(damage& d) {
  constexpr std::string_view likely = "||||||||||||\n\n0123456789NA/:[]_-,%.+ \t\r\0\xff"
                                      "COMPLETED";
  std::string text(d.below(600), ' ');
  for (char& c : text)
    c = d.below(4) == 0 ? static_cast<char>(d.below(256)) : likely[d.below(likely.size())];
  return text;
}

}  // namespace

TEST_CASE("a damaged listing gives rows that stand in it, or bad rows", "[slurm][queue][mutations]") {
  check_seeds<queue_row>("ours_listing_running.out", parse_queue, 1000);
  check_seeds<queue_row>("ours_listing_settled.out", parse_queue, 2000);
}

TEST_CASE("damaged accounting gives rows that stand in it, or bad rows", "[slurm][accounting][mutations]") {
  check_seeds<account_record>("ours_accounting_settled.out", parse_accounting, 3000);
  check_seeds<account_record>("ours_accounting_completing.out", parse_accounting, 4000);
}

TEST_CASE("any bytes at all are read to their end", "[slurm][mutations]") {
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    INFO("seed=" << seed);
    damage d{std::mt19937(seed)};
    const auto text = random_bytes(d);
    check_damaged<queue_row>(text, {}, parse_queue);
    check_damaged<account_record>(text, {}, parse_accounting);
    const auto answer = said(text, d.below(2) == 0 ? "" : random_bytes(d), static_cast<int>(d.below(3)));
    (void)read_listing(answer);
    (void)read_accounting(answer);
    (void)read_submission(answer);
    (void)read_dbd_queue_size(answer);
    (void)state_from_text(text.substr(0, 12));
    (void)parse_array_id(text.substr(0, 20));
    (void)refuse_sbatch_arg(text.substr(0, 9));
  }
}

TEST_CASE("a damaged listing that still counts as one names only jobs that its lines name",
          "[slurm][answers][mutations]") {
  const auto text = capture_file("22.05.8", "ours_listing_settled.out");
  for (unsigned seed = 5000; seed < 5000 + seeds; ++seed) {
    INFO("seed=" << seed);
    const auto damaged = damage{std::mt19937(seed)}.apply(text);
    const auto listing = read_listing(said(damaged));
    if (!listing)
      continue;
    std::map<std::string, int> named;
    for (const auto& line : split_lines(damaged))
      ++named[id_in(line)];
    for (const auto& row : listing->rows)
      REQUIRE(named.count(std::to_string(row.job_id)) == 1);
    REQUIRE(listing->rows.size() + listing->bad.size() == split_lines(damaged).size());
  }
}
