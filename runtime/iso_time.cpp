#include "runtime/iso_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace settle {

namespace {

/// Takes fixed pieces off the front of a date.
class date_text {
public:
  explicit date_text(std::string_view text) : left_(text) {}

  bool empty() const { return left_.empty(); }
  bool take(std::string_view any_of) {
    if (left_.empty() || any_of.find(left_.front()) == std::string_view::npos)
      return false;
    left_.remove_prefix(1);
    return true;
  }
  /// So many digits, and a number within the bounds.
  bool take(std::size_t digits, int least, int most, int& out) {
    out = 0;
    for (; digits > 0; --digits) {
      if (left_.empty() || left_.front() < '0' || left_.front() > '9')
        return false;
      out = out * 10 + (left_.front() - '0');
      left_.remove_prefix(1);
    }
    return least <= out && out <= most;
  }
  /// Behind the point: milliseconds; what is finer is cut.
  bool take_fraction(int& milliseconds) {
    int scale = 100;
    std::size_t digits = 0;
    for (; !left_.empty() && left_.front() >= '0' && left_.front() <= '9'; left_.remove_prefix(1), ++digits) {
      milliseconds += scale * (left_.front() - '0');
      scale /= 10;
    }
    return digits > 0;
  }

private:
  std::string_view left_;
};

/// Seconds that the local time is ahead of UTC.
bool take_offset(date_text& text, int& seconds) {
  seconds = 0;
  if (text.empty())
    return true;
  if (text.take("Z"))
    return text.empty();
  const bool behind = text.take("-");
  int hours = 0, minutes = 0;
  if (!(behind || text.take("+")) || !text.take(2, 0, 23, hours) || !text.take(":") ||
      !text.take(2, 0, 59, minutes))
    return false;
  seconds = (behind ? -1 : 1) * (hours * 3600 + minutes * 60);
  return text.empty();
}

}  // namespace

std::optional<core::duration> time_of_iso(std::string_view whole) {
  date_text text(whole);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milliseconds = 0, offset = 0;
  if (!text.take(4, 1900, 9999, year) || !text.take("-") || !text.take(2, 1, 12, month) || !text.take("-") ||
      !text.take(2, 1, 31, day) || !text.take("T ") || !text.take(2, 0, 23, hour) || !text.take(":") ||
      !text.take(2, 0, 59, minute) || !text.take(":") || !text.take(2, 0, 59, second))
    return std::nullopt;
  if (text.take(".") && !text.take_fraction(milliseconds))
    return std::nullopt;
  if (!take_offset(text, offset))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second - offset) +
         std::chrono::milliseconds(milliseconds);
}

std::string iso_time(core::duration at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  const std::time_t seconds = whole.count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}+00:00", parts, (at - whole).count());
}

}  // namespace settle
