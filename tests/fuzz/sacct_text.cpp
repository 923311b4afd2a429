// sacct's text: any bytes are rows and bad rows, and a row printed again is the same row.
#include "io/slurm/parse.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/render.hpp"

using namespace settle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  bool whole = false;
  const auto read = slurm::parse_accounting(text, whole);
  fuzz::check_lines(text, read, whole);
  fuzz::check_bad_rows(read.bad);
  fuzz::check_same(read, slurm::parse_accounting(text, whole));
  std::string again;
  for (const auto& row : read.rows)
    again += fuzz::text_line(row);
  fuzz::check_same({read.rows, {}}, slurm::parse_accounting(again, whole));
  return 0;
}
