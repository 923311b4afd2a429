target_sources(settle_io PRIVATE
  ${CMAKE_CURRENT_SOURCE_DIR}/local/executor.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/job_process.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/launch.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/local/process_groups.cpp)
