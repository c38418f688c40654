/// @file
/// The provider interfaces as C tables, for plugins. A draft: it follows stt.h, llm.h, tts.h,
/// vad.h, turn_detector.h and tool.h, and may change until the plugin loader freezes it as
/// version 1.0.
///
/// Conventions:
///  1. Plain C99; no exception, longjmp or thread exit leaves a function.
///  2. Every table and every growing struct begins with `struct_size`, set by whoever fills it to
///  the
///     sizeof() that it was compiled with. Members are only ever appended. What lies beyond
///     `struct_size` counts as zero, and a null function as "not supported".
///  3. A different major version is refused; a different minor one is not.
///  4. Functions that can fail return 0 or more, or a negative va_error_code; those with a
///  `va_error*`
///     describe the failure there, and it is never null.
///  5. Strings are UTF-8 with a length, not ended by a zero, and may be empty. Whatever is passed
///  in
///     is valid during the call only; whoever needs it longer copies it. What a table or an info
///     struct points to stays valid until the plugin is unloaded.
///  6. Objects are opaque and destroyed by the table that made them. A stream is destroyed once,
///  after
///     its sink has been told closed(), and its provider after all of its streams.
///  7. The host calls a stream on the session's thread, one call at a time, and these calls must
///  not
///     block. A sink and a context may be used from any thread, also before start() has returned,
///     until closed() has been called. Everything passed to a sink is copied by it.
///  8. Flags are int32_t, 0 or 1. Times are nanoseconds. Audio is 16-bit signed mono in native byte
///     order.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(readability-identifier-naming): C's own style

/// @name Version of this interface
/// Major 0 is the draft.
/// @{
#define VA_ABI_VERSION_MAJOR 0
#define VA_ABI_VERSION_MINOR 1
/// @}

/// The one symbol that a plugin exports: a va_plugin_entry.
#define VA_PLUGIN_ENTRY "va_plugin_main"

/// What went wrong: the negative of voiceagent::ErrorCode.
enum va_error_code {
  VA_OK = 0,                          ///< No error.
  VA_ERROR_INVALID_ARGUMENT = -1,     ///< The caller's input is wrong.
  VA_ERROR_NOT_FOUND = -2,            ///< Nothing of that name.
  VA_ERROR_UNSUPPORTED = -3,          ///< Understood, but not possible here.
  VA_ERROR_FAILED_PRECONDITION = -4,  ///< Not in this state.
  VA_ERROR_RESOURCE_EXHAUSTED = -5,   ///< A bounded queue or pool is full; try again later.
  VA_ERROR_UNAVAILABLE = -6,          ///< A service cannot be reached now; try again.
  VA_ERROR_TIMEOUT = -7,              ///< A deadline passed.
  VA_ERROR_CANCELLED = -8,            ///< Stopped at the caller's own wish.
  VA_ERROR_AUTH = -9,                 ///< A key or token was refused.
  VA_ERROR_RATE_LIMITED = -10,        ///< Too many requests; try again after a pause.
  VA_ERROR_QUOTA = -11,               ///< The account's quota is used up.
  VA_ERROR_PROTOCOL = -12,            ///< The other side broke its protocol.
  VA_ERROR_IO = -13,                  ///< A file or device could not be read or written.
  VA_ERROR_INTERNAL = -14             ///< A defect.
};

/// How much a log line matters.
enum va_log_level {
  VA_LOG_TRACE = 0,    ///< Every step.
  VA_LOG_DEBUG = 1,    ///< For whoever looks for a defect.
  VA_LOG_INFO = 2,     ///< What people want to know.
  VA_LOG_WARNING = 3,  ///< What people should look at.
  VA_LOG_ERROR = 4     ///< What failed.
};

/// Text. Does not grow.
typedef struct va_string {
  const char* data;  ///< UTF-8; may be null when `size` is 0.
  size_t size;       ///< Bytes.
} va_string;

