// What a place to run jobs says of itself and what that means for settle: facts, and findings in words. Plain data;
// nothing here asks anybody or decides what becomes of an item.
#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settle::core {

enum class grade : std::uint8_t {
  ok,           ///< as settle expects it
  attention,    ///< settle works, but somebody should know or change something
  cannot_work,  ///< without this settle can do nothing here
};

/// One thing that was looked at.
struct finding {
  std::string what;  ///< a stable word, such as "clock" (docs/json.md lists them)
  grade graded{};
  std::string words;   ///< what is so, and what settle does about it
  std::string remedy;  ///< what a person can do; empty: nothing needs to be done
  bool operator==(const finding&) const = default;
};

/// Whether accounting can confirm anything.
enum class accounting_state : std::uint8_t {
  unknown,  ///< nobody could be asked
  on,
  off,     ///< the cluster keeps none, or none of jobs
  silent,  ///< it is kept, and does not answer now
};

/// Facts of a cluster that a backend can use. Absent: the cluster did not say.
struct site_facts {
  std::string cluster;             ///< its name
  std::string client_version;      ///< of the commands here: "22.05.8"
  std::string controller_version;  ///< "24.11.5"
  bool controller_answers = false;
  std::optional<duration> listing_latency;  ///< of one listing of our own jobs
  accounting_state accounting = accounting_state::unknown;
  std::optional<std::uint64_t> accounting_backlog;  ///< records the controller has not yet handed on
  /// The controller's wall clock minus ours: positive where the controller is ahead. Its clock has whole seconds,
  /// so the truth lies within `skew_within` on either side; half the round trip is taken off. What the rules
  /// subtract before they compare a time of ours with one of the scheduler's (limits::clock_slack comes on top).
  std::optional<duration> skew;
  duration skew_within{};
  std::optional<std::uint64_t> array_size_max;    ///< tasks of one array: the largest index + 1; 0: no arrays
  std::optional<std::uint64_t> jobs_max;          ///< that the controller holds, of all users
  std::optional<std::uint64_t> script_bytes_max;  ///< of one job's script
  std::optional<duration> ended_jobs_kept;        ///< how long a listing can show an ended job; 0: for ever
  std::optional<duration> message_timeout;        ///< after which its own commands give up
  std::optional<bool> federated;
};

}  // namespace settle::core
