// A list that most tasks do not have: one pointer where it is absent. A document has a million of them.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace settle::tasks {

template <class T>
class rare_list {
public:
  rare_list() = default;
  rare_list(std::vector<T> list)
      : list_{list.empty() ? nullptr : std::make_unique<std::vector<T>>(std::move(list))} {}
  rare_list(const rare_list& other) : rare_list(other.list()) {}
  rare_list(rare_list&&) noexcept = default;
  rare_list& operator=(const rare_list& other) { return *this = rare_list{other}; }
  rare_list& operator=(rare_list&&) noexcept = default;
  ~rare_list() = default;

  const std::vector<T>& list() const noexcept {
    static const std::vector<T> none;
    return list_ ? *list_ : none;
  }
  operator const std::vector<T>&() const noexcept { return list(); }
  std::vector<T>& write() {
    if (!list_)
      list_ = std::make_unique<std::vector<T>>();
    return *list_;
  }

  bool empty() const noexcept { return !list_ || list_->empty(); }
  std::size_t size() const noexcept { return list().size(); }
  const T& operator[](std::size_t i) const noexcept { return (*list_)[i]; }
  auto begin() const noexcept { return list().begin(); }
  auto end() const noexcept { return list().end(); }

  friend bool operator==(const rare_list& a, const rare_list& b) { return a.list() == b.list(); }

private:
  std::unique_ptr<std::vector<T>> list_;
};

}  // namespace settle::tasks
