#include "actors/core/status.hpp"

#include <array>

namespace settle::core {

namespace {

// In the order of the enumerators; a missing word would be an empty one, which the assertions exclude.
constexpr std::array<std::string_view, 8> item_words{"pending",  "submitted", "queued", "running",
                                                     "settling", "completed", "failed", "dep_failed"};
constexpr std::array<std::string_view, 5> run_words{"pending", "running", "completed", "failed", "cancelled"};
constexpr std::array<std::string_view, 8> evidence_words{"null",       "none",    "accounting", "queue",
                                                         "controller", "witness", "process",    "imported"};
constexpr std::array<std::string_view, 16> cause_words{"none",
                                                       "exit_nonzero",
                                                       "signal",
                                                       "timeout",
                                                       "out_of_memory",
                                                       "cancelled",
                                                       "node_failure",
                                                       "preempted",
                                                       "boot_failure",
                                                       "deadline",
                                                       "launch_failure",
                                                       "rejected",
                                                       "never_recorded",
                                                       "lost",
                                                       "dependency_failed",
                                                       "generator_failed"};

static_assert(item_words.size() == item_status_count);
static_assert(static_cast<std::size_t>(run_status::cancelled) + 1 == run_words.size());
static_assert(static_cast<std::size_t>(evidence::imported) + 1 == evidence_words.size());
static_assert(static_cast<std::size_t>(cause::generator_failed) + 1 == cause_words.size());

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& words, std::string_view text) noexcept {
  for (std::size_t i = 0; i < N; ++i)
    if (words[i] == text)
      return static_cast<Enum>(i);
  return std::nullopt;
}

template <class Enum, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) noexcept {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? words[at] : std::string_view{"?"};
}

}  // namespace

std::string_view to_text(item_status s) noexcept {
  return word(item_words, s);
}
std::string_view to_text(run_status s) noexcept {
  return word(run_words, s);
}
std::string_view to_text(evidence e) noexcept {
  return word(evidence_words, e);
}
std::string_view to_text(cause c) noexcept {
  return word(cause_words, c);
}

std::optional<item_status> item_status_from_text(std::string_view t) noexcept {
  return find<item_status>(item_words, t);
}
std::optional<run_status> run_status_from_text(std::string_view t) noexcept {
  return find<run_status>(run_words, t);
}
std::optional<evidence> evidence_from_text(std::string_view t) noexcept {
  return find<evidence>(evidence_words, t);
}
std::optional<cause> cause_from_text(std::string_view t) noexcept {
  return find<cause>(cause_words, t);
}

}  // namespace settle::core
