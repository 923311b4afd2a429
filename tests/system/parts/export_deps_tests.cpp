// Dependencies of an exported run: patterns become ids.
#include "runtime/export_deps.hpp"

#include <catch2/catch.hpp>

using namespace settle;

namespace {

std::unique_ptr<tasks::document>
document_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& ids) {
  auto doc = std::make_unique<tasks::document>();
  for (const auto& [id, deps] : ids) {
    doc->tasks.emplace_back().id = id;
    doc->tasks.back().deps = deps;
  }
  return doc;
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a pattern is the ids that it matched when its document joined", "[program][scripthut]") {
  std::vector<std::unique_ptr<tasks::document>> documents;
  documents.push_back(
      document_of({{"p-1", {}}, {"p-2", {}}, {"all", {"p-*"}}, {"p-[1]", {}}, {"one", {"p-[1]", "p-1"}}}));
  documents.push_back(document_of({{"p-3", {"p-*"}}, {"late", {"p-3", "p-?", "p-1"}}}));
  resolved_deps deps(documents);
  const auto of = [&](std::size_t doc, std::size_t task) {
    return deps.of(documents[doc]->tasks[task], *documents[doc]);
  };
  CHECK(of(0, 0).empty());
  CHECK(of(0, 2) == ids{"p-1", "p-2", "p-[1]"});
  CHECK(of(0, 4) == ids{"p-[1]", "p-1"});  // an id that looks like a pattern is that id
  CHECK(of(1, 0) == ids{"p-1", "p-2", "p-[1]"});
  CHECK(of(1, 1) == ids{"p-3", "p-1", "p-2"});
  CHECK_FALSE(deps.left_patterns());
}

TEST_CASE("a stage of thousands that waits for another stays a pattern, in bounded space",
          "[program][scripthut]") {
  std::vector<std::pair<std::string, std::vector<std::string>>> tasks;
  for (int i = 0; i < 4000; ++i)
    tasks.push_back({"a" + std::to_string(i), {}});
  for (int i = 0; i < 3000; ++i)
    tasks.push_back({"b" + std::to_string(i), {"a*"}});
  std::vector<std::unique_ptr<tasks::document>> documents;
  documents.push_back(document_of(tasks));
  resolved_deps deps(documents);
  std::size_t written = 0;
  for (const auto& task : documents[0]->tasks)
    written += deps.of(task, *documents[0]).size();
  CHECK(deps.left_patterns());
  CHECK(written == 2500 * 4000 + 500);
  CHECK(deps.of(documents[0]->tasks.back(), *documents[0]) == ids{"a*"});
}
