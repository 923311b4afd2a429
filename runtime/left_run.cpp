#include "runtime/left_run.hpp"

#include "io/files.hpp"
#include "io/journal.hpp"
#include "runtime/places.hpp"
#include "runtime/settle.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace settle {

namespace {

/// A folder beside `runs`, gone with this unless it was renamed.
class hidden_folder {
public:
  explicit hidden_folder(const std::string& state_dir) : path_(state_dir + "/new-run-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr)
      error_ = errno;
  }
  ~hidden_folder() {
    std::error_code ignored;
    if (error_ == 0)
      std::filesystem::remove_all(path_, ignored);
  }
  hidden_folder(const hidden_folder&) = delete;
  hidden_folder& operator=(const hidden_folder&) = delete;

  const std::string& path() const { return path_; }
  int error() const { return error_; }

private:
  std::string path_;
  int error_ = 0;
};

tl::unexpected<io::error> cannot(const std::string& what, int error) {
  return io::fail(io::errc::storage, "cannot " + what + ": " + io::errno_words(error));
}

}  // namespace

io::result<void> leave_run(const std::string& state_dir, const std::string& run,
                           const std::vector<run_file>& files) {
  const std::string place = run_folder(state_dir, run);
  if (auto made = make_private_folder(state_dir + "/runs"); !made)
    return made;
  const hidden_folder hidden(state_dir);
  if (hidden.error() != 0)
    return cannot("make a folder in " + state_dir, hidden.error());
  for (const run_file& file : files)
    if (const int error = io::write_durable_file(hidden.path() + "/" + file.name, file.text); error != 0)
      return cannot("write " + file.name + " of run " + run, error);
  if (std::rename(hidden.path().c_str(), place.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY)
      return io::fail(io::errc::bad_input, "there is a run " + run + " already");
    return cannot("make " + place, errno);
  }
  if (const int error = io::sync_folder(state_dir + "/runs"); error != 0)
    return io::fail(io::errc::storage, "run " + run +
                                           " is there, but may not survive a power failure: cannot sync " +
                                           state_dir + "/runs: " + io::errno_words(error));
  return {};
}

io::result<void> leave_book(const std::string& state_dir, actors::run_book& book,
                            const std::vector<std::string>& documents) {
  std::vector<run_file> files;
  for (std::size_t n = 0; n < documents.size(); ++n)
    files.push_back({actors::run_book::document_name(n), documents[n]});
  std::uint64_t last_seq = 0;
  std::string journal;
  for (const auto& lines : book.take_lines(last_seq))
    journal += lines;
  files.push_back({std::string(io::journal_name), journal});
  return leave_run(state_dir, book.facts().id, files);
}

}  // namespace settle
