# Test executables, and how the sanitized build's tests join the release build's.

# A Catch2 executable of one tests/ folder and its CTest test of the same name.
#   settle_tests(NAME SOURCES ... LIBRARIES ... [LABELS ...] [TIMEOUT s])
# Labels with a meaning here: `live` (brings a real Slurm up: runs alone) and `system` (drives build/settle). Both
# run in the release build only; everything else runs a second time under AddressSanitizer and UBSan (./dev test).
function(settle_tests name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name}_tests ${T_SOURCES})
  target_link_libraries(${name}_tests PRIVATE ${T_LIBRARIES} settle_catch_main settle_settings)
  target_compile_definitions(${name}_tests PRIVATE
    SETTLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SETTLE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name}_tests --order rand --rng-seed time)
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  if("live" IN_LIST T_LABELS)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
  if(SETTLE_SANITIZE)
    settle_sanitized_test(${name} ${T_TIMEOUT} "${T_LABELS}")
  endif()
endfunction()

# In a build with SETTLE_SANITIZE: what the release build's ctest must know to run this test too.
function(settle_sanitized_test name timeout labels)
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
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
    "add_test([=[${name}.sanitized]=] [=[$<TARGET_FILE:${name}_tests>]=] --order rand --rng-seed time)
set_tests_properties([=[${name}.sanitized]=] PROPERTIES TIMEOUT ${timeout} LABELS [=[sanitized;${labels}]=]
  WORKING_DIRECTORY [=[${CMAKE_CURRENT_BINARY_DIR}]=]
  ENVIRONMENT [=[ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1]=])
")
endfunction()

# Once, after all tests are known.
function(settle_write_sanitized_tests)
  get_property(text GLOBAL PROPERTY SETTLE_SANITIZED_TESTS)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/sanitized_tests.cmake CONTENT "${text}")
endfunction()
