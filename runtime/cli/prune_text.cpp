#include "runtime/cli/prune_text.hpp"

#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <numeric>

namespace settle::cli {

namespace {

/// By `kept`.
constexpr std::array<const char*, kept_reasons> names{"unfinished", "held",  "young",     "asked_about",
                                                      "imported",   "links", "unreadable"};

std::string age_in_words(std::chrono::milliseconds age) {
  constexpr std::chrono::hours day{24};
  return age % day == age.zero() ? fmt::format("{}d", age / day) : short_duration(age);
}

std::string reason(kept why, std::size_t n, const prune_options& how) {
  switch (why) {
  case kept::unfinished:
    return fmt::format("{} not finished", n);
  case kept::held:
    return fmt::format("{} held by a process", n);
  case kept::young:
    return fmt::format("{} younger than {}", n, age_in_words(how.older_than));
  case kept::asked_about:
    return fmt::format("{} still asked about in accounting", n);
  case kept::imported:
    return fmt::format("{} imported (by name only)", n);
  case kept::link:
    return counted(n, "symbolic link");
  case kept::unreadable:
    return fmt::format("{} unreadable", n);
  }
  return {};
}

std::uint64_t bytes_of(const prune_report& report) {
  return std::accumulate(report.removed.begin(), report.removed.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const pruned_run& run) { return sum + run.bytes; });
}

std::string run_line(const pruned_run& run, const char* verb) {
  return fmt::format("{} run {}{}: {}, {}\n", verb, printable(run.run),
                     run.title.empty() ? "" : " (" + printable(run.title) + ")",
                     run.status == core::run_status::pending
                         ? "it never began"
                         : fmt::format("{}, {}", core::to_text(run.status), counted(run.items, "item")),
                     bytes_in_words(run.bytes));
}

}  // namespace

std::string counted(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string kept_in_words(const std::array<std::size_t, kept_reasons>& stayed, const prune_options& how) {
  const auto all = std::accumulate(stayed.begin(), stayed.end(), std::size_t{0});
  if (all == 0)
    return {};
  std::string text = fmt::format("; kept {}: ", counted(all, "run"));
  const char* between = "";
  for (std::size_t i = 0; i < kept_reasons; ++i)
    if (stayed[i] != 0) {
      text += between + reason(static_cast<kept>(i), stayed[i], how);
      between = ", ";
    }
  return text;
}

void write_kept(actors::json_writer& out, const std::array<std::size_t, kept_reasons>& stayed) {
  out.open("kept");
  for (std::size_t i = 0; i < kept_reasons; ++i)
    out.whole(names[i], stayed[i]);
  out.close();
}

std::string bytes_in_words(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"kB", "MB", "GB", "TB", "PB"};
  constexpr double thousand = 1000, rounds_up = 999.95;
  if (bytes < static_cast<std::uint64_t>(thousand))
    return bytes == 1 ? "1 byte" : fmt::format("{} bytes", bytes);
  double left = static_cast<double>(bytes) / thousand;
  std::size_t unit = 0;
  for (; left >= rounds_up && unit + 1 < units.size(); ++unit)
    left /= thousand;
  return fmt::format("{:.1f} {}", left, units[unit]);
}

std::string prune_text(const prune_report& report, const prune_options& how) {
  const char* const verb = how.dry_run ? "would remove" : "removed";
  std::string text;
  for (const pruned_run& run : report.removed)
    text += run_line(run, verb);
  std::string whole;
  if (!report.removed.empty())
    whole += fmt::format("{} {}, {}", verb, counted(report.removed.size(), "run"),
                         bytes_in_words(bytes_of(report)));
  if (report.swept.files != 0)
    whole +=
        fmt::format("{}{} {} that killed processes or answered requests left, {}", whole.empty() ? "" : "; ",
                    verb, counted(report.swept.files, "file"), bytes_in_words(report.swept.bytes));
  if (whole.empty())
    whole = "nothing to remove";
  return text + whole + kept_in_words(report.stayed, how) + "\n";
}

std::string prune_json(const prune_report& report, const prune_options& how) {
  actors::json_writer out;
  out.open();
  out.truth("dry_run", how.dry_run);
  out.open_list("removed");
  for (const pruned_run& run : report.removed) {
    out.open();
    out.text("run", run.run);
    out.text_or_null("title", run.title);
    out.text("status", core::to_text(run.status));
    out.whole("items", run.items);
    out.whole("bytes", run.bytes);
    out.close();
  }
  out.close_list();
  out.whole("bytes", bytes_of(report));
  write_kept(out, report.stayed);
  out.open("swept");
  out.whole("files", report.swept.files);
  out.whole("bytes", report.swept.bytes);
  out.close();
  out.texts("troubles", report.troubles);
  out.close();
  return out.take();
}

}  // namespace settle::cli
