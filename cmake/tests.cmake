# Test executables, and how the sanitized build's tests join the release build's.

# How many tests run at once is CTest's -j: ./dev test gives three for each core, for most tests wait: for a clock, a child
# or a Slurm. One that computes says PROCESSORS 4, so that fewer of these run at once than there are cores.

# A Catch2 executable of one tests/ folder and its CTest test of the same name.
#   settle_tests(NAME SOURCES ... LIBRARIES ... [HEADERS ...] [LABELS ...] [TIMEOUT s] [PROCESSORS n] [APART])
# HEADERS: what most of the sources include and takes long to read, beside Catch2's: it is read once (precompiled).
# APART: instead, a CTest test NAME.FILE for each source that holds cases, and TIMEOUT is for each: they run side by side.
# PROCESSORS: of CTest's -j; 1 where not said.
# Labels with a meaning here: `live` (brings a real Slurm up) and `system` (drives build/settle). Both run in the release
# build only; everything else runs a second time under AddressSanitizer and UBSan (./dev test).
function(settle_tests name)
  cmake_parse_arguments(T "APART" "TIMEOUT;PROCESSORS" "SOURCES;LIBRARIES;HEADERS;LABELS" ${ARGN})
  add_executable(${name}_tests ${T_SOURCES})
  target_link_libraries(${name}_tests PRIVATE ${T_LIBRARIES} settle_catch_main settle_settings)
  target_precompile_headers(${name}_tests PRIVATE <catch2/catch.hpp> ${T_HEADERS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # As in settings.cmake (bug 105651): of a precompiled header g++ forgets that it is the system's, and warns in it.
    target_compile_options(${name}_tests PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  # The tests' own files, not what they test: they take longer to compile than to run.
  if(SETTLE_SANITIZE)
    target_compile_options(${name}_tests PRIVATE -O0)
  else()
    target_compile_options(${name}_tests PRIVATE -O1)
  endif()
  target_compile_definitions(${name}_tests PRIVATE
    SETTLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SETTLE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  if(NOT T_PROCESSORS)
    set(T_PROCESSORS 1)
  endif()
  if(T_APART)
    settle_tests_apart(${name} "${T_SOURCES}" tests)
  else()
    set(tests ${name})
    add_test(NAME ${name} COMMAND ${name}_tests --order rand --rng-seed time --warn NoTests)
  endif()
  set_tests_properties(${tests} PROPERTIES
    TIMEOUT ${T_TIMEOUT} PROCESSORS ${T_PROCESSORS} LABELS "${T_LABELS}")
  if(SETTLE_SANITIZE)
    settle_sanitized_test(${name} ${T_TIMEOUT} ${T_PROCESSORS} "${T_LABELS}" ${tests})
  endif()
endfunction()

# A test for each source with cases: Catch2 knows them by the tag [#file]. No case can be lost: each is in some source.
function(settle_tests_apart name sources result)
  set(tests "")
  foreach(source IN LISTS sources)
    file(STRINGS ${source} cases REGEX "^(TEST_CASE|TEMPLATE_TEST_CASE|SCENARIO)" LIMIT_COUNT 1)
    if(cases)
      get_filename_component(tag ${source} NAME_WE)
      string(REGEX REPLACE "_tests?$" "" file ${tag})
      add_test(NAME ${name}.${file}
        COMMAND ${name}_tests --filenames-as-tags "[#${tag}]" --order rand --rng-seed time --warn NoTests)
      list(APPEND tests ${name}.${file})
    endif()
  endforeach()
  set(${result} ${tests} PARENT_SCOPE)
endfunction()

# In a build with SETTLE_SANITIZE: what the release build's ctest must know to run this test too.
function(settle_sanitized_test name timeout processors labels)
  set_tests_properties(${ARGN} PROPERTIES ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1")
  if("live" IN_LIST labels OR "system" IN_LIST labels)
    return()
  endif()
  if(NOT TARGET sanitized_tests)
    add_custom_target(sanitized_tests)
  endif()
  add_dependencies(sanitized_tests ${name}_tests)
  math(EXPR timeout "${timeout} * 3")
  set_property(GLOBAL APPEND_STRING PROPERTY SETTLE_SANITIZED_TESTS
    "add_test([=[${name}.sanitized]=] [=[$<TARGET_FILE:${name}_tests>]=] --order rand --rng-seed time --warn NoTests)
set_tests_properties([=[${name}.sanitized]=] PROPERTIES
  TIMEOUT ${timeout} PROCESSORS ${processors} LABELS [=[sanitized;${labels}]=]
  WORKING_DIRECTORY [=[${CMAKE_CURRENT_BINARY_DIR}]=]
  ENVIRONMENT [=[ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1]=])
")
endfunction()

# Once, after all tests are known.
function(settle_write_sanitized_tests)
  get_property(text GLOBAL PROPERTY SETTLE_SANITIZED_TESTS)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/sanitized_tests.cmake CONTENT "${text}")
endfunction()
