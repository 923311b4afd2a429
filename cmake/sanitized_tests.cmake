# Read by ctest, not by cmake: adds the tests of a sanitized build (./dev test names its folder) to this build's,
# so that one ctest runs and counts them all.
if(NOT "$ENV{SETTLE_SANITIZED_BUILD}" STREQUAL "")
  include("$ENV{SETTLE_SANITIZED_BUILD}/sanitized_tests.cmake")
endif()