/// Samples. Does not grow.
typedef struct va_audio {
  const int16_t* samples;  ///< Mono.
  size_t count;            ///< How many.
  int32_t sample_rate;     ///< Samples a second.
} va_audio;

/// Describes a failure; filled by the one who fails.
typedef struct va_error {
  size_t struct_size;  ///< Set by the caller.
  int32_t code;        ///< A va_error_code.
  char message[256];   ///< What, where, what to do: UTF-8, ended by a zero, cut to fit.
} va_error;

/// A piece of work. Exactly one of `run` and `drop` is called, once. Does not grow.
typedef struct va_task {
  void (*run)(void* data);   ///< Does it.
  void (*drop)(void* data);  ///< Only frees it, because it will never run; null: nothing to free.
  void* data;                ///< Passed to both.
} va_task;

/// @name Options
/// @{

/// What kind of value an option takes; decides which member of va_option_value holds it.
enum va_option_type {
  VA_OPTION_BOOL = 0,     ///< `integer`, 0 or 1.
  VA_OPTION_INTEGER = 1,  ///< `integer`.
  VA_OPTION_NUMBER = 2,   ///< `number`.
  VA_OPTION_STRING = 3,   ///< `text`.
  VA_OPTION_PATH = 4      ///< `text`.
};

/// A value of an option. Does not grow.
typedef struct va_option_value {
  int32_t type;     ///< A va_option_type.
  int64_t integer;  ///< For integers and bools.
  double number;    ///< For numbers.
  va_string text;   ///< For strings and paths.
} va_option_value;

/// Describes one option: voiceagent::OptionDescriptor.
typedef struct va_option {
  size_t struct_size;             ///< Size of this struct.
  va_string name;                 ///< snake_case.
  va_option_value default_value;  ///< Used when nothing is given; its type is the option's.
  va_string description;          ///< One sentence.
  va_string unit;                 ///< "ms", "Hz", ... or empty.
  double min;                     ///< Least number allowed; -HUGE_VAL: none.
  double max;                     ///< Greatest number allowed; HUGE_VAL: none.
  const va_string* choices;       ///< The strings allowed.
  size_t choice_count;            ///< How many; 0: any.
  va_string environment;          ///< Environment variable that overrides it, or empty.
} va_option;

/// An option as given: checked against its description, complete with the default. Does not grow.
typedef struct va_setting {
  va_string name;         ///< The option's name.
  va_option_value value;  ///< Its value.
} va_setting;

/// What a provider says about itself: voiceagent::ProviderInfo.
typedef struct va_provider_info {
  size_t struct_size;               ///< Size of this struct.
  va_string name;                   ///< As configuration files write it.
  va_string description;            ///< One sentence.
  const va_option* const* options;  ///< What it can be told.
  size_t option_count;              ///< How many.
} va_provider_info;

/// @}
/// @name What the host offers
/// @{

/// The table that a plugin gets when it is loaded; valid until it is unloaded. Any thread.
typedef struct va_host {
  size_t struct_size;     ///< Size of this table.
  int32_t version_major;  ///< VA_ABI_VERSION_MAJOR of the host.
  int32_t version_minor;  ///< VA_ABI_VERSION_MINOR of the host.
  void* context;          ///< Passed back to the functions below.
  /// Writes a log line; `level` is a va_log_level.
  void (*log)(void* context, int32_t level, va_string component, va_string message);
  /// Whether lines of that level are wanted, to be asked before formatting one.
  int32_t (*wants_log)(void* context, int32_t level);
} va_host;

/// What a stream may use until its closed(): voiceagent::StreamContext.
typedef struct va_stream_context {
  size_t struct_size;  ///< Size of this table.
  void* context;       ///< Passed back to the functions below.
  /// Nanoseconds on the session's clock, which in simulations isn't the clock on the wall.
  int64_t (*now)(void* context);
  /// Runs a short task on the session's thread, `delay` nanoseconds from now (0: as soon as
  /// possible). Returns a number that names it, greater than 0.
  uint64_t (*post)(void* context, int64_t delay, va_task task);
  /// Takes a task back and drops it. 1 when it will not run; 0 when it has run, runs now, or is
  /// unknown.
  int32_t (*cancel)(void* context, uint64_t task);
  /// Runs work that blocks or computes on a worker thread. When it returns an error, the task was
  /// dropped.
  int32_t (*submit)(void* context, va_task task);
} va_stream_context;

