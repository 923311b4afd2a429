// Recorded answers of real Slurm (tests/data/README.md), as the subprocess layer would hand them over.
#pragma once

#include "io/subprocess.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::tests {

inline const std::vector<std::string> slurm_versions{"20.11.4", "22.05.8", "24.11.5"};

/// tests/data/slurm-VERSION/NAME.{out,err,rc}; throws where there is none.
io::command_result capture(const std::string& version, const std::string& name);
/// One file of that folder.
std::string capture_file(const std::string& version, const std::string& file);
/// Names (without extension) of the captures of a version that begin so.
std::vector<std::string> captures_beginning(const std::string& version, std::string_view prefix);

/// An answer that ended well with this output.
io::command_result said(std::string out, std::string err = {}, int exit = 0);

std::vector<std::string> split_lines(std::string_view text);
std::vector<std::string> split_columns(std::string_view line);
/// Lines of '|' columns in another order: output column i is input column order[i]; -1: `filler`.
std::string remap(std::string_view text, const std::vector<int>& order, std::string_view filler);

/// squeue_full_*: %i|%F|%K|%A|%T|%t|%r|%j|… to our listing's columns.
std::string our_listing(const std::string& text);
/// sacct_P_dup by its header to our accounting columns.
std::string our_accounting(const std::string& text);
/// The captures' calendar times (UTC) as epochs.
std::string with_epochs(std::string text);

}  // namespace settle::tests
