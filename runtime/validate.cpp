#include "runtime/settle.hpp"

#include "actors/core/run.hpp"
#include "actors/plan.hpp"

namespace settle {

namespace {

validation check(tasks::parsed parsed) {
  validation v;
  v.doc = std::move(parsed.doc);
  v.problems = std::move(parsed.problems);
  v.warnings = std::move(parsed.warnings);
  // Ids and deps of tasks that could not be read are unknown: their problems would only mislead.
  if (v.problems.empty()) {
    core::run trial;
    v.problems = actors::join_document(trial, v.doc);
  }
  return v;
}

}  // namespace

validation validate_file(const std::string& path) {
  return check(tasks::read_document(path));
}

validation validate_text(std::string_view text) {
  return check(tasks::parse_document(text));
}

}  // namespace settle
