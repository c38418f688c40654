# scenarios/*.json -> ctest scenarios: conversations in virtual time.
# Tests of the built program, in Python: integration/<name>_test.py -> ctest integration/<name>.
# Found by their own Python files; they skip what the engines of this build can't do.

if(NOT TARGET voiceagent_cli)
  return()
endif()
add_test(NAME scenarios
  COMMAND voiceagent_cli simulate "${CMAKE_CURRENT_SOURCE_DIR}/scenarios")
set_tests_properties(scenarios PROPERTIES LABELS scenarios TIMEOUT 1800)
# What holds must not hold by luck: the order of what is due at the same time is another one here.
foreach(_seed RANGE 2 6)
  add_test(NAME scenarios/seed-${_seed}
    COMMAND voiceagent_cli simulate --seed ${_seed} "${CMAKE_CURRENT_SOURCE_DIR}/scenarios")
  set_tests_properties(scenarios/seed-${_seed} PROPERTIES LABELS scenarios TIMEOUT 1800)
endforeach()

# ThreadSanitizer sees the same threads in the unit and conformance tests, in a tenth of the time.
if(VOICEAGENT_SANITIZE STREQUAL "thread")
  return()
endif()

file(GLOB _files CONFIGURE_DEPENDS integration/*_test.py)
va_filter_disabled(_files "${CMAKE_CURRENT_SOURCE_DIR}/integration")
if(TARGET voiceagent_server)
  set(_server "VOICEAGENT_SERVER=$<TARGET_FILE:voiceagent_server>;")
endif()
foreach(_file IN LISTS _files)
  get_filename_component(_name "${_file}" NAME_WE)
  string(REGEX REPLACE "_test$" "" _name "${_name}")
  add_test(NAME integration/${_name} COMMAND ${VA_PYTHON} "${_file}")
  set_tests_properties(integration/${_name} PROPERTIES
    LABELS integration
    TIMEOUT 1800
    ENVIRONMENT "${_server}VOICEAGENT_CLI=$<TARGET_FILE:voiceagent_cli>;PYTHONDONTWRITEBYTECODE=1;\
VOICEAGENT_SANITIZED=${VOICEAGENT_SANITIZE}")
endforeach()
