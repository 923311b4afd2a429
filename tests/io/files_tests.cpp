// Whole files and descriptors, read and told.
#include "io/files.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <unistd.h>

using namespace settle::io;

namespace {

struct pipe_ends {
  unique_fd out, in;
};

pipe_ends make_pipe() {
  int both[2] = {-1, -1};
  REQUIRE(::pipe(both) == 0);
  return {unique_fd(both[0]), unique_fd(both[1])};
}

}  // namespace

TEST_CASE("a file is read whole, whatever the text held before", "[io][files]") {
  std::string folder = (std::filesystem::temp_directory_path() / "settle-files-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  for (const std::size_t size : {0UL, 1UL, 4096UL, 300'000UL}) {
    const std::string text(size, 'x');
    REQUIRE(write_durable_file(folder + "/file", text) == 0);
    std::string read = "before";
    CHECK(read_whole_file(folder + "/file", read) == 0);
    CHECK(read == text);
    // A parser's padding needs no second copy of it.
    CHECK(read.capacity() >= size + 64);
  }
  std::string read;
  CHECK(read_whole_file(folder + "/none", read) == ENOENT);
  CHECK(read_whole_file(folder, read) == EISDIR);
  CHECK(read.empty());
  // Says that it is empty, and is not.
  CHECK(read_whole_file("/proc/self/status", read) == 0);
  CHECK(read.find("VmRSS") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a pipe is read to its end", "[io][files]") {
  auto ends = make_pipe();
  const std::string text(200'000, 'y');
  int wrote = -1;
  std::thread writer([&] {
    std::string_view left = text;
    wrote = write_whole(ends.in.get(), left);
    ends.in.reset();
  });
  std::string read;
  CHECK(read_whole(ends.out.get(), read) == 0);
  writer.join();
  CHECK(wrote == 0);
  CHECK(read == text);
  CHECK(read_whole(-1, read) == EBADF);
}
