// Letters between processes, in real folders.
#include "io/mailbox.hpp"
#include "tests/io/lease_stage.hpp"

#include <filesystem>

using namespace settle;
using namespace settle::test;

namespace fs = std::filesystem;
using names = std::vector<std::string>;

TEST_CASE("a letter appears whole, is read and taken away", "[io][mailbox]") {
  const temporary_folder folder;
  const auto inbox = folder.path() + "/deep/inbox";
  CHECK(io::letters_in(inbox).empty());
  REQUIRE(io::post_letter(inbox, "b.json", "second"));
  REQUIRE(io::post_letter(inbox, "a.json", "first"));
  REQUIRE(io::post_letter(inbox, "a.json", "first, again"));
  CHECK(io::letters_in(inbox) == names{"a.json", "b.json"});
  CHECK(io::read_letter(inbox, "a.json").value() == "first, again");
  io::remove_letter(inbox, "a.json");
  io::remove_letter(inbox, "a.json");
  CHECK(io::letters_in(inbox) == names{"b.json"});
  CHECK(io::read_letter(inbox, "a.json").error().code == io::errc::storage);
}

TEST_CASE("a letter that is being written, a link or a folder is none", "[io][mailbox]") {
  const temporary_folder folder;
  REQUIRE(io::post_letter(folder.path(), "real.json", "x"));
  fs::copy_file(folder.path() + "/real.json", folder.path() + "/.half.json.1");
  fs::create_symlink("real.json", folder.path() + "/link.json");
  fs::create_directory(folder.path() + "/folder.json");
  CHECK(io::letters_in(folder.path()) == names{"folder.json", "link.json", "real.json"});
  CHECK_FALSE(io::read_letter(folder.path(), "link.json"));
  CHECK_FALSE(io::read_letter(folder.path(), "folder.json"));
}

TEST_CASE("a letter that cannot be written is an error, and nothing is left of it", "[io][mailbox]") {
  const temporary_folder folder;
  REQUIRE(io::post_letter(folder.path(), "file", "x"));
  const auto posted = io::post_letter(folder.path() + "/file", "a.json", "text");
  REQUIRE_FALSE(posted);
  CHECK(posted.error().code == io::errc::storage);
  fs::create_directory(folder.path() + "/taken.json");
  CHECK_FALSE(io::post_letter(folder.path(), "taken.json", "text"));
  CHECK(io::letters_in(folder.path()) == names{"file", "taken.json"});
}
