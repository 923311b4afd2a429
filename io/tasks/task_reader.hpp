// Reads the fields of one task, and those that may also stand beside `tasks` as defaults.
#pragma once

#include "io/tasks/document.hpp"
#include "io/tasks/fields.hpp"
#include "io/tasks/json_input.hpp"

#include <array>
#include <cstdint>

namespace settle::tasks {

/// Which fields an object held, and where each stood.
class given_fields {
public:
  /// True the first time; else a problem is told.
  bool first(json_input&, field, place at);
  bool has(field f) const { return (mask_ >> static_cast<unsigned>(f) & 1) != 0; }
  place at(field f) const { return places_[static_cast<std::size_t>(f)]; }
  /// A null stands for "not given".
  void forget(field f) { mask_ &= ~(std::uint64_t{1} << static_cast<unsigned>(f)); }
  /// The resources among them, for fill_defaults.
  std::uint16_t resources_mask() const { return static_cast<std::uint16_t>(mask_ & 0x3ff); }

private:
  std::uint64_t mask_ = 0;
  std::array<place, field_count> places_;
};
static_assert(field_count <= 64 && field::sbatch_args == static_cast<field>(9));

/// Refuses, warns of or accepts a key at its level; true: its value is to be read.
bool accept_key(json_input&, std::string_view key, field, level, place at, json_input::value&);

/// One of working_dir … sbatch_args.
void read_resource(json_input&, field, json_input::value&, resources&);

/// A task object but for its `wants`: `own` gets what it asked for itself. Returns which those are (a resources_mask).
/// `where`: task, or record.
std::uint16_t read_task(json_input&, json_input::value&, place at, task&, task_places&, resources& own,
                        level where = level::task);

/// Takes from `defaults` what `given` (a resources_mask) lacks.
void fill_defaults(resources&, std::uint16_t given, const resources& defaults);

/// A path in which settle replaces ${SETTLE_…} and ${SCRIPTHUT_…} alone: a warning for any other `$`.
void warn_of_dollars(json_input&, std::string_view name, std::string_view text, place at);

}  // namespace settle::tasks
