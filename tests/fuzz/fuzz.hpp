// What the fuzz targets share: how a broken property ends the process, and rows compared and checked. Each target is one
// function of libFuzzer's; tests/fuzz/replay_tests.cpp calls the same functions with the kept inputs.
#pragma once

#include "io/slurm/records.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace settle::fuzz {

/// Says what does not hold and aborts: a finding.
void must(bool holds, const char* what);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool is_utf8(std::string_view text);

/// Reasons are given, and of the row's bytes no more than promised.
void check_bad_rows(const std::vector<slurm::bad_row>& bad);

/// Two readings of the same bytes.
template <class Row>
void check_same(const slurm::table<Row>& a, const slurm::table<Row>& b) {
  must(a.rows == b.rows, "the same bytes give the same rows");
  must(a.bad == b.bad, "the same bytes give the same bad rows");
}

/// Text has one row or bad row a line, and is whole when its last line ends.
template <class Row>
void check_lines(std::string_view text, const slurm::table<Row>& read, bool whole) {
  std::size_t lines = text.empty() || text.back() == '\n' ? 0 : 1;
  for (const char c : text)
    lines += c == '\n' ? 1 : 0;
  must(read.rows.size() + read.bad.size() == lines, "each line is a row or a bad row");
  must(whole == (text.empty() || text.back() == '\n'), "whole means that the last line ends");
}

}  // namespace settle::fuzz
