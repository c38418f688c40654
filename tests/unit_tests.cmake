# The Catch2 programs. Each test case is a ctest of its own; its timeout guards against a hang and
# is no assertion about speed.

find_package(Catch2 QUIET)
if(NOT Catch2_FOUND)
  message(FATAL_ERROR "the tests need Catch2 (Debian: apt-get install catch2), "
                      "or configure with VOICEAGENT_BUILD_TESTS=OFF")
endif()
include(Catch)

if(VOICEAGENT_SANITIZE)
  set(_timeout 900)
else()
  set(_timeout 300)
endif()
set(VOICEAGENT_TEST_TIMEOUT ${_timeout} CACHE STRING "Seconds after which a hung test is ended")

add_library(va_test_main OBJECT support/catch_main.cpp)
if(TARGET Catch2::Catch2WithMain)
  target_link_libraries(va_test_main PUBLIC Catch2::Catch2WithMain)
else()
  target_link_libraries(va_test_main PUBLIC Catch2::Catch2)
endif()
target_compile_features(va_test_main PUBLIC cxx_std_20)

# Helpers are used by the tests alone.
file(GLOB_RECURSE _support CONFIGURE_DEPENDS support/*.cpp)
list(FILTER _support EXCLUDE REGEX "/catch_main\\.cpp$")
if(_support)
  add_library(va_test_support STATIC ${_support})
  va_compile_options(va_test_support)
  target_link_libraries(va_test_support PUBLIC va_internals Catch2::Catch2)
else()
  add_library(va_test_support INTERFACE)
endif()

function(va_catch_program name label)
  if(NOT ARGN)
    return()
  endif()
  va_test_program(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE va_test_main va_test_support)
  string(REGEX REPLACE "^test_" "" prefix ${name})
  catch_discover_tests(${name}
    TEST_PREFIX "${prefix}/"
    PROPERTIES TIMEOUT ${VOICEAGENT_TEST_TIMEOUT} LABELS ${label})
endfunction()

foreach(layer IN LISTS VA_LAYERS)
  file(GLOB_RECURSE _sources CONFIGURE_DEPENDS unit/${layer}/*_test.cpp)
  va_filter_disabled(_sources "${CMAKE_CURRENT_SOURCE_DIR}/unit")
  va_catch_program(test_${layer} unit ${_sources})
endforeach()

file(GLOB_RECURSE _sources CONFIGURE_DEPENDS conformance/*.cpp)
va_filter_disabled(_sources "${CMAKE_CURRENT_SOURCE_DIR}/conformance")
va_catch_program(test_conformance conformance ${_sources})

file(GLOB_RECURSE _sources CONFIGURE_DEPENDS integration/*_test.cpp)
va_filter_disabled(_sources "${CMAKE_CURRENT_SOURCE_DIR}/integration")
va_catch_program(test_integration integration ${_sources})

# provider_abi.h in C99 and in C++: providers in C, used from C++.
add_library(va_c_providers OBJECT abi/c_providers.c)
set_target_properties(va_c_providers PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
target_compile_options(va_c_providers PRIVATE
  $<$<NOT:$<C_COMPILER_ID:MSVC>>:-Wall;-Wextra;-Wpedantic;$<$<BOOL:${VOICEAGENT_WERROR}>:-Werror>>)
target_include_directories(va_c_providers PRIVATE
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/tests")
va_catch_program(test_abi unit abi/provider_abi_test.cpp)
target_link_libraries(test_abi PRIVATE va_c_providers)
