// What a run is, from the first line of its journal alone. Reads no more than that.
#pragma once

#include "actors/translate/journal_json.hpp"
#include "io/result.hpp"

#include <string>

namespace settle {

/// The facts are without folder. Errors: storage, also where the first line does not tell of a run.
io::result<actors::kept_run> read_journal_head(const std::string& run_folder);

}  // namespace settle
