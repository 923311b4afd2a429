// The lines of settle_bench as one Markdown table: a row for each scenario and phase, a column for each N.
#pragma once

#include <iosfwd>
#include <string>

namespace settle::bench {

std::string table_of(std::istream& lines);

}  // namespace settle::bench
