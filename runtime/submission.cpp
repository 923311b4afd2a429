#include "runtime/submission.hpp"

#include "actors/clock.hpp"
#include "actors/run_founding.hpp"
#include "io/lease.hpp"
#include "runtime/left_run.hpp"
#include "runtime/places.hpp"
#include "runtime/run_request.hpp"

#include <utility>

namespace settle {

namespace {

submit_answer refused(const io::error& why) {
  submit_answer answer;
  answer.trouble = why.words;
  return answer;
}

submit_answer leave(const options& place, actors::submit_run asked) {
  const auto kind = choose_backend(place.backend);
  if (!kind)
    return refused(kind.error());
  const std::string state = absolute(place.state_dir.empty() ? default_state_dir() : place.state_dir);
  const bool local = *kind == backend_kind::local;
  const actors::founding_place where{state + "/runs", local ? "local" : "slurm", home_dir(),
                                     !local && place.rules.witness != core::witness_use::off, true};
  auto founded = actors::found_run(asked, where, actors::machine_now());
  submit_answer answer;
  answer.problems = std::move(founded.problems);
  answer.warnings = std::move(founded.warnings);
  if (!founded.book)
    return answer;
  const auto left = leave_book(state, *founded.book, {std::move(asked.document)});
  if (!left)
    return refused(left.error());
  answer.run = founded.book->facts().id;
  return answer;
}

}  // namespace

submit_answer leave_file(const options& place, const std::string& path, const run_options& how) {
  submit_answer unread;
  auto text = document_text(path, unread);
  return text ? leave(place, request_for(std::move(*text), path, how)) : unread;
}

submit_answer leave_text(const options& place, const std::string& text, const run_options& how) {
  return leave(place, request_for(text, {}, how));
}

std::string supervisor_folder(const std::string& state_dir) {
  return state_dir + "/supervisor";
}

std::optional<io::lease_owner> supervisor_of(const std::string& state_dir) {
  return io::holder(supervisor_folder(state_dir));
}

}  // namespace settle
