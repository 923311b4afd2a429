// Who holds a lease, as a file says it, and whether that process still lives as far as this machine can tell.
// Looks at /proc and the file's bytes; never waits, never writes, and never calls a process of another machine
// gone: of those one look says nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settle::io {

struct lease_owner {
  std::string host;  ///< as the machine calls itself; "unknown" where the file cannot be understood
  std::string
      machine;  ///< outlives a boot; two clusters' "login1" on one file system differ by it; may be empty
  std::string boot;       ///< the kernel's id of this boot
  std::string pid_space;  ///< the pid namespace: a pid of another container is not ours to look up
  std::int32_t pid = 0;
  std::uint64_t start = 0;  ///< field 22 of /proc/PID/stat, clock ticks after the boot: tells a reused pid
  std::string nonce;        ///< 32 hex digits, another for every lease
  std::int64_t since = 0;   ///< seconds after the epoch by the owner's clock; for words only
  bool operator==(const lease_owner&) const = default;
};

/// The calling process with a new nonce, since now. What cannot be read stays empty or 0.
lease_owner this_process();

enum class lease_state : std::uint8_t { held, released };

struct lease_text {
  lease_owner owner;
  std::uint64_t beat = 0;  ///< grows while the owner lives
  lease_state state = lease_state::held;
};

/// key=value lines. Of one owner they are always equally long, so that they can be written over in place.
std::string to_text(const lease_text&);
/// Nothing unless every key that a judgement needs is there and understood. Takes any bytes.
std::optional<lease_text> parse_lease(std::string_view bytes);

enum class life : std::uint8_t {
  alive,
  gone,
  unknown,  ///< another machine or container: only time tells
};

/// `me` is this_process().
life life_of(const lease_owner& owner, const lease_owner& me);

}  // namespace settle::io
