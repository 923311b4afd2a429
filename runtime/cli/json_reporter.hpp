// The event stream as JSON lines on stdout, flushed batch by batch; words go to stderr, nothing else to stdout.
#pragma once

#include "runtime/cli/output.hpp"
#include "runtime/cli/reporter.hpp"

namespace settle::cli {

class json_reporter final : public reporter {
public:
  json_reporter();
  void started(const run_summary&, const std::string&, backend_kind) override {}
  void event(const core::stream_event& e) override;
  void tick(std::chrono::milliseconds, const run_summary&) override {}
  void words(std::string_view text) override;
  void question(std::string_view text) override;
  void finished(const run_summary& run) override;
  bool flush(int wake_fd, int patience_ms) override { return out_.flush(wake_fd, patience_ms); }
  bool lost() const override { return out_.failed(); }

private:
  output out_;
  output err_;
};

}  // namespace settle::cli
