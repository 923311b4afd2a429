// What a host or the command line asks to run, as the actors' request: the one place where run_options become one.
#pragma once

#include "actors/messages.hpp"
#include "runtime/settle.hpp"

#include <optional>
#include <string>

namespace settle {

/// `source`: the document's file name, for titles and messages; may be empty.
actors::submit_run request_for(std::string document, const std::string& source, const run_options& how);

/// The document's text; none where the file cannot be read, and `why` says so as a refused document would.
std::optional<std::string> document_text(const std::string& path, submit_answer& why);

}  // namespace settle
