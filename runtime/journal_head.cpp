#include "runtime/journal_head.hpp"

#include "io/journal.hpp"

#include <fstream>
#include <utility>
#include <variant>

namespace settle {

io::result<actors::kept_run> read_journal_head(const std::string& run_folder) {
  const std::string path = io::journal_in(run_folder);
  std::ifstream journal(path);
  std::string line;
  std::getline(journal, line);
  auto read = actors::read_kept_line(line);
  if (!read)
    return io::fail(io::errc::storage, path + ":1: " + read.error().words);
  if (auto* run = std::get_if<actors::kept_run>(&*read))
    return std::move(*run);
  return io::fail(io::errc::storage, path + ":1: the first line does not tell of a run");
}

}  // namespace settle
