// An executor on a stage for tests: jobs in a temporary folder, what each of them told, and waiting for it.
#pragma once

#include "io/local/executor.hpp"
#include "io/local/task_record.hpp"
#include "tests/io/witness.hpp"

#include <asio/post.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace settle::test {

inline io::local_job job_in(const temporary_folder& folder, const std::string& name,
                            const std::string& body) {
  static int calls = 0;
  io::local_job job;
  job.place = {folder / "exits", name + "-" + std::to_string(++calls)};
  std::filesystem::create_directory(job.place.records);
  job.script = "#!/bin/sh\n" + body + "\n";
  job.script_file = folder / ("scripts/" + name + ".sh");
  job.output_file = folder / (name + ".out");
  job.error_file = folder / (name + ".err");
  job.environment = {"PATH=/usr/bin:/bin", "NAME=" + name};
  return job;
}

inline io::local::start_record start_at(const io::task_place& place) {
  const auto start = io::local::read_start(place);
  REQUIRE(start);
  REQUIRE(*start);
  return **start;
}

/// What one job told, and whether it told too much.
struct story {
  io::task_place place{};
  std::optional<io::result<std::int32_t>> started;
  std::optional<io::local_end> ended;
  int calls = 0;
};

/// An executor whose jobs' stories can be waited for.
class stage {
public:
  stage() : host(std::make_shared<io::io_host>()), executor(std::in_place, host) {}

  std::shared_ptr<story> begin(io::local_job job) {
    auto one = std::make_shared<story>();
    one->place = job.place;
    executor->start(
        std::move(job),
        [this, one](io::result<std::int32_t> pid) {
          const std::lock_guard lock(mutex);
          ++one->calls;
          one->started = std::move(pid);
        },
        [this, one](const io::local_end& end) {
          const std::lock_guard lock(mutex);
          ++one->calls;
          one->ended = end;
        });
    return one;
  }
  pid_t pid(const std::shared_ptr<story>& one) {
    REQUIRE(eventually([&] { return look([&] { return one->started.has_value(); }); }));
    REQUIRE(*one->started);
    return **one->started;
  }
  void cancel(const std::shared_ptr<story>& one) {
    (void)pid(one);
    executor->cancel(one->place);
  }
  io::local_end end(const std::shared_ptr<story>& one) {
    REQUIRE(
        eventually([&] { return look([&] { return one->ended.has_value(); }); }, std::chrono::seconds(60)));
    return *one->ended;
  }
  io::error refusal(const std::shared_ptr<story>& one) {
    REQUIRE(eventually([&] { return look([&] { return one->started.has_value(); }); }));
    REQUIRE_FALSE(*one->started);
    return one->started->error();
  }
  bool look(const std::function<bool()>& holds) {
    const std::lock_guard lock(mutex);
    return holds();
  }
  /// Everything posted to the io thread so far has run.
  void settle() {
    std::promise<void> done;
    asio::post(host->context(), [&] { done.set_value(); });
    done.get_future().get();
  }

  std::mutex mutex;
  std::shared_ptr<io::io_host> host;
  std::optional<io::local_executor> executor;
};

inline pid_t pid_in_file(const std::string& path) {
  REQUIRE(eventually([&] { return read_file(path).ends_with('\n'); }));
  return static_cast<pid_t>(std::stol(read_file(path)));
}

}  // namespace settle::test
