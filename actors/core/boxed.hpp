// Values on the heap, for members that are large and mostly absent: `boxed` is an optional one, `rare` a plain one that
// mostly is T{}. Copies copy the value; one pointer wide when empty.
#pragma once

#include <memory>
#include <utility>

namespace settle::core {

template <class T>
class boxed {
public:
  boxed() = default;
  boxed(T value) : value_{std::make_unique<T>(std::move(value))} {}
  boxed(const boxed& other) : value_{other.value_ ? std::make_unique<T>(*other.value_) : nullptr} {}
  boxed(boxed&&) noexcept = default;
  boxed& operator=(const boxed& other) { return *this = boxed{other}; }
  boxed& operator=(boxed&&) noexcept = default;
  ~boxed() = default;

  bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_.get(); }
  const T* operator->() const noexcept { return value_.get(); }
  void reset() noexcept { value_.reset(); }

  friend bool operator==(const boxed& a, const boxed& b) {
    return a.has_value() == b.has_value() && (!a.has_value() || *a == *b);
  }

private:
  std::unique_ptr<T> value_;
};

/// Reads as T{} until it is written.
template <class T>
class rare {
public:
  rare() = default;
  rare(T value) : value_{std::move(value)} {}

  const T& operator*() const noexcept {
    static const T none{};
    return value_ ? *value_ : none;
  }
  const T* operator->() const noexcept { return &**this; }
  T& write() {
    if (!value_)
      value_ = T{};
    return *value_;
  }

private:
  boxed<T> value_;
};

}  // namespace settle::core
