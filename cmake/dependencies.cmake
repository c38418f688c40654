# Each third-party library has one home: the layer that it is linked to here.
# scripts/check_layers.py holds the same rule for their headers.
#
#   va_requires(<layer> <name> <Debian package> <linker flags>)
#     always needed
#   va_feature(<FEATURE> <layer> <name> <Debian package> <linker flags> <path>)
#     optional: VOICEAGENT_WITH_<FEATURE> = AUTO (when found), ON, OFF; sources and tests whose path
#     begins with <path> are left out when it is off
#   va_feature_also(<FEATURE> <layer> <name> <Debian package> <linker flags>)
#     before va_feature: a further library that the feature needs
#   va_header_only(<header> <Debian package>)
#
# The linker flags are for voiceagent.pc. Afterwards VA_DEPS_<layer> lists a layer's targets,
# VA_LINK_LIBRARIES all of them, VA_THIRD_PARTY their names, VA_LINK_FLAGS their linker flags,
# VA_FEATURE_DEFINITIONS VOICEAGENT_WITH_<FEATURE>=0|1, and VA_DISABLED_PATHS what to leave out.

include(third_party)
find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "pkg-config not found: install it (Debian: apt-get install pkg-config)")
endif()

set(VA_LINK_LIBRARIES)
set(VA_THIRD_PARTY)
set(VA_LINK_FLAGS)
set(VA_FEATURE_DEFINITIONS)
set(VA_DISABLED_PATHS)

macro(_va_add_dependency layer name target flags)
  list(APPEND VA_DEPS_${layer} ${target})
  list(APPEND VA_LINK_LIBRARIES ${target})
  list(APPEND VA_THIRD_PARTY ${name})
  list(APPEND VA_LINK_FLAGS ${flags})
endmacro()

macro(va_requires layer name package flags)
  voiceagent_find_third_party(${name} _target)
  if(NOT _target)
    message(FATAL_ERROR "${name} not found: install it (Debian: apt-get install ${package})")
  endif()
  _va_add_dependency(${layer} ${name} ${_target} "${flags}")
endmacro()

macro(va_header_only header package)
  find_path(VA_HEADER_${header} ${header})
  mark_as_advanced(VA_HEADER_${header})
  if(NOT VA_HEADER_${header})
    message(FATAL_ERROR "${header} not found: install it (Debian: apt-get install ${package})")
  endif()
endmacro()

# Whether the feature's libraries asked for so far are there; an error if it was asked for and not.
macro(_va_look_for feature name package out)
  set(VOICEAGENT_WITH_${feature} AUTO CACHE STRING
    "Build what needs ${name} (AUTO: when found)")
  set_property(CACHE VOICEAGENT_WITH_${feature} PROPERTY STRINGS AUTO ON OFF)
  set(${out} "")
  if(VOICEAGENT_WITH_${feature} STREQUAL "AUTO" OR VOICEAGENT_WITH_${feature})
    voiceagent_find_third_party(${name} ${out})
    if(NOT ${out} AND NOT VOICEAGENT_WITH_${feature} STREQUAL "AUTO")
      message(FATAL_ERROR "VOICEAGENT_WITH_${feature} is ON, but ${name} was not found: "
                          "install it (Debian: apt-get install ${package})")
    endif()
  endif()
endmacro()

macro(va_feature_also feature layer name package flags)
  _va_look_for(${feature} ${name} "${package}" _target)
  if(_target)
    # Quoted as one item; taken apart again by va_feature.
    list(APPEND _va_${feature}_also "${layer}|${name}|${_target}|${flags}")
  else()
    set(_va_${feature}_lacks TRUE)
  endif()
endmacro()

