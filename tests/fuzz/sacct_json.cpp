// sacct's JSON: any bytes are a table or no answer; steps follow their job, text in rows is UTF-8.
#include "io/slurm/parse.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace settle;

namespace {

void check_row(const slurm::account_record& row) {
  fuzz::must(row.job_id > 0 && row.job_id < 0xfffffffe, "a row has a job id");
  fuzz::must(!row.word.empty(), "a row has a state");
  fuzz::must(fuzz::is_utf8(row.name) && fuzz::is_utf8(row.node_list) && fuzz::is_utf8(row.step),
             "text is UTF-8");
  fuzz::must(row.elapsed_s.value_or(0) >= 0 && row.cpu_ms.value_or(0) >= 0 &&
                 row.max_rss_bytes.value_or(0) >= 0,
             "what was used is not negative");
  for (const auto& c : {row.exit, row.derived})
    fuzz::must(c.exit.has_value() == c.signal.has_value(), "a code is known or not");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const auto read = slurm::parse_accounting_json(text);
  const auto second = slurm::parse_accounting_json(text);
  fuzz::must(read.has_value() == second.has_value(), "the same bytes give an answer or none");
  if (!read) {
    fuzz::must(read.error().words == second.error().words, "the same bytes give the same reason");
    return 0;
  }
  fuzz::check_same(*read, *second);
  fuzz::check_bad_rows(read->bad);
  std::uint64_t job = 0;
  for (const auto& row : read->rows) {
    check_row(row);
    if (row.step.empty())
      job = row.job_id;
    fuzz::must(row.job_id == job, "a step follows its job");
  }
  return 0;
}
