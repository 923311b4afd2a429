// How io says that something expected went wrong: a code that somebody reacts to, and words to read.
// Bugs are asserts; what happened to a job is data; neither is an error.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace settle::io {

/// One code per different reaction.
enum class errc : std::uint8_t {
  rejected,         ///< stop: the other side said no, a retry cannot help; show its words
  unavailable,      ///< try again later, paced
  too_many,         ///< as unavailable; fewer at once may be taken now
  maybe_submitted,  ///< look for our token before anything else
  bad_reply,        ///< count it, show the first bytes, treat as unavailable
  cancelled,        ///< unwind quietly
  unknown_kind,     ///< a line of a kind that a later settle has added: who only reads passes over it
  bad_input,        ///< the user's document or option; exit code 2
  storage,          ///< a file could not be written or read; stop new submissions
};

struct error {
  errc code{};
  std::string words;
};

template <class T>
using result = tl::expected<T, error>;

inline tl::unexpected<error> fail(errc code, std::string words) {
  return tl::unexpected<error>(error{code, std::move(words)});
}

}  // namespace settle::io
