// Rows back to what squeue and sacct would have printed for them. Private to the fuzz targets.
#pragma once

#include "io/slurm/records.hpp"

#include <string>

namespace settle::fuzz {

std::string text_line(const slurm::queue_row&);
std::string text_line(const slurm::account_record&);
/// An element of `jobs`.
std::string json_job(const slurm::queue_row&);

}  // namespace settle::fuzz
