#include "runtime/cli/service_notice.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace settle::cli {

std::optional<std::chrono::milliseconds> service_notice::watchdog() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds));
}

void service_notice::ready(const std::string& status) const {
  ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void service_notice::status(const std::string& words) const {
  ::sd_notify(0, ("STATUS=" + words).c_str());
}

void service_notice::alive() const {
  ::sd_notify(0, "WATCHDOG=1");
}

void service_notice::stopping() const {
  ::sd_notify(0, "STOPPING=1");
}

}  // namespace settle::cli
