#include "runtime/run_request.hpp"

#include "runtime/places.hpp"

#include <fstream>
#include <iterator>
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
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.is_open() && !file.bad())
    return text;
  why.problems = tasks::read_document(path).problems;
  return std::nullopt;
}

}  // namespace settle
