#include "runtime/cli/problems.hpp"

#include "actors/translate/json_writer.hpp"
#include "io/files.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include <unistd.h>

namespace settle::cli {

namespace {

void write_problems(actors::json_writer& out, std::string_view name, const std::string& file,
                    const std::vector<tasks::problem>& problems) {
  out.open_list(name);
  for (const tasks::problem& p : problems) {
    out.open();
    out.text("file", file);
    out.whole("line", p.at.line);
    out.whole("column", p.at.column);
    out.text("message", p.words);
    out.close();
  }
  out.close_list();
}

}  // namespace

std::string problem_lines(const std::string& file, const std::vector<tasks::problem>& problems,
                          const std::string& mark) {
  std::string lines;
  for (const tasks::problem& p : problems) {
    const std::string place = p.at.line == 0 ? "" : fmt::format(":{}:{}", p.at.line, p.at.column);
    fmt::format_to(std::back_inserter(lines), "{}{}: {}{}\n", printable(file), place, mark,
                   printable(p.words));
  }
  return lines;
}

std::string problems_json(const std::string& file, std::size_t tasks,
                          const std::vector<tasks::problem>& problems,
                          const std::vector<tasks::problem>& warnings) {
  actors::json_writer out;
  out.open();
  out.truth("valid", problems.empty());
  if (problems.empty())
    out.whole("tasks", tasks);
  write_problems(out, "problems", file, problems);
  write_problems(out, "warnings", file, warnings);
  out.close();
  return out.take();
}

std::optional<std::string> read_standard_input(std::vector<tasks::problem>& why) {
  std::string text;
  const int error = io::read_whole(STDIN_FILENO, text);
  if (error == 0)
    return text;
  why = {{{0, 0}, "cannot be read: " + io::errno_words(error)}};
  return std::nullopt;
}

}  // namespace settle::cli
