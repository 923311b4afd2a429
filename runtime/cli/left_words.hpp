// What is said of a run that was left in the state directory: who goes on with it. Pure.
#pragma once

#include "actors/translate/json_writer.hpp"
#include "io/lease_owner.hpp"

#include <optional>
#include <string>

namespace settle::cli {

/// "supervisor":{"host":…,"pid":…}, or null.
void write_supervisor(actors::json_writer& out, const std::optional<io::lease_owner>& supervisor);

/// One line for people, with its newline.
std::string who_goes_on(const std::string& run, const std::string& state,
                        const std::optional<io::lease_owner>& supervisor);

}  // namespace settle::cli
