# How our own code is compiled. Linked privately by every room, never by what uses us.
add_library(settle_settings INTERFACE)
target_compile_features(settle_settings INTERFACE cxx_std_20)
target_compile_options(settle_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -UNDEBUG)  # asserts state what must hold; they stay on in release
if(SETTLE_DEVELOPER_MODE)
  target_compile_options(settle_settings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in std::string's operator+ and unset optionals where there are none
  # (GCC bugs 105651 and 80635); clang and the sanitizers watch over both.
  target_compile_options(settle_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Nobody replaces our functions at load time, for which g++ makes allowance in position-independent code: it inlines none
  # that could be replaced.
  add_compile_options(-fno-semantic-interposition)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
if(SETTLE_SANITIZE)  # "address,undefined" or "thread"
  add_compile_options(-fsanitize=${SETTLE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SETTLE_SANITIZE})
  if(SETTLE_SANITIZE MATCHES "undefined")
    # Its check of a vptr opens a pipe: without descriptors (some tests take them all) every object looks broken.
    add_compile_options(-fno-sanitize=vptr)
    # clang 14 cannot compile coroutines with its check of function types.
    add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  endif()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(SETTLE_SANITIZE STREQUAL "thread")
    # g++ does not instrument fences: Asio's own would read as races without this.
    add_compile_definitions(ASIO_DISABLE_FENCED_BLOCK)
    target_compile_options(settle_settings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # a false one in instrumented coroutine frames
    target_compile_options(settle_settings INTERFACE -Wno-mismatched-new-delete)
  endif()
endif()
find_program(SETTLE_CCACHE ccache)
if(SETTLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these two words ccache keeps nothing that was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SETTLE_CCACHE})
endif()