macro(va_feature feature layer name package flags path)
  _va_look_for(${feature} ${name} "${package}" _target)
  if(_target AND NOT _va_${feature}_lacks)
    _va_add_dependency(${layer} ${name} ${_target} "${flags}")
    foreach(_also IN LISTS _va_${feature}_also)
      string(REPLACE "|" ";" _also "${_also}")
      list(POP_FRONT _also _layer _name _also_target)
      _va_add_dependency(${_layer} ${_name} ${_also_target} "${_also}")
    endforeach()
    list(APPEND VA_FEATURE_DEFINITIONS VOICEAGENT_WITH_${feature}=1)
    message(STATUS "voiceagent: with ${name}")
  else()
    list(APPEND VA_FEATURE_DEFINITIONS VOICEAGENT_WITH_${feature}=0)
    list(APPEND VA_DISABLED_PATHS ${path})
    message(STATUS "voiceagent: without ${name}")
  endif()
endmacro()

va_requires(base threads libc6-dev -pthread)
va_requires(base spdlog libspdlog-dev "-lspdlog -lfmt")
va_header_only(rapidjson/document.h rapidjson-dev)
va_header_only(toml++/toml.h libtomlplusplus-dev)
va_requires(audio samplerate libsamplerate0-dev -lsamplerate)

va_feature(OPUS audio opus libopus-dev -lopus audio/opus)
va_feature(OGG_OPUS audio libopusenc libopusenc-dev -lopusenc audio/opus_stream)
va_feature(POCKETSPHINX providers pocketsphinx "libpocketsphinx-dev libsphinxbase-dev"
  "-lpocketsphinx -lsphinxbase" providers/stt/pocketsphinx)
va_feature(FLITE providers flite flite1-dev
  "-lflite_cmu_us_rms -lflite_cmu_us_slt -lflite_cmu_us_kal16 -lflite_cmu_us_awb \
-lflite_usenglish -lflite_cmulex -lflite" providers/tts/flite)
# The detector is used alone: the library exports its C functions, the package has no header of it.
_va_look_for(WEBRTC_AUDIO webrtc-audio-processing libwebrtc-audio-processing-dev _va_webrtc)
if(_va_webrtc)
  include(CheckFunctionExists)
  set(CMAKE_REQUIRED_LIBRARIES ${_va_webrtc})
  check_function_exists(WebRtcVad_Process VA_WEBRTC_VAD_IS_EXPORTED)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT VA_WEBRTC_VAD_IS_EXPORTED)
    set(_va_WEBRTC_AUDIO_lacks TRUE)
  endif()
endif()
va_feature(WEBRTC_AUDIO audio webrtc-audio-processing libwebrtc-audio-processing-dev
  -lwebrtc_audio_processing "audio/webrtc_;providers/vad/webrtc")

# The server: loops and sockets, what speaks over them, and the program.
va_feature_also(SERVER net libcurl libcurl4-openssl-dev -lcurl)
va_feature_also(SERVER net openssl libssl-dev "-lssl -lcrypto")
va_feature_also(SERVER server prometheus-cpp-core prometheus-cpp-dev -lprometheus-cpp-core)
va_feature(SERVER net libuv libuv1-dev -luv
  "net/;net_;server/;transports/websocket/;transports/dialogue/;server_")

if(CMAKE_DL_LIBS)
  list(APPEND VA_DEPS_plugin ${CMAKE_DL_LIBS})
  list(APPEND VA_LINK_LIBRARIES ${CMAKE_DL_LIBS})
  list(APPEND VA_LINK_FLAGS -l${CMAKE_DL_LIBS})
endif()
list(APPEND VA_LINK_FLAGS -lstdc++ -lm)  # for programs in C

# Leaves out of a list of files those that belong to a feature that is off.
function(va_filter_disabled list root)
  set(kept)
  foreach(file IN LISTS ${list})
    file(RELATIVE_PATH relative "${root}" "${file}")
    set(keep TRUE)
    foreach(path IN LISTS VA_DISABLED_PATHS)
      string(FIND "${relative}" "${path}" position)
      if(position EQUAL 0)
        set(keep FALSE)
      endif()
    endforeach()
    if(keep)
      list(APPEND kept "${file}")
    endif()
  endforeach()
  set(${list} "${kept}" PARENT_SCOPE)
endfunction()
