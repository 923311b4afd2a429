// What a run's book holds of tasks that are over.
#include "actors/run_book.hpp"

#include <catch2/catch.hpp>

using namespace settle;
using namespace settle::actors;

TEST_CASE("of a task that is over the book keeps its id and name, and of the others everything",
          "[actors][run_book]") {
  auto read = tasks::parse_document(R"({"env": [{"set": {"A": "1"}}], "tasks": [
    {"id": "a", "name": "first", "command": "a command longer than fifteen letters", "deps": [], "init": "own",
     "partition": "p", "output_file": "a.out", "env": [{"set": {"B": "2"}}]},
    {"id": "b", "name": "second", "command": "./b", "deps": ["a"], "output_file": "b.out"}]})");
  REQUIRE(read.problems.empty());
  run_facts facts;
  facts.id = "0testrun0000";
  facts.folder = "/state/runs/0testrun0000";
  facts.backend = "slurm";
  run_book book(facts, 0, true);
  REQUIRE(book.add_document(std::move(read.doc), "").empty());
  CHECK(book.parts().front().doc.places.capacity() == 0);
  book.forget_task(0);
  const auto& over = book.task(0);
  CHECK(over.id == "a");
  CHECK(over.name == "first");
  CHECK(over.wants->partition == "p");
  CHECK(over.command.capacity() < 16);
  CHECK((over.env.empty() && over.init.empty() && over.output_file.empty()));
  const auto& next = book.task(1);
  CHECK(next.command == "./b");
  CHECK(next.deps.list() == std::vector<std::string>{"a"});
  const auto spec = book.spec(1, 1);
  REQUIRE(spec);
  CHECK((*spec)->script.find("./b") != std::string::npos);
}
