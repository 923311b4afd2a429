// The frame around Slurm's JSON answers, alike in squeue and sacct: the list `jobs`, and `errors`, which makes the
// whole answer void whatever the exit code was. Private to io/slurm.
#pragma once

#include "io/result.hpp"
#include "io/slurm/json_values.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace settle::slurm {

/// Calls job(walk, value) for each element of `jobs`. Bytes that are no UTF-8 (names may hold them) become '?', as
/// sacct prints them itself. unavailable: the document is cut short or no JSON, or it reports errors; the one error
/// that says nothing more than "no such jobs" (9003, up to 22.05) is none. bad_reply: it has no list `jobs`.
io::result<void> each_job(std::string document, const std::function<void(json_walk&, json_value&)>& job);

/// Reads a job by its rules. Empty when that went well; else why it did not: what could be read has been.
template <class Shown, std::size_t N>
std::string read_job(json_walk& in, json_value& v, const std::array<json_rule<Shown>, N>& rules, Shown& out) {
  std::string_view wrong;
  if (!read_fields(in, v, rules, out, wrong))
    return "no JSON object";
  return wrong.empty() ? std::string{} : "its field `" + std::string(wrong) + "` cannot be read";
}

}  // namespace settle::slurm
