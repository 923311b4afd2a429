// What settle::examine finds of the machine itself, and how it knows file systems.
#include "runtime/examine.hpp"
#include "runtime/examine_places.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

using namespace settle;

namespace {

const core::finding* find(const std::vector<core::finding>& all, const std::string& what) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.what == what; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("file systems are known by what statfs calls them", "[runtime][examine]") {
  CHECK(kind_of_file_system(0x6969).name == "nfs");
  CHECK(kind_of_file_system(0x6969).reach == file_system_reach::shared);
  CHECK(kind_of_file_system(0x0BD00BD0).name == "lustre");
  CHECK(kind_of_file_system(0xFF534D42).name == "cifs");  // its highest bit is set
  CHECK(kind_of_file_system(0xEF53).reach == file_system_reach::local);
  CHECK(kind_of_file_system(0x01021994).reach == file_system_reach::memory);
  CHECK(kind_of_file_system(0).name.empty());
  CHECK(kind_of_file_system(0).reach == file_system_reach::unknown);
}

TEST_CASE("a state directory that is not there is judged by where it would be, and not made",
          "[runtime][examine]") {
  auto name = (std::filesystem::temp_directory_path() / "settle-examine-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  options o;
  o.backend = backend_kind::local;
  o.state_dir = name + "/a/b";
  const auto report = examine(o);
  CHECK(report.exit_code() == 0);
  CHECK(report.state_dir == name + "/a/b");
  CHECK(report.commands.empty());
  CHECK_FALSE(report.facts.skew);
  const auto* folder = find(report.findings, "state_dir");
  REQUIRE(folder != nullptr);
  CHECK(folder->graded == core::grade::ok);
  CHECK(find(report.findings, "file_system") != nullptr);
  CHECK(find(report.findings, "space") != nullptr);
  CHECK(std::filesystem::is_empty(name));
  std::filesystem::remove_all(name);
}

TEST_CASE("a place that settle cannot write makes the exit code 3", "[runtime][examine]") {
  options o;
  o.backend = backend_kind::local;
  o.state_dir = "/proc/settle";  // not even root can
  const auto report = examine(o);
  CHECK(report.exit_code() == 3);
  CHECK(report.worst() == core::grade::cannot_work);
  CHECK(report_json(report).find(R"("what":"state_dir","grade":"cannot_work")") != std::string::npos);
}
