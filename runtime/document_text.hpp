// A task document written as text again: read by io/tasks it gives the same tasks, rules, groups and defaults. Pure.
#pragma once

#include "io/tasks/document.hpp"

#include <string>

namespace settle {

/// One line for each task. What a task has from the document's defaults is not written again, so that a document that
/// one of its tasks generates inherits the same. Places are lost.
std::string document_text(const tasks::document& doc);

}  // namespace settle
