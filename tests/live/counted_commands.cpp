#include "tests/live/counted_commands.hpp"

#include "tests/live/child.hpp"
#include "tests/live/plan.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace settle::live {
namespace {

namespace fs = std::filesystem;

constexpr char separator = '\x1f';  // no argument of ours holds it

std::string real_path(const std::string& program) {
  auto found =
      run_to_end({"/bin/sh", "-c", "command -v " + program}, clean_environment(), std::chrono::seconds{10});
  if (!found.ok())
    throw std::runtime_error("not on PATH: " + program);
  found.out.pop_back();
  return found.out;
}

std::string hold_file(const std::string& folder, const std::string& program) {
  return folder + "/hold-" + program;
}

/// One printf of less than a page: lines of calls that run at the same time do not mix. Longer calls are cut.
std::string script(const std::string& program, const std::string& folder) {
  return std::string("#!/bin/sh\nIFS='") + separator + "'\nprintf '%.3000s\\n' \"" + program + separator +
         "$*\" >>'" + folder + "/calls'\nwhile test -e '" + hold_file(folder, program) +
         "'; do sleep 0.1; done\nexec '" + real_path(program) + "' \"$@\"\n";
}

}  // namespace

counted_commands::counted_commands(std::string folder) : folder_(std::move(folder)) {
  fs::create_directories(path());
  for (const char* program : {"squeue", "sacct", "sbatch", "scancel"}) {
    const auto file = path() + "/" + program;
    write_file(file, script(program, folder_));
    fs::permissions(file, fs::perms{0755});
  }
}

std::vector<counted_call> counted_commands::calls() const {
  std::vector<counted_call> out;
  std::istringstream record(read_file(folder_ + "/calls"));
  for (std::string line; std::getline(record, line);) {
    auto& call = out.emplace_back();
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, separator);)
      call.push_back(word);
  }
  return out;
}

std::size_t counted_commands::count(const std::string& program) const {
  const auto all = calls();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& call) { return call.at(0) == program; }));
}

void counted_commands::hold(const std::string& program) const {
  write_file(hold_file(folder_, program), "");
}

void counted_commands::release(const std::string& program) const {
  fs::remove(hold_file(folder_, program));
}

std::size_t counted_commands::most_sacct_in_one_cycle() const {
  std::size_t most = 0;
  std::size_t now = 0;
  for (const auto& call : calls()) {
    if (call.at(0) == "squeue")
      now = 0;
    else if (call.at(0) == "sacct")
      most = std::max(most, ++now);
  }
  return most;
}

}  // namespace settle::live
