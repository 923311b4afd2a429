// A run that was imported is a record: no supervisor touches it, nobody is asked about it, and it is never taken for
// one of settle's own (docs/decisions/0021).
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace settle::tests;

namespace {

/// A workshop with one run of scripthut's, of which one completion is unconfirmed, the fake Slurm first on PATH.
class imported {
public:
  imported() {
    program p(shop.settle({"import", SETTLE_SOURCE_DIR "/tests/data/scripthut/run-0.5.json"}));
    p.finish();
    INFO(p.err());
    REQUIRE(p.exit_code() == 0);
    journal = read_file(shop.only_run() / "journal.ndjson");
    REQUIRE(has(journal, "marked COMPLETED"));
  }

  void check_nobody_was_asked() const {
    CHECK(shop.calls("squeue") == 0);
    CHECK(shop.calls("sacct") == 0);
    CHECK(shop.calls("sbatch") == 0);
    CHECK(read_file(shop.only_run() / "journal.ndjson") == journal);
  }

  void check_only_what_import_wrote() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(shop.only_run()))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"document-0.json", "journal.ndjson", "scripthut-run.json"});
  }

  const workshop shop;
  std::string journal;
};

}  // namespace

TEST_CASE("a supervisor leaves an imported run alone, however fresh and unconfirmed it is",
          "[system][supervise][exchange]") {
  const imported run;
  program p(run.shop.settle({"supervise", "--until-idle", "--poll-interval", "1s"}));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 0);
  CHECK_FALSE(has(p.out(), "taken up"));
  CHECK_FALSE(has(p.out(), "accounting is still asked"));
  run.check_nobody_was_asked();
  run.check_only_what_import_wrote();
}

TEST_CASE("--resume of an imported run says its verdict and asks nobody", "[system][exchange]") {
  const imported run;
  program p(run.shop.settle({"run", "--resume", "last", "--backend", "slurm"}));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 1);
  CHECK(has(p.out() + p.err(), "2 completed (1 unconfirmed), 1 failed"));
  run.check_nobody_was_asked();
}

TEST_CASE("an imported run whose file cannot be read is not exported as one of settle's",
          "[system][exchange]") {
  const imported run;
  const auto file = run.shop.only_run() / "scripthut-run.json";
  std::filesystem::remove(file);
  std::filesystem::create_symlink(file, file);
  program p(run.shop.settle({"export", "last"}));
  p.finish();
  CHECK(p.exit_code() == 3);
  CHECK(p.out().empty());
  CHECK(has(p.err(), "scripthut-run.json cannot be read: Too many levels of symbolic links"));
}
