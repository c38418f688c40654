/// @file
/// VOICEAGENT_EXPORT marks what the shared library exports; everything else is hidden.
///
/// Define VOICEAGENT_STATIC when linking the static library on Windows (the CMake target and the
/// pkg-config file do so). VOICEAGENT_BUILDING is defined while the library itself is compiled.
#pragma once

#if defined(_WIN32) || defined(__CYGWIN__)
#if defined(VOICEAGENT_STATIC)
#define VOICEAGENT_EXPORT
#elif defined(VOICEAGENT_BUILDING)
#define VOICEAGENT_EXPORT __declspec(dllexport)
#else
#define VOICEAGENT_EXPORT __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define VOICEAGENT_EXPORT __attribute__((visibility("default")))
#else
#define VOICEAGENT_EXPORT
#endif
