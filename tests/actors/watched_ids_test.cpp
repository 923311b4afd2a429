#include "actors/watched_ids.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

using namespace settle;
using namespace settle::actors;
using io::array_task_id;

namespace {

using job = int;
using jobs = std::multiset<int>;

jobs of(const watched_ids<job>& ids, std::uint64_t id) {
  jobs found;
  ids.each(id, [&](int j) { found.insert(j); });
  return found;
}

std::vector<std::pair<std::uint32_t, int>> tasks_of(const watched_ids<job>& ids, std::uint64_t array) {
  std::vector<std::pair<std::uint32_t, int>> found;
  ids.each_task(array, [&](std::uint32_t index, int j) { found.emplace_back(index, j); });
  return found;
}

}  // namespace

TEST_CASE("an id is known with all whose it is, an array's with its tasks by index",
          "[actors][watched_ids]") {
  watched_ids<job> ids;
  std::vector<int> all{0, 1, 2, 3, 4, 5};
  ids.add(7, all[0]);
  ids.add(7, all[1]);  // a crash gave the id away
  ids.add(array_task_id(9, 2), all[2]);
  ids.add(array_task_id(9, 0), all[3]);
  ids.add(array_task_id(9, 2), all[4]);
  CHECK(of(ids, 7) == jobs{0, 1});
  CHECK(of(ids, array_task_id(9, 2)) == jobs{2, 4});
  CHECK(of(ids, array_task_id(9, 0)) == jobs{3});
  CHECK(of(ids, 9).empty());
  CHECK(of(ids, array_task_id(9, 1)).empty());
  CHECK(of(ids, array_task_id(8, 0)).empty());
  CHECK(tasks_of(ids, 9) == std::vector<std::pair<std::uint32_t, int>>{{0, 3}, {2, 2}, {2, 4}});
  CHECK(tasks_of(ids, 7).empty());
  ids.remove(7, all[0]);
  ids.remove(7, all[5]);  // never was
  ids.remove(array_task_id(9, 2), all[2]);
  CHECK(of(ids, 7) == jobs{1});
  CHECK(of(ids, array_task_id(9, 2)) == jobs{4});
  CHECK(ids.tasks_watched(9) == 2);
  CHECK(ids.tasks_watched_most(9) == 3);
  CHECK(ids.knows(array_task_id(9, 0)));
  ids.remove(array_task_id(9, 0), all[3]);
  ids.remove(array_task_id(9, 2), all[4]);
  CHECK_FALSE(ids.knows(array_task_id(9, 0)));
  CHECK(ids.tasks_watched(9) == 0);
  CHECK(ids.tasks_watched_most(9) == 0);
}

TEST_CASE("tasks that come and go in any order are known as a plain map knows them",
          "[actors][watched_ids]") {
  std::mt19937 random(Catch::rngSeed());
  std::vector<int> all(3000);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<int>(i);
  watched_ids<job> ids;
  std::multimap<std::uint64_t, int> plain;
  std::set<int> free(all.begin(), all.end());
  for (int step = 0; step < 20'000; ++step) {
    // Grows to some thousand, then shrinks to none, and again.
    const bool grows = step / 5000 % 2 == 0;
    if (!free.empty() && (plain.empty() || random() % 10 < (grows ? 8u : 2u))) {
      const int which = *free.begin();
      free.erase(free.begin());
      const auto index = grows && random() % 4 != 0 ? static_cast<std::uint32_t>(plain.size())
                                                    : static_cast<std::uint32_t>(random() % 500);
      const auto id = array_task_id(100 + random() % 2, index);
      ids.add(id, all[static_cast<std::size_t>(which)]);
      plain.emplace(id, which);
    } else if (!plain.empty()) {
      const auto one = std::next(plain.begin(), static_cast<std::ptrdiff_t>(random() % plain.size()));
      ids.remove(one->first, all[static_cast<std::size_t>(one->second)]);
      free.insert(one->second);
      plain.erase(one);
    }
    if (step % 500 != 0)
      continue;
    std::map<std::uint64_t, std::size_t> in_array;
    for (const auto& [id, which] : plain) {
      ++in_array[io::array_id_of(id)];
      jobs wanted;
      for (auto [i, last] = plain.equal_range(id); i != last; ++i)
        wanted.insert(i->second);
      REQUIRE(of(ids, id) == wanted);
    }
    for (const std::uint64_t array : {100, 101}) {
      REQUIRE(ids.tasks_watched(array) == in_array[array]);
      const auto tasks = tasks_of(ids, array);
      REQUIRE(tasks.size() == in_array[array]);
      REQUIRE(std::is_sorted(tasks.begin(), tasks.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; }));
    }
  }
}