/// @}
/// @name Speech to text
/// @{

/// A recogniser; the plugin's.
typedef struct va_stt va_stt;
/// One listening stretch of a session; the plugin's.
typedef struct va_stt_stream va_stt_stream;

/// One recognised word. Does not grow.
typedef struct va_word {
  va_string text;    ///< As the recogniser writes it.
  int64_t start;     ///< Nanoseconds from the stream's first sample.
  int64_t end;       ///< Nanoseconds from the stream's first sample.
  float confidence;  ///< 0 to 1; 1 when there is none.
} va_word;

/// What was understood.
typedef struct va_transcript {
  size_t struct_size;    ///< Size of this struct.
  va_string text;        ///< The words; empty when nothing was understood.
  float confidence;      ///< 0 to 1; 1 when there is none.
  const va_word* words;  ///< Their times.
  size_t word_count;     ///< 0: no times.
  va_string language;    ///< BCP 47, or empty.
} va_transcript;

/// What a recogniser says about the user's turn: voiceagent::TurnSignal.
enum va_turn_signal {
  VA_TURN_LIKELY_END = 0,  ///< The user may be done.
  VA_TURN_END = 1,         ///< The user is done.
  VA_TURN_RESUMED = 2      ///< The user went on.
};

/// Takes what a stream understood: voiceagent::SttSink.
typedef struct va_stt_sink {
  size_t struct_size;  ///< Size of this table.
  void* context;       ///< Passed back to the functions below.
  /// The words so far since the last final; each replaces the one before.
  void (*partial)(void* context, const va_transcript* transcript);
  /// Settled words; exactly one per flush().
  void (*final)(void* context, const va_transcript* transcript);
  /// An opinion about the turn; `signal` is a va_turn_signal, `probability` 0 to 1.
  void (*turn_signal)(void* context, int32_t signal, float probability);
  /// The stream can take audio again after audio() returned 0.
  void (*writable)(void* context);
  /// The stream failed; closed() follows.
  void (*error)(void* context, int32_t code, va_string message);
  /// Nothing more will come: exactly once, and last.
  void (*closed)(void* context);
} va_stt_sink;

/// What a recogniser can do: voiceagent::SttCapabilities.
typedef struct va_stt_capabilities {
  size_t struct_size;           ///< Set by the host.
  const int32_t* sample_rates;  ///< Accepted rates, best first.
  size_t sample_rate_count;     ///< How many; at least 1.
  int32_t partials;             ///< It sends partial().
  int32_t word_times;           ///< Its transcripts carry words.
  int32_t turn_signals;         ///< It sends turn_signal().
  const va_string* languages;   ///< BCP 47.
  size_t language_count;        ///< 0: any.
} va_stt_capabilities;

/// What a session wants of a stream: voiceagent::SttRequest.
typedef struct va_stt_request {
  size_t struct_size;                ///< Size of this struct.
  const va_stream_context* context;  ///< What the stream may use.
  int32_t sample_rate;               ///< One of the recogniser's rates.
  va_string language;                ///< BCP 47, or empty.
  va_string session_id;              ///< For logs.
} va_stt_request;

