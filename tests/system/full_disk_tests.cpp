// The disk of the state directory is full, from one write on, for each write that a run makes: settle says so and leaves
// with 3, or its verdict was durable before. With room again the run goes on: nothing is lost, and nothing ran twice. The
// same where the file server turns read-only, or no longer lets us write.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace settle::tests;

namespace {

constexpr int tasks = 3;

/// Each writes one line when it runs; the last one fails.
std::string counted(const workshop& shop) {
  std::string text;
  for (int i = 0; i < tasks; ++i) {
    const auto id = std::to_string(i);
    text +=
        (text.empty() ? "[" : ",") + ("{\"id\": " + quoted(id)) + ", \"name\": \"t\", \"command\": " +
        quoted("echo ran >>" + (shop.work() / ("ran-" + id)).string() + (i + 1 == tasks ? "; exit 3" : "")) +
        "}";
  }
  return text + "]";
}

/// What refuses, and from which call to the next the stories go: all of them for a full disk.
struct refusal {
  int error;
  const char* words;
  int step;
};
constexpr refusal full{ENOSPC, "No space left on device", 1};
constexpr refusal read_only{EROFS, "Read-only file system", 5};
constexpr refusal forbidden{EACCES, "Permission denied", 5};

invocation with_full_disk(invocation what, const workshop& shop, int after, const refusal& why) {
  what.environment.push_back("LD_PRELOAD=" SETTLE_FULL_DISK);
  what.environment.push_back("FULL_DISK=" + shop.state().string());
  what.environment.push_back("FULL_DISK_AFTER=" + std::to_string(after));
  what.environment.push_back("FULL_DISK_ERROR=" + std::to_string(why.error));
  what.environment.push_back("FULL_DISK_COUNT=" + (shop.folder() / "count").string());
  return what;
}

invocation resumed(const workshop& shop, const invocation& before) {
  auto what =
      shop.settle({"run", "--resume", "last", "--poll-interval", "1s", "--search-silence", "1s", "--json"});
  what.environment = before.environment;
  return what;
}

void check_each_ran_once(const workshop& shop) {
  for (int i = 0; i < tasks; ++i) {
    INFO("task " << i);
    CHECK(read_file(shop.work() / ("ran-" + std::to_string(i))) == "ran\n");
  }
  CHECK(shop.jobs() == tasks);
}

/// The disk had no room for one of the calls.
bool was_met(const workshop& shop, int after) {
  const auto made = read_file(shop.folder() / "count");
  return !made.empty() && std::stoi(made) > after;
}

/// A whole story: a command whose disk is full after so many calls, and then one with room again.
struct story {
  explicit story(int calls) : after(calls) {}
  int after;
  workshop shop{};
  invocation what{};
  std::unique_ptr<program> first{};
  std::unique_ptr<program> second{};  ///< with room again; none where the first one came to the end
};

/// With room again, from where the first one left. A run that was never begun is begun anew.
void check_it_went_on(story& of) {
  of.second->finish();
  INFO(of.second->err());
  if (of.second->exit_code() != 1) {
    CHECK((has(of.second->err(), "there is no run") || has(of.second->err(), "Nothing was submitted")));
    CHECK(of.shop.jobs() == 0);
    program anew(of.what);
    anew.finish();
    CHECK(anew.exit_code() == 1);
  }
  check_each_ran_once(of.shop);
}

/// Tells the stories of 0, 1, 2, … (or each fifth) calls until one never meets the full disk; some side by side, for most of their time is
/// spent waiting.
int tell_all(const refusal& why, const std::function<invocation(const workshop&)>& command,
             const std::function<void(story&)>& check) {
  constexpr int side_by_side = 8;
  bool met = true;
  int after = 0;
  while (met && after < 200) {
    std::vector<std::unique_ptr<story>> stories;
    for (int i = 0; i < side_by_side; ++i, after += why.step) {
      auto& each = *stories.emplace_back(std::make_unique<story>(after));
      each.what = command(each.shop);
      each.first = std::make_unique<program>(with_full_disk(each.what, each.shop, each.after, why));
    }
    for (auto& each : stories) {
      INFO("full after " << each->after);
      each->first->finish();
      INFO(each->first->err());
      met = was_met(each->shop, each->after);
      check(*each);
    }
    for (auto& each : stories) {
      INFO("full after " << each->after);
      if (each->second)
        check_it_went_on(*each);
    }
  }
  CHECK_FALSE(met);
  return after;
}

}  // namespace

TEST_CASE("a disk that is full at any write of a run loses nothing, and no task runs twice",
          "[system][full-disk]") {
  const auto why = GENERATE(full, read_only, forbidden);
  INFO(why.words);
  const auto command = [](const workshop& shop) {
    return shop.slurm(shop.document(counted(shop)), {"--json"});
  };
  const auto stories = tell_all(why, command, [&why](story& of) {
    const bool ended = has(of.first->out(), "\"event\":\"run_finished\"");
    CHECK(of.first->exit_code() == (ended ? 1 : 3));
    if (ended)
      return check_each_ran_once(of.shop);
    CHECK(has(of.first->err(), why.words));
    of.second = std::make_unique<program>(resumed(of.shop, of.what));
  });
  CHECK(stories > 15);
}

TEST_CASE("submit on a full disk leaves a whole run or none", "[system][full-disk]") {
  const auto command = [](const workshop& shop) {
    return shop.settle({"submit", shop.document(counted(shop)), "--backend", "slurm"});
  };
  const auto stories = tell_all(full, command, [](story& of) {
    const bool met = was_met(of.shop, of.after);
    CHECK(of.first->exit_code() == (met ? 3 : 0));
    CHECK(has(of.first->err(), "No space left on device") == met);
    const bool left = !met || has(of.first->err(), " is there, but may not survive a power failure");
    program list(of.shop.settle({"list", "--json"}));
    list.finish();
    CHECK(list.exit_code() == 0);
    CHECK(times(list.out(), "\"status\"") == (left ? 1 : 0));
    if (!left) {
      program second(of.what);
      second.finish();
      CHECK(second.exit_code() == 0);
    }
  });
  CHECK(stories > 8);
}
