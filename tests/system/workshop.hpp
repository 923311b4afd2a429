// A folder of its own for one test: task documents, a state directory, where tasks work, and a fake Slurm whose
// commands are first on PATH. Gone with the test.
#pragma once

#include "tests/system/program.hpp"
#include "tests/system/stream.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace settle::tests {

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);
std::size_t lines_in(const std::string& text);
bool has(const std::string& text, const std::string& part);
std::size_t times(const std::string& text, const std::string& part);  ///< how often it is in it
/// A JSON string literal, for documents written by hand.
std::string quoted(const std::string& text);

class workshop {
public:
  workshop();
  ~workshop();
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;

  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path work() const { return folder_ / "work"; }
  std::filesystem::path state() const { return folder_ / "state"; }
  std::string document(const std::string& text) const;  ///< its path
  std::filesystem::path only_run() const;               ///< the folder of the one run
  void copy_only_run(int copies) const;                 ///< so many more like it, of other ids

  /// What `settle` is called with: its state directory, working folder and environment are set.
  invocation settle(std::vector<std::string> words) const;
  /// `settle run DOCUMENT --backend local WORDS`, without and with --json.
  invocation local(const std::string& document, std::vector<std::string> words = {}) const;
  /// `settle run DOCUMENT --backend slurm --poll-interval 1s WORDS` on the fake Slurm.
  invocation slurm(const std::string& document, std::vector<std::string> words = {}) const;

  // The fake Slurm.
  void knob(const std::string& name, const std::string& value = "1") const;
  void unset(const std::string& name) const;
  std::size_t calls(const std::string& program) const;
  std::size_t jobs() const;

private:
  std::filesystem::path folder_;
};

}  // namespace settle::tests