/// A kind of recogniser: voiceagent::SttProvider and voiceagent::SttStream.
typedef struct va_stt_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself.
  const va_provider_info* info;
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_stt** provider,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_stt* provider);
  /// What it can do; constant, valid as long as the provider.
  int32_t (*capabilities)(va_stt* provider, va_stt_capabilities* capabilities);
  /// Begins a stream; `sink` stays valid until it has been told closed().
  int32_t (*start)(va_stt* provider, const va_stt_request* request, const va_stt_sink* sink,
                   va_stt_stream** stream, va_error* error);
  /// Takes audio: 1. 0: full, nothing was taken; the sink's writable() says when to go on.
  int32_t (*audio)(va_stt_stream* stream, va_audio audio);
  /// Settle what was said so far: one final() answers it.
  void (*flush)(va_stt_stream* stream);
  /// No more audio: settle, then closed().
  void (*finish)(va_stt_stream* stream);
  /// Stop at once: closed() follows as soon as possible.
  void (*cancel)(va_stt_stream* stream);
  /// Ends a stream that has been closed.
  void (*destroy_stream)(va_stt_stream* stream);
  /// A session has opened that will use it: make connections, or whatever takes long and can be
  /// kept. Does not block; `context` is valid during the call, work submitted to it goes on.
  void (*warm_up)(va_stt* provider, const va_stream_context* context);
} va_stt_vtable;

/// @}
/// @name Language model
/// @{

/// A model; the plugin's.
typedef struct va_llm va_llm;
/// One reply in the making; the plugin's.
typedef struct va_llm_stream va_llm_stream;

/// Who said something: voiceagent::Role.
enum va_role {
  VA_ROLE_SYSTEM = 0,     ///< The instructions.
  VA_ROLE_USER = 1,       ///< The user.
  VA_ROLE_ASSISTANT = 2,  ///< The agent.
  VA_ROLE_TOOL = 3        ///< The result of a tool.
};

/// Why a reply ended: voiceagent::FinishReason.
enum va_finish_reason {
  VA_FINISH_STOP = 0,        ///< It is complete.
  VA_FINISH_LENGTH = 1,      ///< It got too long.
  VA_FINISH_TOOL_CALLS = 2,  ///< Tools are to be run first.
  VA_FINISH_FILTERED = 3,    ///< A filter cut it.
  VA_FINISH_CANCELLED = 4    ///< It was cancelled.
};

/// One message of a conversation. Does not grow.
typedef struct va_message {
  int32_t role;         ///< A va_role.
  va_string text;       ///< What; of the assistant only what the user heard.
  int32_t interrupted;  ///< The assistant was cut off after `text`.
} va_message;

/// A named value found in an utterance. Does not grow.
typedef struct va_slot {
  va_string name;   ///< As the intents file names it.
  va_string value;  ///< As it was said.
} va_slot;

/// What a dialogue engine took the utterance to mean.
typedef struct va_intent {
  size_t struct_size;    ///< Size of this struct.
  va_string name;        ///< As the intents file names it; empty: not understood.
  float confidence;      ///< 0 to 1.
  const va_slot* slots;  ///< The values found.
  size_t slot_count;     ///< How many.
} va_intent;

/// A model asks for a tool.
typedef struct va_tool_call {
  size_t struct_size;   ///< Size of this struct.
  va_string id;         ///< The model's own id of this call.
  va_string name;       ///< Which tool.
  va_string arguments;  ///< JSON text.
} va_tool_call;

/// What a reply cost, as far as the provider says.
typedef struct va_usage {
  size_t struct_size;     ///< Size of this struct.
  int64_t input_tokens;   ///< 0: not said.
  int64_t output_tokens;  ///< 0: not said.
} va_usage;

/// Takes a reply as it comes: voiceagent::LlmSink.
typedef struct va_llm_sink {
  size_t struct_size;  ///< Size of this table.
  void* context;       ///< Passed back to the functions below.
  /// More text; a piece may end inside a word but not inside a character.
  void (*delta)(void* context, va_string text);
  /// What a dialogue engine understood; before the first delta.
  void (*intent)(void* context, const va_intent* intent);
  /// The model wants a tool run.
  void (*tool_call)(void* context, const va_tool_call* call);
  /// The reply is complete; `reason` is a va_finish_reason; closed() follows.
  void (*done)(void* context, const va_usage* usage, int32_t reason);
  /// The stream failed; closed() follows.
  void (*error)(void* context, int32_t code, va_string message);
  /// Nothing more will come: exactly once, and last.
  void (*closed)(void* context);
} va_llm_sink;

