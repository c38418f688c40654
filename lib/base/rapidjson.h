#pragma once

// The one door to RapidJSON. Our copy lives in a namespace of our own: a host that brings another
// RapidJSON, or the same one with other macros, must not share symbols with it.

#ifdef RAPIDJSON_RAPIDJSON_H_
#error "include base/rapidjson.h instead of RapidJSON's own headers"
#endif

#define RAPIDJSON_NAMESPACE voiceagent_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace voiceagent_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#define RAPIDJSON_HAS_STDSTRING 1

// The vectorised scanners read whole aligned blocks, past the end of a string: harmless, but
// AddressSanitizer rightly can't tell.
#if defined(__SANITIZE_ADDRESS__)
#define VOICEAGENT_RAPIDJSON_SCALAR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VOICEAGENT_RAPIDJSON_SCALAR 1
#endif
#endif
#ifndef VOICEAGENT_RAPIDJSON_SCALAR
#if defined(__SSE4_2__)
#define RAPIDJSON_SSE42 1
#elif defined(__SSE2__)
#define RAPIDJSON_SSE2 1
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON 1
#endif
#endif

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/pointer.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace voiceagent {
namespace rapidjson = ::voiceagent_rapidjson;
}  // namespace voiceagent
