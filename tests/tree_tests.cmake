# Checks of the tree itself rather than of what it does: layers, public headers, exported symbols,
# the texts of mutants, documentation, and the installed package in the hands of a host.

find_program(VA_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(VA_PYTHON python3)
if(NOT VA_PYTHON)
  message(FATAL_ERROR "the tests need Python 3 (Debian: apt-get install python3)")
endif()

function(va_tree_test name)
  add_test(NAME tree/${name} COMMAND ${ARGN})
  set_tests_properties(tree/${name} PROPERTIES LABELS tree TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

set(_scripts "${PROJECT_SOURCE_DIR}/scripts")
set(_headers --include "${PROJECT_SOURCE_DIR}/include" --include "${VA_GENERATED_INCLUDE_DIR}")
set(_compilers
  --cxx "${CMAKE_CXX_COMPILER_LAUNCHER} ${CMAKE_CXX_COMPILER}"
  --cc "${CMAKE_C_COMPILER_LAUNCHER} ${CMAKE_C_COMPILER}"
  --work "${PROJECT_BINARY_DIR}/headers")

va_tree_test(layers ${VA_PYTHON} ${_scripts}/check_layers.py)
va_tree_test(layers-self-test ${VA_PYTHON} ${_scripts}/check_layers.py --self-test)
va_tree_test(mutants ${VA_PYTHON} ${_scripts}/mutants.py --check)
va_tree_test(mutants-self-test ${VA_PYTHON} ${_scripts}/mutants.py --self-test)
va_tree_test(symbols-self-test ${VA_PYTHON} ${_scripts}/check_symbols.py --self-test)
if(TARGET voiceagent)
  va_tree_test(symbols
    ${VA_PYTHON} ${_scripts}/check_symbols.py ${_headers} $<TARGET_FILE:voiceagent>)
endif()

# What follows costs time and says nothing new about a build with sanitizers.
if(VOICEAGENT_SANITIZE)
  return()
endif()

va_tree_test(headers ${VA_PYTHON} ${_scripts}/check_headers.py ${_compilers} ${_headers})
va_tree_test(headers-self-test
  ${VA_PYTHON} ${_scripts}/check_headers.py ${_compilers} --self-test)
va_tree_test(docs ${VA_PYTHON} ${_scripts}/docs.py
  "${PROJECT_BINARY_DIR}/docs" "${VA_GENERATED_INCLUDE_DIR}")
set_tests_properties(tree/docs PROPERTIES LABELS "tree;docs")

# The README's program, as it stands there, compiled and run.
if(TARGET voiceagent AND VOICEAGENT_WITH_POCKETSPHINX AND VOICEAGENT_WITH_FLITE
    AND VOICEAGENT_WITH_WEBRTC_AUDIO)
  set(_readme "${PROJECT_BINARY_DIR}/readme")
  file(MAKE_DIRECTORY "${_readme}")
  add_custom_command(OUTPUT "${_readme}/readme.cpp"
    COMMAND ${VA_PYTHON} ${_scripts}/readme_code.py
            "${PROJECT_SOURCE_DIR}/README.md" "${_readme}/readme.cpp"
    DEPENDS "${PROJECT_SOURCE_DIR}/README.md" "${_scripts}/readme_code.py")
  add_executable(readme_example "${_readme}/readme.cpp")
  target_link_libraries(readme_example PRIVATE voiceagent::voiceagent)
  va_tree_test(readme-example readme_example)
  set_tests_properties(tree/readme-example PROPERTIES WORKING_DIRECTORY "${_readme}"
    PASS_REGULAR_EXPRESSION "you:   hello, what can you do\\?[^a-z]+agent: [A-Z]")
endif()

if(NOT VOICEAGENT_INSTALL OR NOT TARGET voiceagent OR NOT TARGET voiceagent_static)
  return()
endif()

# consumer/ is a host of its own. It is built against an installed copy in each way that a host may
# choose, and once as the parent project.
set(_prefix "${PROJECT_BINARY_DIR}/consumer/prefix")
va_tree_test(install ${CMAKE_COMMAND} --install "${PROJECT_BINARY_DIR}" --prefix "${_prefix}")
set_tests_properties(tree/install PROPERTIES FIXTURES_SETUP installed)

foreach(_way IN ITEMS shared static subproject-shared subproject-static)
  set(_options
    -DCMAKE_PREFIX_PATH=${_prefix} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DCONSUMER_WAY=${_way})
  if(_way MATCHES "^subproject")
    set(_then --build-target help)  # configuring it says enough
  else()
    set(_then --test-command consumer)
  endif()
  va_tree_test(consumer-cmake-${_way} ${CMAKE_CTEST_COMMAND}
    --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/consumer"
                     "${PROJECT_BINARY_DIR}/consumer/cmake-${_way}"
    --build-generator Ninja --build-options ${_options} ${_then})
  set_tests_properties(tree/consumer-cmake-${_way} PROPERTIES FIXTURES_REQUIRED installed)
endforeach()

foreach(_way IN ITEMS shared static)
  va_tree_test(consumer-pkg-config-${_way}
    "${CMAKE_CURRENT_SOURCE_DIR}/consumer/pkg_config.sh" ${_way} "${_prefix}"
    "${PROJECT_BINARY_DIR}/consumer/pkg-config-${_way}" ${CMAKE_CXX_COMPILER})
  set_tests_properties(tree/consumer-pkg-config-${_way} PROPERTIES FIXTURES_REQUIRED installed)
endforeach()