/// A tool, as the model is told of it: voiceagent::ToolDescription.
typedef struct va_tool_description {
  size_t struct_size;     ///< Size of this struct.
  va_string name;         ///< Its name.
  va_string description;  ///< What it does, and when to use it.
  va_string parameters;   ///< JSON Schema of its arguments, an object.
} va_tool_description;

/// What of a message has to do with tools. Does not grow.
typedef struct va_message_tools {
  const va_tool_call* const* calls;  ///< That the assistant made after the message's text.
  size_t call_count;                 ///< How many.
  va_string tool_call_id;            ///< Of a tool: which call the message is the result of.
} va_message_tools;

/// What a model is asked: voiceagent::LlmRequest.
typedef struct va_llm_request {
  size_t struct_size;                ///< Size of this struct.
  const va_stream_context* context;  ///< What the stream may use.
  const va_message* messages;        ///< The conversation, oldest first.
  size_t message_count;              ///< How many.
  va_string language;                ///< BCP 47, or empty.
  va_string session_id;              ///< For logs, and for providers that keep state per session.
  int64_t wall_time_ms;              ///< Milliseconds since 1970 UTC.
  const va_tool_description* const* tools;  ///< What the model may call.
  size_t tool_count;                        ///< How many.
  const va_message_tools* message_tools;    ///< One for each message; null: nothing to say.
  int32_t no_tool_calls;                    ///< It must answer in words now.
} va_llm_request;

/// A kind of model: voiceagent::LlmProvider and voiceagent::LlmStream.
typedef struct va_llm_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself.
  const va_provider_info* info;
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_llm** provider,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_llm* provider);
  /// Begins a reply; `sink` stays valid until it has been told closed().
  int32_t (*start)(va_llm* provider, const va_llm_request* request, const va_llm_sink* sink,
                   va_llm_stream** stream, va_error* error);
  /// Stop at once: closed() follows as soon as possible.
  void (*cancel)(va_llm_stream* stream);
  /// Ends a stream that has been closed.
  void (*destroy_stream)(va_llm_stream* stream);
  /// A session has opened that will use it: make connections, or whatever takes long and can be
  /// kept. Does not block; `context` is valid during the call, work submitted to it goes on.
  void (*warm_up)(va_llm* provider, const va_stream_context* context);
} va_llm_vtable;

/// @}
/// @name Text to speech
/// @{

/// A synthesiser; the plugin's.
typedef struct va_tts va_tts;
/// One reply being spoken; the plugin's.
typedef struct va_tts_stream va_tts_stream;

/// Which words of the text a stretch of the audio speaks: voiceagent::SpokenSpan. Does not grow.
typedef struct va_spoken_span {
  size_t text_begin;     ///< First byte, in all text pushed so far.
  size_t text_end;       ///< One past the last byte.
  int64_t begin_sample;  ///< First sample, in all audio of the stream.
  int64_t end_sample;    ///< One past the last sample.
} va_spoken_span;

/// Takes speech as it comes: voiceagent::TtsSink.
typedef struct va_tts_sink {
  size_t struct_size;  ///< Size of this table.
  void* context;       ///< Passed back to the functions below.
  /// More speech: 1 when it was taken. 0: full, nothing was taken; the stream's resume() says when
  /// to try again with the same audio.
  int32_t (*audio)(void* context, va_audio audio);
  /// The words that audio already passed, or about to be passed, speaks; in order.
  void (*timing)(void* context, const va_spoken_span* span);
  /// All text pushed so far has been turned into audio: one per flush(), and one for finish().
  void (*done)(void* context);
  /// The stream failed; closed() follows.
  void (*error)(void* context, int32_t code, va_string message);
  /// Nothing more will come: exactly once, and last.
  void (*closed)(void* context);
} va_tts_sink;

