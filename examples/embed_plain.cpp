// settle inside an ordinary C++ program: start a runtime, hand it tasks, watch them, and get the one verdict.
// No CAF, no Asio: runtime/settle.hpp is all that is needed.
#include "runtime/settle.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <syncstream>

namespace {

constexpr std::string_view tasks = R"({"tasks": [
  {"id": "left", "name": "half", "command": "echo 20 > left"},
  {"id": "right", "name": "half", "command": "echo 22 > right"},
  {"id": "sum", "name": "sum", "command": "echo $(($(cat left) + $(cat right))) > sum", "deps": ["left", "right"]}
]})";

/// A folder that goes away with the example.
struct scratch_folder {
  std::filesystem::path path;
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "settle-example-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::filesystem::filesystem_error("mkdtemp", name, std::make_error_code(std::errc::io_error));
    path = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

void print(const settle::core::stream_event& e) {
  if (e.kind == settle::core::stream_kind::item)
    std::osyncstream(std::cout) << e.item << " is " << settle::core::to_text(e.status) << "\n";
}

}  // namespace

int main() {
  const scratch_folder scratch;

  settle::options options;
  options.backend = settle::backend_kind::local;
  options.state_dir = (scratch.path / "state").string();
  auto runtime = settle::runtime::start(options);
  if (!runtime) {
    std::cerr << runtime.error().words << "\n";
    return 3;
  }

  settle::run_options run;
  run.title = "an embedded run";
  run.start_dir = scratch.path.string();
  const settle::submit_answer answer = (*runtime)->submit_text(tasks, run);
  for (const auto& problem : answer.problems)
    std::cerr << problem.at.line << ":" << problem.at.column << ": " << problem.words << "\n";
  if (answer.run.empty())
    return 2;

  (*runtime)->observe(answer.run, 1, print);
  const settle::run_summary verdict = (*runtime)->wait(answer.run);
  std::cout << "run " << verdict.run << ": " << settle::core::to_text(verdict.status)
            << (verdict.confirmed ? ", confirmed\n" : "\n");
  return verdict.exit_code();
}
