#include "runtime/run_request.hpp"

#include "io/files.hpp"
#include "runtime/places.hpp"

#include <utility>

namespace settle {

actors::submit_run request_for(std::string document, const std::string& source, const run_options& how) {
  actors::submit_run m;
  m.document = std::move(document);
  m.source = source;
  m.title = how.title;
  m.start_dir = how.start_dir.empty() ? current_dir() : how.start_dir;
  m.max_concurrent = how.max_concurrent;
  return m;
}

std::optional<std::string> document_text(const std::string& path, submit_answer& why) {
  std::string text;
  const int error = io::read_whole_file(path, text);
  if (error == 0)
    return text;
  why.problems = {{{0, 0}, path + " cannot be read: " + io::errno_words(error)}};
  return std::nullopt;
}

}  // namespace settle
