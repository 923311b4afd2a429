// What one process asks of whoever supervises a run, and what that one answers, as letters in a state directory's inbox
// and outbox. Both have the same name, which begins with the run's id. Pure.
#pragma once

#include "io/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::actors {

/// Cancel these items of the run, or all of it.
struct cancel_request {
  std::string run;
  std::vector<std::string> items;  ///< ids or patterns as in `deps`; empty: the whole run
};

struct request_answer {
  bool carried_out = false;
  std::string words;  ///< for people: what was done, or why nothing was
};

/// RUN.UNIQUE.json
std::string letter_name(std::string_view run, std::string_view unique);
/// The run of a letter's name; empty where it is none of ours.
std::string_view run_of_letter(std::string_view name);

/// {"request":"cancel","v":1,"run":…,"items":[…]}; without `items`: the whole run.
std::string to_json(const cancel_request& request);
/// Errors: bad_input, with words.
io::result<cancel_request> read_cancel_request(std::string_view text);

/// {"answer":"cancel","v":1,"carried_out":…,"words":…}
std::string to_json(const request_answer& answer);
/// Errors: bad_reply, with words.
io::result<request_answer> read_request_answer(std::string_view text);

}  // namespace settle::actors
