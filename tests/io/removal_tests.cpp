#include "io/removal.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace settle::io;
namespace fs = std::filesystem;

namespace {

class playground {
public:
  playground() {
    std::string name = (fs::temp_directory_path() / "settle-removal-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
  }
  ~playground() { fs::remove_all(root); }
  playground(const playground&) = delete;
  playground& operator=(const playground&) = delete;

  void file(const fs::path& path, std::size_t bytes) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << std::string(bytes, 'x');
  }
  fs::path root;
};

}  // namespace

TEST_CASE("a tree is measured and removed, links as links", "[removal]") {
  const playground p;
  p.file("mine/kept", 1000);
  p.file("tree/a", 10);
  p.file("tree/b/c/d", 5);
  p.file("tree/b/.hidden", 1);
  fs::create_directory_symlink(p.root / "mine", p.root / "tree/b/link");
  fs::create_symlink(p.root / "mine/kept", p.root / "tree/file-link");
  fs::create_symlink("nowhere", p.root / "tree/dangling");
  REQUIRE(::mkfifo((p.root / "tree/pipe").c_str(), 0600) == 0);
  fs::create_directory_symlink(p.root / "mine", p.root / "itself");

  const auto size = size_of_tree(p.root / "tree");
  CHECK(size.files == 7);
  CHECK(size.bytes == 16);
  const auto done = remove_tree(p.root / "tree");
  CHECK(done.trouble.empty());
  CHECK(done.gone.files == 7);
  CHECK(done.gone.bytes == 16);
  CHECK_FALSE(fs::exists(p.root / "tree"));
  CHECK(remove_tree(p.root / "itself").gone.files == 1);
  CHECK(fs::file_size(p.root / "mine/kept") == 1000);
}

TEST_CASE("what is not there is removed already", "[removal]") {
  const playground p;
  const auto done = remove_tree(p.root / "none");
  CHECK(done.trouble.empty());
  CHECK(done.gone.files == 0);
  CHECK(size_of_tree(p.root / "none").files == 0);
}

TEST_CASE("two who remove the same tree do not trouble each other", "[removal]") {
  const playground p;
  for (int n = 0; n < 500; ++n)
    p.file("tree/" + std::to_string(n % 20) + "/" + std::to_string(n), 1);
  removal other;
  std::thread second([&] { other = remove_tree(p.root / "tree"); });
  const auto done = remove_tree(p.root / "tree");
  second.join();
  CHECK(done.gone.files + other.gone.files == 500);
  CHECK_FALSE(fs::exists(p.root / "tree"));
  CHECK(done.trouble.empty());
  CHECK(other.trouble.empty());
}

TEST_CASE("what cannot be removed is named, and the rest goes", "[removal]") {
  const playground p;
  p.file("tree/a", 1);
  p.file("tree/b/c", 1);
  REQUIRE(::mkdir((p.root / "tree/closed").c_str(), 0700) == 0);
  p.file("tree/closed/x", 1);
  REQUIRE(::chmod((p.root / "tree/closed").c_str(), 0500) == 0);
  if (::geteuid() == 0)
    return;  // whom nothing is closed to
  const auto done = remove_tree(p.root / "tree");
  CHECK(done.gone.files == 2);
  CHECK(done.trouble == "cannot remove " + (p.root / "tree/closed/x").string() + ": Permission denied");
  REQUIRE(::chmod((p.root / "tree/closed").c_str(), 0700) == 0);
  CHECK(remove_tree(p.root / "tree").trouble.empty());
}
