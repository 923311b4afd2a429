// squeue's JSON: any bytes are a table or no answer, text in rows is UTF-8, and a row printed again is the same row.
#include "io/slurm/parse.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/render.hpp"

using namespace settle;

namespace {

/// JSON printed again holds the state as one word: the list's words, joined, are not one.
bool is_one_word(const slurm::queue_row& row) {
  return row.word.find('+') == std::string::npos;
}

void check_row(const slurm::queue_row& row) {
  fuzz::must(row.job_id > 0 && row.job_id < 0xfffffffe, "a row has a job id");
  fuzz::must(!row.word.empty(), "a row has a state");
  fuzz::must(fuzz::is_utf8(row.name) && fuzz::is_utf8(row.reason) && fuzz::is_utf8(row.word),
             "text is UTF-8");
  fuzz::must(!row.submit || *row.submit > 0, "a time is known or absent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const auto read = slurm::parse_queue_json(text, {});
  const auto second = slurm::parse_queue_json(text, {});
  fuzz::must(read.has_value() == second.has_value(), "the same bytes give an answer or none");
  if (!read) {
    fuzz::must(read.error().words == second.error().words, "the same bytes give the same reason");
    return 0;
  }
  fuzz::check_same(*read, *second);
  fuzz::check_bad_rows(read->bad);
  const auto of_one = slurm::parse_queue_json(text, 1000);
  fuzz::must(of_one && of_one->rows.size() <= read->rows.size(), "a user's jobs are among everybody's");
  std::string again;
  slurm::table<slurm::queue_row> rows;
  for (const auto& row : read->rows) {
    check_row(row);
    if (!is_one_word(row))
      continue;
    again += (again.empty() ? "" : ",") + fuzz::json_job(row);
    rows.rows.push_back(row);
  }
  const auto reread = slurm::parse_queue_json(R"({"jobs":[)" + again + "]}", {});
  fuzz::must(reread.has_value(), "rows printed again are an answer");
  fuzz::check_same(rows, *reread);
  return 0;
}
