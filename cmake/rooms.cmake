# A room is one static library. tests/links links each one whole with only what it declares: an arrow that is
# not declared here fails to link, however the final program is put together.
#   settle_room(NAME SOURCES ... PUBLIC ... PRIVATE ...)
function(settle_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(settle_${name} STATIC ${ROOM_SOURCES})
  add_library(settle::${name} ALIAS settle_${name})
  target_include_directories(settle_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_features(settle_${name} PUBLIC cxx_std_20)
  target_link_libraries(settle_${name} PUBLIC ${ROOM_PUBLIC}
                        PRIVATE ${ROOM_PRIVATE} $<BUILD_INTERFACE:settle_settings>)
  set_property(GLOBAL APPEND PROPERTY SETTLE_ROOMS ${name})
endfunction()
