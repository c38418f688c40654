# The objects of all layers make both libraries; voiceagent::voiceagent is the shared one when both
# are built.

function(va_library target type)
  add_library(${target} ${type} ${VA_OBJECTS})
  add_library(voiceagent::${target} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include;${VA_GENERATED_INCLUDE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target} PRIVATE ${VA_LINK_LIBRARIES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME voiceagent LINKER_LANGUAGE CXX)
endfunction()

if(VOICEAGENT_BUILD_SHARED)
  va_library(voiceagent SHARED)
  set_target_properties(voiceagent PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  if(UNIX AND NOT APPLE)
    set(_map "${PROJECT_SOURCE_DIR}/cmake/voiceagent.map")
    target_link_options(voiceagent PRIVATE "LINKER:--version-script=${_map}" LINKER:--as-needed)
    if(NOT VOICEAGENT_SANITIZE)
      target_link_options(voiceagent PRIVATE LINKER:--no-undefined)
    endif()
    set_property(TARGET voiceagent APPEND PROPERTY LINK_DEPENDS "${_map}")
  endif()
endif()

if(VOICEAGENT_BUILD_STATIC)
  va_library(voiceagent_static STATIC)
  target_compile_definitions(voiceagent_static INTERFACE VOICEAGENT_STATIC)
  if(WIN32)
    set_target_properties(voiceagent_static PROPERTIES OUTPUT_NAME voiceagent_static)
  endif()
  if(NOT VOICEAGENT_BUILD_SHARED)
    add_library(voiceagent::voiceagent ALIAS voiceagent_static)
  endif()
endif()
