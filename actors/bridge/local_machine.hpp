// This machine's processes behind the port, through io's executor.
#pragma once

#include "actors/cluster.hpp"
#include "io/io_host.hpp"

#include <memory>

namespace settle::actors {

std::shared_ptr<machine> make_local_machine(std::shared_ptr<io::io_host> host);

}  // namespace settle::actors
