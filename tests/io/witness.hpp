// What the tests of io look at from outside: our own descriptors and children, other processes, files, memory;
// and ways to run one command or wait for a condition. Judges nothing.
#pragma once

#include "io/subprocess.hpp"

#include <asio/io_context.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace settle::test {

/// What a piece of code may not leave behind in this process.
struct traces {
  int descriptors = 0;
  int children = 0;  ///< running ones and zombies
  bool operator==(const traces&) const = default;
};
traces traces_now();
std::ostream& operator<<(std::ostream&, const traces&);

/// Polls until it holds; false after `limit`.
bool eventually(const std::function<bool()>& holds,
                std::chrono::milliseconds limit = std::chrono::seconds(60));

/// State letter of /proc/PID/stat; 0 when there is no such process.
char process_state(pid_t pid);
/// Neither running nor about to: gone, or a zombie that its parent has not reaped.
bool is_dead(pid_t pid);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

/// Peak resident memory since the last reset, in bytes.
std::int64_t peak_memory();
void reset_peak_memory();

/// /bin/sh -c text, with a PATH and nothing else.
io::command shell(const std::string& text);
/// Runs it on an io_context of its own. An exception that escapes fails the test.
io::command_result run(io::command what);
io::command_result run_on(asio::io_context& context, io::command what);

/// Runs `body` in a forked process; its answer is the exit code (it may not use Catch), 100 + signal otherwise.
int in_fork(const std::function<int()>& body);

/// A folder of this test, removed with everything in it.
class temporary_folder {
public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

}  // namespace settle::test
