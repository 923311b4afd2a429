// Task documents: any bytes give a document or problems, sorted by place, which lie in the text; never nothing.
#include "io/tasks/document.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace settle;

namespace {

bool earlier(const tasks::problem& a, const tasks::problem& b) {
  return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
}

void check_told(const std::vector<tasks::problem>& told, std::string_view text) {
  const auto lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  fuzz::must(std::is_sorted(told.begin(), told.end(), earlier), "problems are sorted by place");
  for (const auto& p : told) {
    fuzz::must(!p.words.empty(), "a problem has words");
    fuzz::must(p.at.line >= 1 && p.at.line <= lines && p.at.column >= 1 && p.at.column <= text.size() + 1,
               "a problem lies in the text");
  }
}

bool same(const std::vector<tasks::problem>& a, const std::vector<tasks::problem>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.at.line == y.at.line && x.at.column == y.at.column && x.words == y.words;
  });
}

void check_task(const tasks::task& t, const tasks::task_places& places) {
  fuzz::must(!t.id.empty() && !t.command.empty(), "a task has its id and command");
  fuzz::must(t.deps.size() == places.deps.size(), "each dependency has its place");
  for (const auto* text : {&t.id, &t.name, &t.command, &t.wants->working_dir, &t.output_file.str()})
    fuzz::must(fuzz::is_utf8(*text) && text->find('\0') == std::string::npos, "text is UTF-8 without NUL");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto read = tasks::parse_document(text);
  check_told(read.problems, text);
  check_told(read.warnings, text);
  const auto second = tasks::parse_document(text);
  fuzz::must(same(read.problems, second.problems) && same(read.warnings, second.warnings),
             "the same bytes give the same problems");
  fuzz::must(read.doc.tasks.size() == second.doc.tasks.size(), "the same bytes give the same tasks");
  if (!read.problems.empty())
    return 0;
  fuzz::must(read.doc.places.size() == read.doc.tasks.size(), "each task has its place");
  for (std::size_t i = 0; i < read.doc.tasks.size(); ++i)
    check_task(read.doc.tasks[i], read.doc.places[i]);
  const auto parent = tasks::without_tasks(read.doc);
  fuzz::must(tasks::parse_document(text, &parent).doc.tasks.size() == read.doc.tasks.size(),
             "a parent adds no tasks");
  return 0;
}
