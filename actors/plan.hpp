// Joins a task document to a run: ids, deps, cycles and env rules checked, every problem with its place in the
// document. Pure; used for the first document, for generated ones, and by `settle validate`.
#pragma once

#include "actors/core/run.hpp"
#include "io/tasks/document.hpp"

#include <vector>

namespace settle::actors {

/// Adds the document's tasks to the run. With any problem nothing was added. `change`: tasks whose
/// dependency had failed before they joined.
std::vector<tasks::problem> join_document(core::run& run, const tasks::document& doc,
                                          core::run_change* change = nullptr);

}  // namespace settle::actors
