target_sources(settle_io PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/document.cpp
  ${CMAKE_CURRENT_LIST_DIR}/env_reader.cpp
  ${CMAKE_CURRENT_LIST_DIR}/environment.cpp
  ${CMAKE_CURRENT_LIST_DIR}/exit_record.cpp
  ${CMAKE_CURRENT_LIST_DIR}/exit_record_script.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fields.cpp
  ${CMAKE_CURRENT_LIST_DIR}/group_walk.cpp
  ${CMAKE_CURRENT_LIST_DIR}/job_files.cpp
  ${CMAKE_CURRENT_LIST_DIR}/job_script.cpp
  ${CMAKE_CURRENT_LIST_DIR}/json_input.cpp
  ${CMAKE_CURRENT_LIST_DIR}/quantities.cpp
  ${CMAKE_CURRENT_LIST_DIR}/shell_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/syntax.cpp
  ${CMAKE_CURRENT_LIST_DIR}/task_reader.cpp
  ${CMAKE_CURRENT_LIST_DIR}/utf8.cpp
  ${CMAKE_CURRENT_LIST_DIR}/wanted.cpp
  ${CMAKE_CURRENT_LIST_DIR}/wording.cpp)
