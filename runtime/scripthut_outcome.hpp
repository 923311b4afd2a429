// What an item of scripthut's that is over means for settle: the one place where scripthut's record of an end becomes
// a verdict, and what that verdict rests on (docs/decisions/0021-import-and-export.md). Pure.
#pragma once

#include "actors/core/item.hpp"
#include "runtime/scripthut_run.hpp"

#include <string>
#include <string_view>

namespace settle {

/// The item after its end; it must have a terminal status. `generator`: it has a document of its own to write.
/// `over_at`: its end where scripthut did not keep one. Errors: words of what contradicts itself.
tl::expected<core::item, std::string> outcome_of(const scripthut_item& item, bool generator,
                                                 core::duration over_at);

/// Slurm's id; 0 where there is none, or it is no number of Slurm's.
std::uint64_t slurm_id_of(std::string_view job_id);

}  // namespace settle
