#include "actors/core/status.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace settle::core;

namespace {

template <class Enum, class Parse>
void each_word_reads_back(Enum last, Parse parse) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    CAPTURE(std::string{to_text(value)});
    CHECK(parse(to_text(value)) == value);
    words.insert(to_text(value));
  }
  CHECK(words.size() == static_cast<std::size_t>(last) + 1);
  CHECK_FALSE(parse("").has_value());
  CHECK_FALSE(parse("no such word").has_value());
}

}  // namespace

TEST_CASE("every status, evidence and cause has one word that reads back as itself", "[core][status]") {
  each_word_reads_back(item_status::dep_failed, item_status_from_text);
  each_word_reads_back(run_status::cancelled, run_status_from_text);
  each_word_reads_back(evidence::imported, evidence_from_text);
  each_word_reads_back(cause::generator_failed, cause_from_text);
}

TEST_CASE("the words of the outputs are spelled as the manual spells them", "[core][status]") {
  CHECK(to_text(item_status::dep_failed) == "dep_failed");
  CHECK(to_text(item_status::settling) == "settling");
  CHECK(to_text(run_status::cancelled) == "cancelled");
  CHECK(to_text(evidence::not_applicable) == "null");
  CHECK(to_text(evidence::process) == "process");
  CHECK(to_text(evidence::imported) == "imported");
  CHECK(to_text(cause::exit_nonzero) == "exit_nonzero");
  CHECK(to_text(cause::out_of_memory) == "out_of_memory");
  CHECK(to_text(cause::dependency_failed) == "dependency_failed");
  CHECK(to_text(cause::generator_failed) == "generator_failed");
}

TEST_CASE("live items are those that hold a slot, settling ones included", "[core][status]") {
  CHECK_FALSE(is_live(item_status::pending));
  CHECK(is_live(item_status::submitted));
  CHECK(is_live(item_status::settling));
  CHECK_FALSE(is_live(item_status::completed));
  CHECK_FALSE(is_terminal(item_status::settling));
  CHECK(is_terminal(item_status::dep_failed));
}
