#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace settle::tests {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
      continue;
    }
    char code[8];
    std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
    out += code;
  }
  return out + "\"";
}

workshop::workshop() {
  std::string name = (fs::temp_directory_path() / "settle-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  for (const char* part : {"work", "cluster", "cluster/jobs", "cluster/knobs", "cluster/calls"})
    fs::create_directory(folder_ / part);
}

workshop::~workshop() {
  std::error_code code;  // a task that was left behind may still write: then the rest stays in /tmp
  fs::permissions(folder_, fs::perms::owner_all, code);
  fs::remove_all(folder_, code);
}

std::string workshop::document(const std::string& text) const {
  const fs::path path = folder_ / "tasks.json";
  write_file(path, text);
  return path.string();
}

fs::path workshop::only_run() const {
  std::vector<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(state() / "runs"))
    runs.push_back(entry.path());
  REQUIRE(runs.size() == 1);
  return runs.front();
}

void workshop::copy_only_run(int copies) const {
  const auto one = only_run();
  for (int n = 1; n <= copies; ++n) {
    const auto copy = state() / "runs" / ("0copy" + std::to_string(n));
    fs::create_directory(copy);
    for (const char* name : {"journal.ndjson", "document-0.json"})
      fs::create_hard_link(one / name, copy / name);
  }
}

invocation workshop::settle(std::vector<std::string> words) const {
  invocation what;
  what.argv = {SETTLE_PROGRAM};
  what.argv.insert(what.argv.end(), words.begin(), words.end());
  what.environment = {"SETTLE_STATE=" + state().string(),
                      "FAKE_SLURM=" + (folder_ / "cluster").string(),
                      "PATH=" SETTLE_SOURCE_DIR "/tests/system/fake:" + std::string(std::getenv("PATH")),
                      "TERM=xterm",
                      "NO_COLOR=",
                      "LC_ALL=C.UTF-8"};
  what.folder = work().string();
  return what;
}

invocation workshop::local(const std::string& document, std::vector<std::string> words) const {
  words.insert(words.begin(), {"run", document, "--backend", "local"});
  return settle(std::move(words));
}

invocation workshop::slurm(const std::string& document, std::vector<std::string> words) const {
  words.insert(words.begin(), {"run", document, "--backend", "slurm", "--poll-interval", "1s"});
  return settle(std::move(words));
}

void workshop::knob(const std::string& name, const std::string& value) const {
  const fs::path path = folder_ / "cluster" / "knobs" / name;
  write_file(path.string() + ".new", value + "\n");
  fs::rename(path.string() + ".new", path);
}

void workshop::unset(const std::string& name) const {
  fs::remove(folder_ / "cluster" / "knobs" / name);
}

std::size_t workshop::calls(const std::string& program) const {
  return lines_in(read_file(folder_ / "cluster" / "calls" / program));
}

std::size_t workshop::jobs() const {
  const fs::directory_iterator all(folder_ / "cluster" / "jobs");
  return static_cast<std::size_t>(
      std::count_if(begin(all), end(all), [](const auto& job) { return fs::exists(job.path() / "row"); }));
}

}  // namespace settle::tests
