#include "io/array_indexes.hpp"
#include "io/job_id.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace settle::io;

TEST_CASE("a job's id and an array's task's are one number each, and read as Slurm writes them",
          "[io][job_id]") {
  CHECK(job_id_text(4711) == "4711");
  CHECK(job_id_text(array_task_id(145, 7)) == "145_7");
  CHECK(job_id_text(array_task_id(67'043'328, 0)) == "67043328_0");
  for (const auto id :
       {std::uint64_t{1}, std::uint64_t{67'043'328}, array_task_id(1, 0), array_task_id(145, 4'000'000)})
    CHECK(job_id_from_text(job_id_text(id)) == id);
  CHECK_FALSE(is_array_task(145));
  CHECK(array_id_of(145) == 145);
  CHECK(array_id_of(array_task_id(145, 7)) == 145);
  CHECK(array_index_of(array_task_id(145, 7)) == 7);
  for (const char* wrong :
       {"", "0", "x", "145_", "_7", "145_7_8", "145_[1-3]", "-1", "4294967296", "145_4294967295", " 1"})
    CHECK_FALSE(job_id_from_text(wrong));
  std::vector<std::uint64_t> ids{array_task_id(7, 1), 8, array_task_id(7, 0), array_task_id(6, 99), 5};
  std::sort(ids.begin(), ids.end(), older_job);
  CHECK(ids ==
        std::vector<std::uint64_t>{5, array_task_id(6, 99), array_task_id(7, 0), array_task_id(7, 1), 8});
}

TEST_CASE("indexes of an array are read in all of Slurm's forms, and what is cut is none", "[io][job_id]") {
  const auto some = array_indexes::parse("1,3-9:2,20-22%4");
  REQUIRE(some);
  std::vector<std::uint32_t> in;
  for (std::uint32_t i = 0; i < 30; ++i)
    if (some->contains(i))
      in.push_back(i);
  CHECK(in == std::vector<std::uint32_t>{1, 3, 5, 7, 9, 20, 21, 22});
  CHECK(some->size() == 8);
  CHECK(some->text() == "1,3-9:2,20-22");
  for (const char* wrong : {"", "1,", "1,3,...", "1-", "3-1", "1-9:0", "1,1", "5,3", "1-5,3", "1%", "1%x",
                            "x", "1,,2", "4294967296"})
    CHECK_FALSE(array_indexes::parse(wrong));
  const std::vector<std::uint32_t> list{0, 1, 2, 3, 5, 8, 9};
  CHECK(array_indexes(list).text() == "0-3,5,8-9");
  CHECK(array_indexes(list).pieces(5) == std::vector<std::string>{"0-3,5", "8-9"});
  CHECK(array_indexes().empty());
  CHECK(array_indexes().text().empty());
}
