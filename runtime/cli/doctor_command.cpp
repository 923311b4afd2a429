#include "runtime/cli/commands.hpp"
#include "runtime/cli/screen.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace settle::cli {

namespace {

using core::grade;

constexpr std::size_t grade_columns = 11;  // "cannot work"

colour colour_of(grade g) {
  switch (g) {
  case grade::ok:
    return colour::green;
  case grade::attention:
    return colour::yellow;
  case grade::cannot_work:
    break;
  }
  return colour::red;
}

/// For a shell: quoted where it has to be.
std::string shell_word(const std::string& word) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string out = "'";
  for (const char c : word)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void print_findings(const site_report& report, screen& to) {
  std::size_t widest = 0;
  for (const auto& f : report.findings)
    widest = std::max(widest, f.what.size());
  for (const auto& f : report.findings) {
    const std::string mark = paint(fmt::format("{:<{}}", grade_words(f.graded), grade_columns),
                                   colour_of(f.graded), to.has_colour());
    to.line(fmt::format("{}  {:<{}}  {}", mark, f.what, widest, printable(f.words)));
    if (!f.remedy.empty())
      to.line(fmt::format("{:<{}}  -> {}", "", grade_columns + 2 + widest, printable(f.remedy)));
  }
}

void print_commands(const site_report& report, screen& to) {
  if (report.commands.empty())
    return;
  to.line("");
  to.line("settle runs, with 1 for a job's id:");
  for (const auto& argv : report.commands) {
    std::string text;
    for (const auto& word : argv)
      text += (text.empty() ? "" : " ") + shell_word(word);
    to.line("  " + printable(text));
  }
}

std::string verdict(const site_report& report) {
  const auto count = [&](grade g) {
    return std::count_if(report.findings.begin(), report.findings.end(),
                         [&](const core::finding& f) { return f.graded == g; });
  };
  const auto attention = count(grade::attention);
  const std::string where = report.backend == backend_kind::slurm ? "on this cluster" : "on this machine";
  if (count(grade::cannot_work) > 0)
    return fmt::format("settle cannot work {}", where);
  if (attention > 0)
    return fmt::format("settle works {}; {} {} attention", where, attention,
                       attention == 1 ? "thing needs" : "things need");
  return fmt::format("settle works {}", where);
}

}  // namespace

int doctor_command(const doctor_arguments& arguments) {
  screen to;
  to.status("looking");  // on a terminal: a hung command takes its whole deadline
  to.flush();
  const auto report = examine(arguments.runtime);
  if (arguments.json) {
    to.line(report_json(report));
    return report.exit_code();
  }
  print_findings(report, to);
  print_commands(report, to);
  to.line("");
  to.line(paint(verdict(report), colour::bold, to.has_colour()));
  return report.exit_code();
}

}  // namespace settle::cli
