// What a service manager (systemd) is told of a headless process: ready, stopping, alive. Says nothing where nobody
// listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace settle::cli {

class service_notice {
public:
  /// How often the service manager wants to hear that we live; none: it does not watch.
  static std::optional<std::chrono::milliseconds> watchdog();

  void ready(const std::string& status) const;
  void status(const std::string& words) const;
  void alive() const;
  void stopping() const;
};

}  // namespace settle::cli
