#include "runtime/cli/compaction_text.hpp"

#include "runtime/cli/prune_text.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

namespace settle::cli {

std::string compaction_text(const compaction_report& report, const prune_options& how) {
  const char* const verb = how.dry_run ? "would make shorter" : "made shorter";
  std::string text;
  journal_size before, after;
  for (const auto& [run, was, is] : report.compacted) {
    text += fmt::format("{} run {}{}: {} to {}\n", verb, printable(run.run),
                        run.title.empty() ? "" : " (" + printable(run.title) + ")", bytes_in_words(was.bytes),
                        bytes_in_words(is.bytes));
    before.bytes += was.bytes;
    after.bytes += is.bytes;
  }
  std::string whole = report.compacted.empty()
                          ? "nothing to make shorter"
                          : fmt::format("{} {}, {} to {}", verb, counted(report.compacted.size(), "journal"),
                                        bytes_in_words(before.bytes), bytes_in_words(after.bytes));
  if (report.already != 0)
    whole += fmt::format("; {} made shorter before", counted(report.already, "run"));
  return text + whole + kept_in_words(report.stayed, how) + "\n";
}

std::string compaction_json(const compaction_report& report, const prune_options& how) {
  actors::json_writer out;
  out.open();
  out.truth("dry_run", how.dry_run);
  out.open_list("compacted");
  for (const auto& [run, was, is] : report.compacted) {
    out.open();
    out.text("run", run.run);
    out.text_or_null("title", run.title);
    out.text("status", core::to_text(run.status));
    out.whole("items", run.items);
    out.whole("bytes_before", was.bytes);
    out.whole("bytes_after", is.bytes);
    out.close();
  }
  out.close_list();
  out.whole("already", report.already);
  write_kept(out, report.stayed);
  out.texts("troubles", report.troubles);
  out.close();
  return out.take();
}

}  // namespace settle::cli
