// Names of things inside one runtime: small numbers for runs and items, tokens for the world outside.
#pragma once

#include "actors/core/graph.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace settle::actors {

/// One item of one run of this runtime.
struct item_key {
  std::uint32_t run = 0;  ///< the supervisor's own number of the run
  core::item_index index = 0;
  auto operator<=>(const item_key&) const = default;
};

struct item_key_hash {
  std::size_t operator()(const item_key& k) const noexcept {
    return std::hash<std::uint64_t>{}((std::uint64_t{k.run} << 32) | k.index);
  }
};

/// A run's id: twelve characters of [0-9a-z], sorted as the runs were created. `random` fills the last five.
std::string make_run_id(std::int64_t epoch_seconds, std::uint64_t random);

/// The unique name of one submission: RUN-ITEM-N with item and ordinal in base 36. A job's name ends with a dot
/// and this, so a job can be found again by anyone who knows the run.
std::string make_token(std::string_view run_id, core::item_index item, std::uint32_t submission);

/// What a token says: the item, and N.
struct token_parts {
  core::item_index item = 0;
  std::uint32_t submission = 0;  ///< never 0
};
/// None where it is no token.
std::optional<token_parts> parts_of_token(std::string_view token);
/// N of a token; 0 where it is none.
std::uint32_t submission_of_token(std::string_view token);

/// The token at the end of a job name; empty where there is none.
std::string_view token_of_job_name(std::string_view job_name);

}  // namespace settle::actors
