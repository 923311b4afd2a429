#include "actors/core/item.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace settle::core;

namespace {

const std::string path = SETTLE_SOURCE_DIR "/docs/states.md";

std::string read_document() {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("docs/states.md is what the table says (UPDATE_GOLDEN=1 writes it anew)", "[core][item]") {
  const std::string printed = states_markdown();
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && std::string{update} == "1")
    std::ofstream(path, std::ios::binary) << printed;
  CHECK(read_document() == printed);
}

TEST_CASE("the document names every event and every state", "[core][item]") {
  const std::string printed = states_markdown();
  for (std::size_t e = 0; e < event_kind_count; ++e)
    CHECK(printed.find("| " + std::string{to_text(static_cast<event_kind>(e))} + " |") != std::string::npos);
  for (std::size_t s = 0; s < item_status_count; ++s)
    CHECK(printed.find(" " + std::string{to_text(static_cast<item_status>(s))} + " |") != std::string::npos);
  CHECK(printed.find("unset") == std::string::npos);
}
