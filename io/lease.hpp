// One writer per folder, also where several machines see it over a network file system. Fencing by generations:
// of the files owner.0, owner.1, ... the highest is the lock, and a hard link, which exactly one contender can
// make, is what takes it. Never uses flock, fcntl locks or mmap, never signals the other owner, and never stops
// a write that is under way: between still_ours() and the append that follows it an owner may be suspended, so
// one append of a deposed owner can still come late.
#pragma once

#include "io/lease_owner.hpp"
#include "io/result.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace settle::io {

struct lease_options {
  /// Any owner counts as gone: for when somebody knows.
  bool take_over = false;
  /// An owner whose process cannot be looked up from here is gone when its file did not change for so long, by our
  /// monotonic clock. Several beats, and no less than the attribute caches of network file systems (60 s).
  std::chrono::milliseconds foreign_patience{60'000};
  /// Asked at least every 0.1 s while waiting; true ends it with errc::cancelled. Must not throw.
  std::function<bool()> give_up{};
};

class lease {
public:
  /// `folder` must exist. Blocks: at once for an owner of this machine, up to foreign_patience for another one.
  /// Errors: unavailable (another owner lives; the words name it and the remedy), cancelled, and storage: the
  /// folder is missing, cannot be written, or has no hard links.
  static result<std::unique_ptr<lease>> acquire(const std::string& folder, const lease_options&);
  /// Releases: the next owner need not wait. Not in a forked copy of the owner.
  ~lease();

  /// Before every append. False also where it cannot be known, and in a forked copy of the owner. Thread safe;
  /// a few system calls, on network file systems one round trip.
  bool still_ours() const;
  /// Changes our file so that other machines see us live; every 10 s or so. Thread safe. A failure is not told:
  /// what follows from it, an owner who took over, still_ours() tells.
  void beat();

private:
  struct impl;
  explicit lease(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

/// Who holds the folder and its last beat, as far as one look can tell: an owner of another machine counts as alive, one whose file
/// cannot be understood has the host "unknown". Writes nothing; nobody where the folder cannot be read.
std::optional<lease_text> held_by(const std::string& folder);
std::optional<lease_owner> holder(const std::string& folder);

}  // namespace settle::io
