target_sources(settle_io PRIVATE
  ${CMAKE_CURRENT_SOURCE_DIR}/local/executor.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/keeper_image.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/launch.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/local_task.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/task_record.cpp)

# The keeper of one task: a program of its own, whose bytes the library carries (io/local/keeper_image.hpp). Static
# where libc can be: what a task's environment does to the dynamic linker is then the task's alone, and it starts faster.
# The compiler's check needs the link options that the keeper itself is linked with, and no sanitizer's.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_cxx_source_compiles("int main() { return 0; }" SETTLE_CAN_LINK_STATICALLY)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
add_executable(settle_keeper
  ${CMAKE_CURRENT_SOURCE_DIR}/local/keeper/records.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/keeper/main.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/process_stat.cpp)
set_target_properties(settle_keeper PROPERTIES
  OUTPUT_NAME settle-keeper
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  POSITION_INDEPENDENT_CODE OFF
  COMPILE_OPTIONS "-fno-exceptions;-fno-rtti"  # in place of what the whole tree is built with: no sanitizer
  LINK_OPTIONS "-s;$<$<BOOL:${SETTLE_CAN_LINK_STATICALLY}>:-static>")
target_include_directories(settle_keeper PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(settle_keeper PRIVATE settle_settings)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/local/keeper_image.cpp PROPERTIES
  COMPILE_DEFINITIONS SETTLE_KEEPER_FILE="${CMAKE_CURRENT_BINARY_DIR}/settle-keeper"
  OBJECT_DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/settle-keeper)
add_dependencies(settle_io settle_keeper)
