#include "actors/system.hpp"

#include "actors/guardian.hpp"

namespace settle::actors {

void register_messages(caf::actor_system_config& cfg) {
  compat::register_meta_objects<caf::id_block::settle>();
  compat::register_types<caf::id_block::settle>(cfg);
}

caf::actor spawn_settle(caf::actor_system& system, system_config config) {
  return system.spawn<guardian>(std::move(config));
}

}  // namespace settle::actors
