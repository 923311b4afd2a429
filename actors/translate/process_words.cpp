#include "actors/translate/process_words.hpp"

namespace settle::actors {

namespace {

core::cause cause_of(const process_end& end) {
  if (!end.lost.empty())
    return core::cause::lost;
  if (end.cancelled)
    return core::cause::cancelled;
  if (end.timed_out)
    return core::cause::timeout;
  if (end.signal)
    return core::cause::signal;
  return end.exit == 0 ? core::cause::none : core::cause::exit_nonzero;
}

std::string words_of(core::cause why, const process_end& end) {
  switch (why) {
  case core::cause::lost:
    return end.lost;
  case core::cause::timeout:
    return "its time limit passed";
  case core::cause::cancelled:
    return "cancelled";
  case core::cause::signal:
    return "ended by signal " + std::to_string(*end.signal);
  case core::cause::exit_nonzero:
    return "exit code " + (end.exit ? std::to_string(*end.exit) : std::string{"unknown"});
  default:
    return {};
  }
}

}  // namespace

core::verdict verdict_of(const process_end& end) {
  core::verdict v;
  v.who = end.lost.empty() ? core::evidence::process : core::evidence::not_applicable;
  v.why = cause_of(end);
  v.status = v.why == core::cause::none ? core::item_status::completed : core::item_status::failed;
  v.exit_code = end.exit;
  v.signal = end.signal;
  if (v.status == core::item_status::failed && v.exit_code == 0)
    v.exit_code.reset();  // a trapped TERM that exits 0 is no success, and 0 would say it was
  v.error = words_of(v.why, end);
  if (!end.lost.empty())
    return v;
  v.facts.start = end.start;
  v.facts.end = end.end;
  v.facts.elapsed_s = (end.elapsed_ms + 500) / 1000;
  v.facts.cpu_ms = end.cpu_ms;
  v.facts.max_rss_bytes = end.max_rss_bytes;
  if (end.elapsed_ms > 0)
    v.facts.cpu_efficiency = static_cast<double>(end.cpu_ms) / static_cast<double>(end.elapsed_ms);
  return v;
}

}  // namespace settle::actors
