#include "actors/cluster.hpp"

#include "actors/keys.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

namespace {
constexpr std::size_t unread_texts_max = 1000;
}

void unread_rows::add(std::string text) {
  if (texts.size() < unread_texts_max)
    texts.push_back(std::move(text));
  else
    cut = true;
}

bool unread_rows::may_hold(std::string_view job_name) const {
  if (cut || texts.empty())
    return cut;
  const auto token = token_of_job_name(job_name);
  const auto& sought = token.empty() ? job_name : token;
  return std::any_of(texts.begin(), texts.end(),
                     [&sought](const std::string& text) { return text.find(sought) != std::string::npos; });
}

}  // namespace settle::actors
