# Included by io/CMakeLists.txt, so paths are relative to io/.
target_sources(settle_io PRIVATE
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/answers.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/codes.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/commands.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/contradictions.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/fields.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/json_answer.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/json_values.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/parse_accounting.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/parse_accounting_json.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/parse_queue.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/parse_queue_json.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/sbatch_args.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/sbatch_words.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/site.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/slurm/states.cpp)
