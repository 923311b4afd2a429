#include "actors/translate/request_json.hpp"

#include <catch2/catch.hpp>

using namespace settle::actors;
using settle::io::errc;

TEST_CASE("a request to cancel is read as it was written", "[actors][requests]") {
  const auto all = read_cancel_request(to_json(cancel_request{"0abc", {}}));
  REQUIRE(all);
  CHECK(all->run == "0abc");
  CHECK(all->items.empty());
  const auto some = read_cancel_request(to_json(cancel_request{"0abc", {"a \"b\"", "c-*"}}));
  REQUIRE(some);
  CHECK(some->items == std::vector<std::string>{"a \"b\"", "c-*"});
}

TEST_CASE("a request that is not understood is refused; no items are not all of them", "[actors][requests]") {
  for (const char* text :
       {"", "{", "[]", R"({"request":"cancel","v":1})", R"({"request":"cancel","v":2,"run":"a"})",
        R"({"request":"stop","v":1,"run":"a"})", R"({"request":"cancel","v":1,"run":"a","items":[]})",
        R"({"request":"cancel","v":1,"run":"a","items":"b"})",
        R"({"request":"cancel","v":1,"run":"a","items":[1]})"}) {
    INFO(text);
    const auto read = read_cancel_request(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::bad_input);
    CHECK_FALSE(read.error().words.empty());
  }
}

TEST_CASE("an answer is read as it was written, and a letter's name tells its run", "[actors][requests]") {
  const auto read = read_request_answer(to_json(request_answer{true, "cancelling 2 items"}));
  REQUIRE(read);
  CHECK(read->carried_out);
  CHECK(read->words == "cancelling 2 items");
  CHECK_FALSE(read_request_answer("{}"));
  CHECK(run_of_letter(letter_name("0abc", "ff00")) == "0abc");
  CHECK(run_of_letter("something") == "");
}
