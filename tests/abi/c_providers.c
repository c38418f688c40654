#include "abi/c_providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

/* struct_size comes first in everything that grows. In C99 a false condition is an array of -1. */
#define FIRST(type) typedef char type##_begins_with_its_size[offsetof(type, struct_size) ? -1 : 1]
FIRST(va_error);
FIRST(va_option);
FIRST(va_provider_info);
FIRST(va_host);
FIRST(va_stream_context);
FIRST(va_transcript);
FIRST(va_stt_sink);
FIRST(va_stt_capabilities);
FIRST(va_stt_request);
FIRST(va_stt_vtable);
FIRST(va_intent);
FIRST(va_tool_call);
FIRST(va_usage);
FIRST(va_llm_sink);
FIRST(va_llm_request);
FIRST(va_llm_vtable);
FIRST(va_tts_sink);
FIRST(va_tts_capabilities);
FIRST(va_tts_request);
FIRST(va_tts_vtable);
FIRST(va_vad_format);
FIRST(va_vad_vtable);
FIRST(va_plugin);

static int32_t fail(va_error* error, int32_t code, const char* message) {
  error->code = code;
  snprintf(error->message, sizeof(error->message), "%s", message);
  return code;
}

/* A recogniser that understands how much it heard. */

struct va_stt_stream {
  const va_stt_sink* sink;
  size_t samples;
};

static int32_t stt_create(const va_setting* settings, size_t count, va_stt** provider,
                          va_error* error) {
  (void)settings;
  (void)count;
  (void)error;
  *provider = NULL;
  return VA_OK;
}
static void stt_destroy(va_stt* provider) { (void)provider; }
static int32_t stt_capabilities(va_stt* provider, va_stt_capabilities* capabilities) {
  static const int32_t rates[] = {16000, 8000};
  (void)provider;
  capabilities->sample_rates = rates;
  capabilities->sample_rate_count = 2;
  return VA_OK;
}
static int32_t stt_start(va_stt* provider, const va_stt_request* request, const va_stt_sink* sink,
                         va_stt_stream** stream, va_error* error) {
  (void)provider;
  if (request->sample_rate != 16000 && request->sample_rate != 8000) {
    return fail(error, VA_ERROR_INVALID_ARGUMENT, "16 or 8 kHz, please");
  }
  *stream = calloc(1, sizeof(**stream));
  if (*stream == NULL) return fail(error, VA_ERROR_RESOURCE_EXHAUSTED, "no memory");
  (*stream)->sink = sink;
  return VA_OK;
}
static int32_t stt_audio(va_stt_stream* stream, va_audio audio) {
  stream->samples += audio.count;
  return 1;
}
static void stt_flush(va_stt_stream* stream) {
  char text[32];
  va_transcript transcript;
  memset(&transcript, 0, sizeof(transcript));
  transcript.struct_size = sizeof(transcript);
  transcript.text.size =
      (size_t)snprintf(text, sizeof(text), "%lu", (unsigned long)stream->samples);
  transcript.text.data = text;
  transcript.confidence = 1.0F;
  stream->samples = 0;
  stream->sink->final(stream->sink->context, &transcript);
}
static void stt_cancel(va_stt_stream* stream) { stream->sink->closed(stream->sink->context); }
static void stt_finish(va_stt_stream* stream) {
  if (stream->samples > 0) stt_flush(stream);
  stt_cancel(stream);
}
static void stt_destroy_stream(va_stt_stream* stream) { free(stream); }

static const va_provider_info stt_info = {sizeof(va_provider_info), TEXT("counter"),
                                          TEXT("Counts samples."), NULL, 0};
static const va_stt_vtable stt = {sizeof(va_stt_vtable),
                                  &stt_info,
                                  stt_create,
                                  stt_destroy,
                                  stt_capabilities,
                                  stt_start,
                                  stt_audio,
                                  stt_flush,
                                  stt_finish,
                                  stt_cancel,
                                  stt_destroy_stream,
                                  NULL};

/* A model that repeats the last message; all before its start returns. */

struct va_llm_stream {
  int nothing;
};

static int32_t llm_create(const va_setting* settings, size_t count, va_llm** provider,
                          va_error* error) {
  (void)settings;
  (void)count;
  (void)error;
  *provider = NULL;
  return VA_OK;
}
static void llm_destroy(va_llm* provider) { (void)provider; }
static int32_t llm_start(va_llm* provider, const va_llm_request* request, const va_llm_sink* sink,
                         va_llm_stream** stream, va_error* error) {
  static va_llm_stream only;
  const va_usage usage = {sizeof(va_usage), 1, 1};
  (void)provider;
  if (request->message_count == 0) return fail(error, VA_ERROR_INVALID_ARGUMENT, "no message");
  sink->delta(sink->context, request->messages[request->message_count - 1].text);
  sink->done(sink->context, &usage, VA_FINISH_STOP);
  sink->closed(sink->context);
  *stream = &only;
  return VA_OK;
}
static void llm_cancel(va_llm_stream* stream) { (void)stream; }
static void llm_destroy_stream(va_llm_stream* stream) { (void)stream; }

static const va_provider_info llm_info = {sizeof(va_provider_info), TEXT("parrot"),
                                          TEXT("Repeats what was said."), NULL, 0};
static const va_llm_vtable llm = {sizeof(va_llm_vtable), &llm_info, llm_create,
                                  llm_destroy,           llm_start, llm_cancel,
                                  llm_destroy_stream,    NULL};

/* A synthesiser of one sample a byte, as loud as its option says. */

struct va_tts {
  int16_t level;
};
struct va_tts_stream {
  const va_tts_sink* sink;
  int16_t level;
};

