#include "actors/translate/text_buffer.hpp"

namespace settle::actors {

namespace {

constexpr std::size_t room_at_first = 500;  // the longer lines of a journal
constexpr std::size_t room_to_keep = 64u << 10;

}  // namespace

void text_buffer::grow(std::size_t size) {
  const auto used = this->size();
  const auto now = static_cast<std::size_t>(limit_ - text_.get());
  const auto wanted = std::max({now * 2, used + size, room_at_first});
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  std::copy_n(text_.get(), used, larger.get());
  text_ = std::move(larger);
  end_ = text_.get() + used;
  limit_ = text_.get() + wanted;
}

std::string text_buffer::take() {
  std::string out(text_.get(), size());
  const auto now = static_cast<std::size_t>(limit_ - text_.get());
  if (now > room_to_keep && out.size() < now / 8) {
    text_.reset();
    limit_ = nullptr;
  }
  end_ = text_.get();
  return out;
}

}  // namespace settle::actors
