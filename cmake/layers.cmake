# lib/<layer>/**.cpp -> the object library va_<layer>. A layer without sources is skipped.
# VA_OBJECTS collects the objects of all layers.

set(VA_LAYERS
  base config audio core net memory skills plugin storage providers protocols transports sim server
  builtin capi)

# The version has one source: project() above.
set(VA_GENERATED_INCLUDE_DIR "${PROJECT_BINARY_DIR}/include")
configure_file(include/voiceagent/version.h.in
  "${VA_GENERATED_INCLUDE_DIR}/voiceagent/version.h" @ONLY)

set(VA_OBJECTS)
foreach(layer IN LISTS VA_LAYERS)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/${layer}/*.cpp")
  va_filter_disabled(sources "${PROJECT_SOURCE_DIR}/lib")
  if(NOT sources)
    continue()
  endif()
  add_library(va_${layer} OBJECT ${sources})
  va_compile_options(va_${layer})
  target_include_directories(va_${layer} PRIVATE
    "${PROJECT_SOURCE_DIR}/include" "${VA_GENERATED_INCLUDE_DIR}" "${PROJECT_SOURCE_DIR}/lib")
  target_compile_definitions(va_${layer} PRIVATE VOICEAGENT_BUILDING ${VA_FEATURE_DEFINITIONS})
  target_link_libraries(va_${layer} PRIVATE ${VA_DEPS_${layer}})
  list(APPEND VA_OBJECTS $<TARGET_OBJECTS:va_${layer}>)
endforeach()

# toml++ is used header-only, so that it adds no library.
if(TARGET va_config)
  target_compile_definitions(va_config PRIVATE TOML_HEADER_ONLY=1)
endif()

# The page is inside the library, so that the server finds it wherever it runs.
if(TARGET va_server)
  set(_web "${PROJECT_SOURCE_DIR}/examples/web")
  file(GLOB _web_files CONFIGURE_DEPENDS RELATIVE "${_web}"
    "${_web}/*.html" "${_web}/*.js" "${_web}/*.css" "${_web}/*.svg" "${_web}/*.ico")
  set(_web_paths "${_web_files}")
  list(TRANSFORM _web_paths PREPEND "${_web}/")
  list(JOIN _web_files "|" _web_names)
  set(_web_source "${PROJECT_BINARY_DIR}/embedded/web_files.cpp")
  add_custom_command(OUTPUT "${_web_source}"
    COMMAND ${CMAKE_COMMAND} "-DROOT=${_web}" "-DFILES=${_web_names}" "-DOUT=${_web_source}"
            -P "${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake"
    DEPENDS ${_web_paths} "${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake"
    VERBATIM)
  target_sources(va_server PRIVATE "${_web_source}")
endif()
