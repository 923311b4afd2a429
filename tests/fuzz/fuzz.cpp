#include "tests/fuzz/fuzz.hpp"

#include <simdjson.h>

#include <cstdio>
#include <cstdlib>

namespace settle::fuzz {

void must(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text);
}

void check_bad_rows(const std::vector<slurm::bad_row>& bad) {
  for (const auto& row : bad) {
    must(!row.why.empty(), "a bad row has a reason");
    must(row.first_bytes.size() <= 200, "of a bad row's beginning at most 200 bytes are kept");
    must(row.last_bytes.size() <= 200, "of a bad row's end at most 200 bytes are kept");
    must(!row.job_id || (*row.job_id > 0 && *row.job_id < 0xfffffffe), "a bad row's job id is one");
  }
}

}  // namespace settle::fuzz
