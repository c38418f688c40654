#ifndef VOICEAGENT_TESTS_SUPPORT_CATCH_H
#define VOICEAGENT_TESTS_SUPPORT_CATCH_H

// Catch2, version 2 or 3.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif  // VOICEAGENT_TESTS_SUPPORT_CATCH_H
