// A number that may be absent, as large as the number: one value that never occurs stands for none. Reads and compares
// as std::optional does, which takes twice the room; a run holds some tens of millions of them.
#pragma once

#include <chrono>
#include <compare>
#include <limits>
#include <optional>
#include <type_traits>

namespace settle::core {

/// The value that stands for none: the least of a signed number or a duration, the largest of an unsigned one, of which
/// nothing that is measured or printed ever is.
template <class T>
struct absent_value {
  static constexpr T value =
      std::is_signed_v<T> ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
};
template <class Rep, class Period>
struct absent_value<std::chrono::duration<Rep, Period>> {
  static constexpr auto value = std::chrono::duration<Rep, Period>::min();
};

template <class T>
class maybe {
public:
  using value_type = T;

  constexpr maybe() noexcept = default;
  constexpr maybe(std::nullopt_t) noexcept {}
  constexpr maybe(T value) noexcept : value_{value} {}
  /// A coarser duration.
  template <class Coarser>
  requires(std::is_class_v<Coarser>&& std::is_convertible_v<Coarser, T>) constexpr maybe(
      Coarser value) noexcept
      : value_{value} {}
  constexpr maybe(const std::optional<T>& value) noexcept : value_{value.value_or(none)} {}

  constexpr bool has_value() const noexcept { return value_ != none; }
  constexpr explicit operator bool() const noexcept { return has_value(); }
  constexpr const T& operator*() const noexcept { return value_; }
  constexpr const T* operator->() const noexcept { return &value_; }
  constexpr T value_or(T other) const noexcept { return has_value() ? value_ : other; }
  constexpr void reset() noexcept { value_ = none; }
  constexpr std::optional<T> optional() const noexcept {
    return has_value() ? std::optional<T>{value_} : std::nullopt;
  }
  template <class Wider>
  requires std::is_convertible_v<T, Wider>
  constexpr operator std::optional<Wider>() const noexcept {
    return has_value() ? std::optional<Wider>{value_} : std::nullopt;
  }

  friend constexpr bool operator==(const maybe& a, const maybe& b) noexcept { return a.value_ == b.value_; }
  friend constexpr bool operator==(const maybe& a, const std::optional<T>& b) noexcept {
    return a.optional() == b;
  }
  /// Else std::optional's own would take the other one for a value, which an absent one is not.
  template <class Other>
  friend constexpr bool operator==(const maybe& a, const std::optional<Other>& b) noexcept {
    return a.has_value() == b.has_value() && (!b || a.value_ == *b);
  }
  friend constexpr bool operator==(const maybe& a, const T& b) noexcept {
    return a.has_value() && a.value_ == b;
  }
  friend constexpr bool operator==(const maybe& a, std::nullopt_t) noexcept { return !a; }
  /// Absent is less than any.
  friend constexpr auto operator<=>(const maybe& a, const maybe& b) noexcept {
    return a.optional() <=> b.optional();
  }
  friend constexpr auto operator<=>(const maybe& a, const std::optional<T>& b) noexcept {
    return a.optional() <=> b;
  }
  friend constexpr auto operator<=>(const maybe& a, const T& b) noexcept { return a.optional() <=> b; }

private:
  static constexpr T none = absent_value<T>::value;
  T value_ = none;
};

}  // namespace settle::core
