// The JSON of `settle doctor` (docs/json.md).
#include "actors/translate/json_writer.hpp"
#include "runtime/examine.hpp"

namespace settle {

namespace {

using actors::json_writer;

const char* accounting_word(core::accounting_state s) noexcept {
  switch (s) {
  case core::accounting_state::on:
    return "on";
  case core::accounting_state::off:
    return "off";
  case core::accounting_state::silent:
    return "silent";
  case core::accounting_state::unknown:
    break;
  }
  return "";
}

/// Stable in JSON: no blanks.
const char* grade_name(core::grade g) noexcept {
  return g == core::grade::cannot_work ? "cannot_work" : grade_words(g);
}

std::optional<double> seconds(std::optional<core::duration> d) {
  if (!d)
    return std::nullopt;
  return static_cast<double>(d->count()) / 1000;
}

std::optional<std::int64_t> whole(std::optional<std::uint64_t> n) {
  return n ? std::optional(static_cast<std::int64_t>(*n)) : std::nullopt;
}

void write_facts(json_writer& out, const core::site_facts& facts) {
  out.open("cluster");
  out.text_or_null("name", facts.cluster);
  out.text_or_null("client_version", facts.client_version);
  out.text_or_null("controller_version", facts.controller_version);
  out.truth("controller_answers", facts.controller_answers);
  out.real_or_null("listing_seconds", seconds(facts.listing_latency));
  out.text_or_null("accounting", accounting_word(facts.accounting));
  out.whole_or_null("accounting_queue", whole(facts.accounting_backlog));
  out.real_or_null("clock_skew_seconds", seconds(facts.skew));
  out.real_or_null("clock_skew_within_seconds", facts.skew ? seconds(facts.skew_within) : std::nullopt);
  out.whole_or_null("max_array_size", whole(facts.array_size_max));
  out.whole_or_null("max_jobs", whole(facts.jobs_max));
  out.whole_or_null("max_script_bytes", whole(facts.script_bytes_max));
  out.real_or_null("min_job_age_seconds", seconds(facts.ended_jobs_kept));
  out.real_or_null("message_timeout_seconds", seconds(facts.message_timeout));
  if (facts.federated)
    out.truth("federated", *facts.federated);
  else
    out.null("federated");
  out.close();
}

void write_findings(json_writer& out, const std::vector<core::finding>& findings) {
  out.open_list("findings");
  for (const auto& f : findings) {
    out.open();
    out.text("what", f.what);
    out.text("grade", grade_name(f.graded));
    out.text("words", f.words);
    out.text_or_null("remedy", f.remedy);
    out.close();
  }
  out.close_list();
}

}  // namespace

std::string report_json(const site_report& report) {
  json_writer out;
  const bool on_slurm = report.backend == backend_kind::slurm;
  out.open();
  out.whole("v", 1);
  out.text("backend", on_slurm ? "slurm" : "local");
  out.text("grade", grade_name(report.worst()));
  out.text("state_dir", report.state_dir);
  if (on_slurm)
    write_facts(out, report.facts);
  else
    out.null("cluster");
  write_findings(out, report.findings);
  out.open_list("commands");
  for (const auto& argv : report.commands) {
    out.open();
    out.text("program", argv.front());
    out.texts("argv", argv);
    out.close();
  }
  out.close_list();
  out.close();
  return out.take();
}

}  // namespace settle