/// What a synthesiser can do: voiceagent::TtsCapabilities.
typedef struct va_tts_capabilities {
  size_t struct_size;          ///< Set by the host.
  int32_t sample_rate;         ///< Of the audio that it gives, unless audio() says otherwise.
  int32_t word_timings;        ///< It calls timing().
  const va_string* voices;     ///< The voices it knows.
  size_t voice_count;          ///< 0: whatever the options say.
  const va_string* languages;  ///< BCP 47.
  size_t language_count;       ///< 0: any.
} va_tts_capabilities;

/// What a session wants of a stream: voiceagent::TtsRequest.
typedef struct va_tts_request {
  size_t struct_size;                ///< Size of this struct.
  const va_stream_context* context;  ///< What the stream may use.
  va_string voice;                   ///< One of the synthesiser's voices, or empty.
  va_string language;                ///< BCP 47, or empty.
  va_string session_id;              ///< For logs.
} va_tts_request;

/// A kind of synthesiser: voiceagent::TtsProvider and voiceagent::TtsStream.
typedef struct va_tts_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself.
  const va_provider_info* info;
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_tts** provider,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_tts* provider);
  /// What it can do; constant, valid as long as the provider.
  int32_t (*capabilities)(va_tts* provider, va_tts_capabilities* capabilities);
  /// Begins a stream; `sink` stays valid until it has been told closed(). VA_ERROR_NOT_FOUND,
  /// naming those that exist, for an unknown voice.
  int32_t (*start)(va_tts* provider, const va_tts_request* request, const va_tts_sink* sink,
                   va_tts_stream** stream, va_error* error);
  /// Takes a clause or a sentence of at most 4,096 bytes: 1. 0: full, nothing was taken.
  int32_t (*text)(va_tts_stream* stream, va_string piece);
  /// Speak what you have; one done() answers it.
  void (*flush)(va_tts_stream* stream);
  /// No more text: speak the rest, then done() and closed().
  void (*finish)(va_tts_stream* stream);
  /// Stop at once: closed() follows as soon as possible.
  void (*cancel)(va_tts_stream* stream);
  /// The sink has room again after its audio() returned 0.
  void (*resume)(va_tts_stream* stream);
  /// Ends a stream that has been closed.
  void (*destroy_stream)(va_tts_stream* stream);
  /// A session has opened that will use it: make connections, or whatever takes long and can be
  /// kept. Does not block; `context` is valid during the call, work submitted to it goes on.
  void (*warm_up)(va_tts* provider, const va_stream_context* context);
} va_tts_vtable;

/// @}
/// @name Voice activity detection
/// @{

/// Makes detectors; the plugin's.
typedef struct va_vad va_vad;
/// The detector of one session; the plugin's.
typedef struct va_vad_stream va_vad_stream;

/// What a detector wants: voiceagent::VadFormat.
typedef struct va_vad_format {
  size_t struct_size;    ///< Set by the host.
  int32_t sample_rate;   ///< Samples a second.
  size_t frame_samples;  ///< Exactly so many come in each call.
} va_vad_format;

/// A kind of detector: voiceagent::VadProvider and voiceagent::VadStream.
typedef struct va_vad_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself.
  const va_provider_info* info;
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_vad** provider,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_vad* provider);
  /// The format of its frames; constant.
  int32_t (*format)(va_vad* provider, va_vad_format* format);
  /// A detector for one session; `context` is valid as long as the detector. Does not block.
  int32_t (*start)(va_vad* provider, const va_stream_context* context, va_vad_stream** stream,
                   va_error* error);
  /// How likely the frame holds speech, 0 to 1; far faster than the frame lasts.
  float (*process)(va_vad_stream* stream, const int16_t* samples, size_t count);
  /// Forget what was heard; as good as new.
  void (*reset)(va_vad_stream* stream);
  /// Ends a detector; any time.
  void (*destroy_stream)(va_vad_stream* stream);
} va_vad_vtable;

/// @}
/// @name Turn detectors
/// @{

