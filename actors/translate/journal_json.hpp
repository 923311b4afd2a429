// The journal's own lines beside the event stream: what a run is, which documents joined, which submissions were
// intended. Pure.
#pragma once

#include "actors/job_spec.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace settle::actors {

/// {"event":"run","v":1,"run":…,"title":…,"backend":…,"created":…,"start_dir":…}: the first line.
std::string run_line(const run_facts& run);
/// {"event":"document","v":1,"file":"document-0.json","tasks":N,"generator":id or null}
std::string document_line(std::string_view file, std::size_t tasks, std::string_view generator);
/// {"event":"intent","v":1,"item":…,"token":…}: durable before sbatch starts.
std::string intent_line(std::string_view item, std::string_view token);

}  // namespace settle::actors
