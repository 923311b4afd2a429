// scripthut's run.json: any bytes give a run or problems that lie in the text; what is over has an outcome that keeps the
// rules of items (asserted), or contradicts itself; and what was read is written in today's form, which reads the same.
#include "runtime/export_imported.hpp"
#include "runtime/scripthut_outcome.hpp"
#include "runtime/scripthut_run.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace settle;

namespace {

void check_told(const std::vector<tasks::problem>& told, std::string_view text) {
  const auto lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const auto& p : told) {
    fuzz::must(!p.words.empty(), "a problem has words");
    fuzz::must(p.at.line >= 1 && p.at.line <= lines && p.at.column >= 1 && p.at.column <= text.size() + 1,
               "a problem lies in the text");
  }
}

bool same(const scripthut_item& a, const scripthut_item& b) {
  return a.status == b.status && a.job_id == b.job_id && a.submitted_at == b.submitted_at &&
         a.started_at == b.started_at && a.finished_at == b.finished_at && a.error == b.error &&
         a.scheduler_state == b.scheduler_state && a.exit_code == b.exit_code && a.max_rss == b.max_rss;
}

void check_written(std::string_view text, const scripthut_run& run) {
  std::string written;
  std::vector<std::string> warnings;
  // Numbers beyond 64 bits are passed over where settle has no use for them; the other parser refuses those.
  if (!write_current_form(
           text, [&](std::string_view piece) { written += piece; }, warnings)
           .empty())
    return;
  const auto again = read_scripthut_run(written);
  fuzz::must(again.problems.empty(), "today's form is read");
  fuzz::must(again.run.id == run.id && again.run.workflow == run.workflow &&
                 again.run.created_at == run.created_at,
             "today's form tells the same run");
  fuzz::must(
      std::equal(run.items.begin(), run.items.end(), again.run.items.begin(), again.run.items.end(), same),
      "today's form tells the same items");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto read = read_scripthut_run(text);
  check_told(read.problems, text);
  if (!read.problems.empty())
    return 0;
  fuzz::must(read.run.items.size() == read.run.doc.tasks.size(), "each item has its task");
  for (const scripthut_item& item : read.run.items)
    if (core::is_terminal(item.status))
      if (const auto over = outcome_of(item, false, read.run.created_at); !over)
        fuzz::must(!over.error().empty(), "a contradiction has words");
  check_written(text, read.run);
  return 0;
}
