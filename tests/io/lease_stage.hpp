// What the tests of leases share: taking one or being refused, owners in other processes, and files as an owner
// on another machine would have left them. Judges nothing but that a step which has to work did.
#pragma once

#include "io/lease.hpp"

#include "tests/io/witness.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace settle::test {

/// Of a foreign owner, so long that a test which waits for it fails.
inline constexpr std::chrono::milliseconds forever = std::chrono::minutes(10);

inline io::lease_options patient_for(std::chrono::milliseconds patience) {
  io::lease_options options;
  options.foreign_patience = patience;
  return options;
}

inline io::lease_options by_force() {
  io::lease_options options;
  options.take_over = true;
  return options;
}

inline std::unique_ptr<io::lease> taken(const std::string& folder,
                                        const io::lease_options& options = patient_for(forever)) {
  auto got = io::lease::acquire(folder, options);
  if (!got)
    FAIL(got.error().words);
  return std::move(*got);
}

inline io::error refused(const std::string& folder, const io::lease_options& options = patient_for(forever)) {
  const auto got = io::lease::acquire(folder, options);
  REQUIRE_FALSE(got);
  return got.error();
}

inline std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& one : std::filesystem::directory_iterator(folder))
    names.push_back(one.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A process that holds the lease until it is killed.
class other_process {
public:
  explicit other_process(const std::string& folder, const io::lease_options& options = patient_for(forever))
      : pid_(::fork()) {
    if (pid_ == 0) {
      const auto held = io::lease::acquire(folder, options);
      while (held)
        ::pause();
      ::_exit(1);
    }
    REQUIRE(pid_ > 0);
    REQUIRE(eventually([&] {
      const auto now = io::holder(folder);
      return now && now->pid == pid_;
    }));
  }
  ~other_process() { kill(); }
  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;

  void kill() {
    if (pid_ <= 0)
      return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

private:
  pid_t pid_;
};

/// As the owner on another machine would have left it.
inline io::lease_text foreign_text() {
  io::lease_text text{.owner = io::this_process()};
  text.owner.host = "elsewhere";
  text.owner.boot = "another";
  text.owner.pid = 4711;
  text.owner.since = 1'700'000'000;
  return text;
}

/// In place, as an owner does it.
inline void write_owner(const std::string& folder, const io::lease_text& text,
                        const std::string& name = "owner.0") {
  write_file(folder + '/' + name, io::to_text(text));
}

}  // namespace settle::test