/// A detector that serves many sessions; the plugin's own.
typedef struct va_turn_detector va_turn_detector;
/// One session's; the plugin's own.
typedef struct va_turn_detector_stream va_turn_detector_stream;

/// Asked when the user has fallen silent.
typedef struct va_turn_question {
  size_t struct_size;    ///< Size of this struct.
  uint64_t id;           ///< Names the question in its answer.
  va_string transcript;  ///< The turn's words so far.
  va_string agent_said;  ///< The agent's latest reply.
} va_turn_question;

/// Takes what a detector says: voiceagent::TurnDetectorSink.
typedef struct va_turn_detector_sink {
  size_t struct_size;  ///< Size of this table.
  void* context;       ///< Passed back to the functions below.
  /// The answer to a question, 0 to 1.
  void (*estimate)(void* context, uint64_t question, float probability);
  /// The stream failed; closed() follows.
  void (*error)(void* context, int32_t code, va_string message);
  /// Nothing more will come: exactly once, and last.
  void (*closed)(void* context);
} va_turn_detector_sink;

/// What a session wants of a detector.
typedef struct va_turn_detector_request {
  size_t struct_size;                ///< Size of this struct.
  const va_stream_context* context;  ///< Valid until closed().
  int32_t sample_rate;               ///< Of the audio that will come.
  va_string language;                ///< BCP 47, or empty.
  va_string session_id;              ///< For logs.
} va_turn_detector_request;

/// A kind of turn detector: voiceagent::TurnDetectorProvider and TurnDetectorStream.
typedef struct va_turn_detector_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself.
  const va_provider_info* info;
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_turn_detector** provider,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_turn_detector* provider);
  /// Begins a stream; does not block.
  int32_t (*start)(va_turn_detector* provider, const va_turn_detector_request* request,
                   const va_turn_detector_sink* sink, va_turn_detector_stream** stream,
                   va_error* error);
  /// 20 ms of an utterance.
  void (*audio)(va_turn_detector_stream* stream, const int16_t* samples, size_t count);
  /// How likely is the turn over?
  void (*ask)(va_turn_detector_stream* stream, const va_turn_question* question);
  /// Stop at once.
  void (*cancel)(va_turn_detector_stream* stream);
  /// Ends a stream, after closed().
  void (*destroy_stream)(va_turn_detector_stream* stream);
} va_turn_detector_vtable;

/// @}
/// @name Tools
/// @{

/// A tool; the plugin's.
typedef struct va_tool va_tool;

/// Whether the user hears of a tool's progress: voiceagent::ToolProgress.
enum va_tool_progress {
  VA_TOOL_PROGRESS_SHOWN = 0,  ///< An event only.
  VA_TOOL_PROGRESS_SPOKEN = 1  ///< The agent says it.
};

/// What becomes of a call whose reply is interrupted: voiceagent::ToolInterruption.
enum va_tool_interruption {
  VA_TOOL_CANCEL = 0,           ///< It is cancelled.
  VA_TOOL_FINISH_SILENTLY = 1,  ///< It goes on.
  VA_TOOL_FINISH_AND_TELL = 2   ///< It goes on, and the agent speaks of the result.
};

/// What becomes of a call with the same arguments as a running one: voiceagent::ToolDuplicates.
enum va_tool_duplicates {
  VA_TOOL_JOIN = 0,    ///< It gets the same result.
  VA_TOOL_REJECT = 1,  ///< It is rejected.
  VA_TOOL_ALLOW = 2    ///< It runs as well.
};

/// What follows when a call is done: voiceagent::ToolEffect.
enum va_tool_effect {
  VA_TOOL_EFFECT_NONE = 0,        ///< The model goes on.
  VA_TOOL_EFFECT_END_CALL = 1,    ///< The session closes.
  VA_TOOL_EFFECT_TRANSFER = 2,    ///< The user is handed over.
  VA_TOOL_EFFECT_CHANGE_MODE = 3  ///< The mode changes.
};

