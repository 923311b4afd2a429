// The records of one task in its run's folder `exits`: TOKEN.start says who keeps it, TOKEN.end how it ended. Their
// keeper (io/local/keeper) writes both; here they are read, and a task that never began is claimed, so that it never
// will. boot.ID files say under which boots of which machines tasks of the run were started. Blocks for small files.
#pragma once

#include "io/lease_owner.hpp"
#include "io/local/executor.hpp"
#include "io/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settle::io::local {

struct start_record {
  bool unrun = false;  ///< another settle decided that it does not run; nothing else is set
  lease_owner keeper;
  pid_t task = 0;
  std::uint64_t task_start = 0;
};

/// The line by which a machine and its boot are known again.
std::string facts_of(const lease_owner& me);

/// Total: what is cut, or of another token, is nothing.
std::optional<start_record> parse_start(std::string_view text, std::string_view token);
std::optional<local_end> parse_end(std::string_view text, std::string_view token);

/// None: there is no file. Errors: storage, bad_reply (there is one, but it says nothing).
result<std::optional<start_record>> read_start(const task_place&);
result<std::optional<local_end>> read_end(const task_place&);

/// Decides that this task does not run: durable. False: somebody has decided before, read_start says what.
result<bool> claim_unrun(const task_place&);

/// Notes, durably, that tasks are started under this boot.
result<void> note_boot(const std::string& records, const lease_owner& me);

enum class boots : std::uint8_t {
  this_one,   ///< and no other: a start record that is not there was never made
  earlier,    ///< of this machine: what an earlier boot left may not have reached the disk
  elsewhere,  ///< of another machine
};
result<boots> boots_of(const std::string& records, const lease_owner& me);

}  // namespace settle::io::local