static int32_t tts_create(const va_setting* settings, size_t count, va_tts** provider,
                          va_error* error) {
  if (count != 1) return fail(error, VA_ERROR_INTERNAL, "one setting is expected");
  *provider = malloc(sizeof(**provider));
  if (*provider == NULL) return fail(error, VA_ERROR_RESOURCE_EXHAUSTED, "no memory");
  (*provider)->level = (int16_t)settings[0].value.integer;
  return VA_OK;
}
static void tts_destroy(va_tts* provider) { free(provider); }
static int32_t tts_capabilities(va_tts* provider, va_tts_capabilities* capabilities) {
  (void)provider;
  capabilities->sample_rate = 8000;
  return VA_OK;
}
static int32_t tts_start(va_tts* provider, const va_tts_request* request, const va_tts_sink* sink,
                         va_tts_stream** stream, va_error* error) {
  if (request->voice.size > 0) return fail(error, VA_ERROR_NOT_FOUND, "there are no voices");
  *stream = malloc(sizeof(**stream));
  if (*stream == NULL) return fail(error, VA_ERROR_RESOURCE_EXHAUSTED, "no memory");
  (*stream)->sink = sink;
  (*stream)->level = provider->level;
  return VA_OK;
}
static int32_t tts_text(va_tts_stream* stream, va_string piece) {
  int16_t samples[4096];
  va_audio audio;
  size_t i;
  if (piece.size > 4096) return VA_ERROR_INVALID_ARGUMENT;
  for (i = 0; i < piece.size; ++i) samples[i] = stream->level;
  audio.samples = samples;
  audio.count = piece.size;
  audio.sample_rate = 8000;
  return stream->sink->audio(stream->sink->context, audio);
}
static void tts_flush(va_tts_stream* stream) { stream->sink->done(stream->sink->context); }
static void tts_cancel(va_tts_stream* stream) { stream->sink->closed(stream->sink->context); }
static void tts_finish(va_tts_stream* stream) {
  tts_flush(stream);
  tts_cancel(stream);
}
static void tts_resume(va_tts_stream* stream) { (void)stream; }
static void tts_destroy_stream(va_tts_stream* stream) { free(stream); }

static const va_option tts_level = {sizeof(va_option),
                                    TEXT("level"),
                                    {VA_OPTION_INTEGER, 100, 0, TEXT("")},
                                    TEXT("How loud."),
                                    TEXT(""),
                                    0,
                                    32767,
                                    NULL,
                                    0,
                                    TEXT("")};
static const va_option* const tts_options[] = {&tts_level};
static const va_provider_info tts_info = {sizeof(va_provider_info), TEXT("click"),
                                          TEXT("A sample a byte."), tts_options, 1};
static const va_tts_vtable tts = {sizeof(va_tts_vtable),
                                  &tts_info,
                                  tts_create,
                                  tts_destroy,
                                  tts_capabilities,
                                  tts_start,
                                  tts_text,
                                  tts_flush,
                                  tts_finish,
                                  tts_cancel,
                                  tts_resume,
                                  tts_destroy_stream,
                                  NULL};

/* A detector of anything but silence. */

static int32_t vad_create(const va_setting* settings, size_t count, va_vad** provider,
                          va_error* error) {
  (void)settings;
  (void)count;
  (void)error;
  *provider = NULL;
  return VA_OK;
}
static void vad_destroy(va_vad* provider) { (void)provider; }
static int32_t vad_format(va_vad* provider, va_vad_format* format) {
  (void)provider;
  format->sample_rate = 8000;
  format->frame_samples = 80;
  return VA_OK;
}
static int32_t vad_start(va_vad* provider, const va_stream_context* context, va_vad_stream** stream,
                         va_error* error) {
  (void)provider;
  (void)context;
  (void)error;
  *stream = NULL;
  return VA_OK;
}
static float vad_process(va_vad_stream* stream, const int16_t* samples, size_t count) {
  (void)stream;
  while (count > 0) {
    if (samples[--count] != 0) return 1.0F;
  }
  return 0.0F;
}
static void vad_reset(va_vad_stream* stream) { (void)stream; }
static void vad_destroy_stream(va_vad_stream* stream) { (void)stream; }

static const va_provider_info vad_info = {sizeof(va_provider_info), TEXT("any"),
                                          TEXT("Hears anything."), NULL, 0};
static const va_vad_vtable vad = {sizeof(va_vad_vtable), &vad_info,  vad_create,
                                  vad_destroy,           vad_format, vad_start,
                                  vad_process,           vad_reset,  vad_destroy_stream};

static const va_stt_vtable* const all_stt[] = {&stt};
static const va_llm_vtable* const all_llm[] = {&llm};
static const va_tts_vtable* const all_tts[] = {&tts};
static const va_vad_vtable* const all_vad[] = {&vad};

int32_t c_providers_main(const va_host* host, va_plugin* plugin, va_error* error) {
  const va_string name = TEXT("C providers");
  const va_string version = TEXT("1");
  if (host->version_major != VA_ABI_VERSION_MAJOR) {
    return fail(error, VA_ERROR_UNSUPPORTED, "another major version");
  }
  if (plugin->struct_size < sizeof(*plugin))
    return fail(error, VA_ERROR_UNSUPPORTED, "an old host");
  plugin->version_major = VA_ABI_VERSION_MAJOR;
  plugin->version_minor = VA_ABI_VERSION_MINOR;
  plugin->name = name;
  plugin->version = version;
  plugin->stt = all_stt;
  plugin->stt_count = 1;
  plugin->llm = all_llm;
  plugin->llm_count = 1;
  plugin->tts = all_tts;
  plugin->tts_count = 1;
  plugin->vad = all_vad;
  plugin->vad_count = 1;
  return VA_OK;
}
