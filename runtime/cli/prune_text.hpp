// What `settle prune` says. Pure.
#pragma once

#include "actors/translate/json_writer.hpp"
#include "runtime/prune.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace settle::cli {

/// "934 bytes", "1.2 kB", "3.4 GB": thousands, as disks are sold and `ls --si` counts.
std::string bytes_in_words(std::uint64_t bytes);
/// "; kept 3 runs: 2 not finished, 1 younger than 30d"; empty where none was. `stayed`: by kept.
std::string kept_in_words(const std::array<std::size_t, kept_reasons>& stayed, const prune_options& how);
/// The member "kept" of an object.
void write_kept(actors::json_writer& out, const std::array<std::size_t, kept_reasons>& stayed);
std::string counted(std::size_t n, const char* what);
/// A line for each run, then one for the whole.
std::string prune_text(const prune_report& report, const prune_options& how);
/// One object, without newline.
std::string prune_json(const prune_report& report, const prune_options& how);

}  // namespace settle::cli