/// A call that waits for its answer: voiceagent::ToolReply. Any thread, until release().
typedef struct va_tool_reply {
  size_t struct_size;    ///< Size of this table.
  void* context;         ///< Passed back to the functions below.
  va_string call_id;     ///< Names the call within its session; constant.
  va_string session_id;  ///< Names the session; constant.
  va_string arguments;   ///< JSON: an object that satisfies the tool's parameters; constant.
  /// Whether nobody wants a result any more.
  int32_t (*cancelled)(void* context);
  /// Tells how it is going; `how` is a va_tool_progress.
  void (*progress)(void* context, va_string text, int32_t how);
  /// The result, or with a va_error_code other than VA_OK what went wrong. Counts once.
  void (*answer)(void* context, int32_t code, va_string text);
  /// Runs work that blocks or computes on a thread for tools. When it returns an error, the task
  /// was dropped.
  int32_t (*run)(void* context, va_task task);
  /// Ends this table: exactly once, and last. Without an answer before it the call has failed.
  void (*release)(void* context);
} va_tool_reply;

/// A kind of tool: voiceagent::Tool.
typedef struct va_tool_vtable {
  size_t struct_size;  ///< Size of this table.
  /// What it says about itself; the model knows it by the name.
  const va_provider_info* info;
  va_string parameters;     ///< JSON Schema of its arguments; empty: there are none.
  int64_t deadline;         ///< Without a result by then a call has timed out.
  int32_t interruption;     ///< A va_tool_interruption.
  int32_t duplicates;       ///< A va_tool_duplicates.
  va_string filler;         ///< Said when it takes long; empty: nothing.
  int64_t filler_delay;     ///< So long.
  int32_t uninterruptible;  ///< The user's sounds don't interrupt meanwhile.
  int32_t effect;           ///< A va_tool_effect.
  va_string effect_value;   ///< Where to, or which mode; empty: the arguments say so.
  /// Makes one; may block.
  int32_t (*create)(const va_setting* settings, size_t setting_count, va_tool** tool,
                    va_error* error);
  /// Ends one.
  void (*destroy)(va_tool* tool);
  /// Begins a call and does not block; `reply` is valid until it is released.
  void (*call)(va_tool* tool, const va_tool_reply* reply);
} va_tool_vtable;

/// @}
/// @name The plugin
/// @{

/// What a plugin brings; filled by its entry function.
typedef struct va_plugin {
  size_t struct_size;     ///< Set by the host to its own size: nothing beyond may be written.
  int32_t version_major;  ///< VA_ABI_VERSION_MAJOR that the plugin was compiled with.
  int32_t version_minor;  ///< VA_ABI_VERSION_MINOR that the plugin was compiled with.
  va_string name;         ///< For logs and error messages.
  va_string version;      ///< The plugin's own version.
  const va_stt_vtable* const* stt;  ///< Its recognisers.
  size_t stt_count;                 ///< How many.
  const va_llm_vtable* const* llm;  ///< Its models.
  size_t llm_count;                 ///< How many.
  const va_tts_vtable* const* tts;  ///< Its synthesisers.
  size_t tts_count;                 ///< How many.
  const va_vad_vtable* const* vad;  ///< Its detectors.
  size_t vad_count;                 ///< How many.
  /// Called before the plugin is unloaded, when nothing of it is left; may be null.
  void (*unload)(void);
  const va_turn_detector_vtable* const* turn_detector;  ///< Its turn detectors.
  size_t turn_detector_count;                           ///< How many.
  const va_tool_vtable* const* tool;                    ///< Its tools.
  size_t tool_count;                                    ///< How many.
} va_plugin;

/// Type of the function that a plugin exports as VA_PLUGIN_ENTRY. Fills `plugin`, which comes
/// zeroed but for its size; keeps `host` if it likes. May block.
typedef int32_t (*va_plugin_entry)(const va_host* host, va_plugin* plugin, va_error* error);

/// @}

// NOLINTEND(readability-identifier-naming)

#ifdef __cplusplus
}  // extern "C"
#endif
