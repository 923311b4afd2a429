// A run that is left in the state directory for a supervisor: whole, durable, and not begun. Starts nothing, asks no
// scheduler, and needs nobody to be there.
#pragma once

#include "io/lease_owner.hpp"
#include "runtime/settle.hpp"

#include <optional>
#include <string>

namespace settle {

/// Checks the document and leaves its run; next_seq of the answer is 1. `place`: state_dir (empty: the usual one),
/// backend and whether rules.witness wants exit records; its other members are the supervisor's business.
submit_answer leave_file(const options& place, const std::string& path, const run_options& how);
submit_answer leave_text(const options& place, const std::string& text, const run_options& how);

/// Where the supervisor of a state directory has its lease.
std::string supervisor_folder(const std::string& state_dir);
/// Who supervises this state directory now, as far as one look can tell.
std::optional<io::lease_owner> supervisor_of(const std::string& state_dir);

}  // namespace settle
