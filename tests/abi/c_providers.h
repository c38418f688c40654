/* Providers written in C99 against provider_abi.h: the smallest that keep its promises. */
#pragma once

#include "voiceagent/provider_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The entry function, as a plugin would export it. */
int32_t c_providers_main(const va_host* host, va_plugin* plugin, va_error* error);

#ifdef __cplusplus
}
#endif
