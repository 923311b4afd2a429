# Every library we use and how it is found; docs/dependencies.md says why each is here.
find_package(Threads REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(CAF REQUIRED)  # cmake/FindCAF.cmake where CAF ships no configuration of its own (0.17)

# Header only and without a configuration on Debian.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(settle_asio INTERFACE)
target_include_directories(settle_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
target_compile_definitions(settle_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED
  # Whether Asio 1.22 uses aligned_alloc depends on what a file includes before it: one choice for all.
  ASIO_DISABLE_STD_ALIGNED_ALLOC)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Asio 1.22 looks for <experimental/coroutine> under clang; C++20's own is there.
  target_compile_definitions(settle_asio INTERFACE ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
endif()
target_link_libraries(settle_asio INTERFACE Threads::Threads)

# Headers and a library without a CMake configuration.
find_path(SYSTEMD_INCLUDE_DIR systemd/sd-daemon.h REQUIRED)
find_library(SYSTEMD_LIBRARY systemd REQUIRED)
add_library(settle_systemd INTERFACE)
target_include_directories(settle_systemd SYSTEM INTERFACE ${SYSTEMD_INCLUDE_DIR})
target_link_libraries(settle_systemd INTERFACE ${SYSTEMD_LIBRARY})

add_library(settle_rapidjson INTERFACE)
target_include_directories(settle_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})

# The program's own malloc, where it is installed; hosts of the library keep theirs, sanitizers bring their own. Nothing
# names it: it must not be left out as unneeded.
add_library(settle_allocator INTERFACE)
find_library(JEMALLOC_LIBRARY jemalloc)
if(JEMALLOC_LIBRARY AND NOT SETTLE_SANITIZE)
  target_link_options(settle_allocator INTERFACE
    -Wl,--push-state,--no-as-needed ${JEMALLOC_LIBRARY} -Wl,--pop-state)
endif()

if(SETTLE_DEVELOPER_MODE)
  find_package(Catch2 REQUIRED)
  find_package(rapidcheck CONFIG REQUIRED)
endif()
