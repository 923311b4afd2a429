// Brings items what happened to them, many with one message: a member of their crew, in whose turn they have theirs.
#pragma once

#include "actors/item.hpp"

namespace settle::actors {

class item_postman : public light_actor {
public:
  using light_actor::light_actor;
  const char* name() const override { return "settle.postman"; }

protected:
  void receive(caf::type_erased_tuple& content) override {
    if (!is<item_mailbag>(content))
      return;
    for (auto& one : taken<item_mailbag>(content).those) {
      // Whoever has a postman's handle sends it mail for members of its crew, and these are items.
      auto& item = static_cast<item_actor&>(*caf::actor_cast<caf::abstract_actor*>(one.to));
      bring(item, [&] { item.hear(std::move(one.what)); });
    }
  }
};

}  // namespace settle::actors
