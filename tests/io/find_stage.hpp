// Looking for tasks that another settle started, on a stage for tests.
#pragma once

#include "io/local/task_record.hpp"
#include "tests/io/executor_stage.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace settle::test {

struct search {
  std::optional<io::found_task> found;
  std::optional<io::local_end> ended;
};

inline std::shared_ptr<search> look_for(stage& s, const io::task_place& place, bool known_to_run = false) {
  auto one = std::make_shared<search>();
  s.executor->find(
      place, known_to_run,
      [&s, one](const io::found_task& task) {
        const std::lock_guard lock(s.mutex);
        one->found = task;
      },
      [&s, one](const io::local_end& end) {
        const std::lock_guard lock(s.mutex);
        one->ended = end;
      });
  return one;
}

inline io::found_task found(stage& s, const std::shared_ptr<search>& one) {
  REQUIRE(eventually([&] { return s.look([&] { return one->found.has_value(); }); }));
  return *one->found;
}

inline io::local_end end(stage& s, const std::shared_ptr<search>& one) {
  REQUIRE(eventually([&] { return s.look([&] { return one->ended.has_value(); }); }));
  return *one->ended;
}

inline std::string record_of(const io::local_job& job, const char* extension) {
  return job.place.records + "/" + job.place.token + extension;
}

/// Begins it in a program of its own, which is then killed: its keeper has no parent of ours.
inline void leave(const io::local_job& job) {
  const pid_t program = ::fork();
  REQUIRE(program >= 0);
  if (program == 0) {
    auto host = std::make_shared<io::io_host>();
    io::local_executor executor(host);
    executor.start(job, {}, {});
    for (;;)
      ::pause();
  }
  REQUIRE(eventually([&] { return !read_file(record_of(job, ".start")).empty(); }));
  ::kill(program, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(program, &status, 0) == program);
}

inline io::local::start_record start_of(const io::local_job& job) {
  return start_at(job.place);
}

}  // namespace settle::test
