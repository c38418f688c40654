#include "voiceagent/provider_abi.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "abi/c_providers.h"
#include "support/catch.h"
#include "voiceagent/llm.h"
#include "voiceagent/log.h"
#include "voiceagent/options.h"
#include "voiceagent/stt.h"
#include "voiceagent/tool.h"

using namespace voiceagent;

namespace {

template <class C, class Cpp>
constexpr bool same(C c, Cpp cpp) {
  return static_cast<int>(c) == static_cast<int>(cpp);
}
constexpr bool same(va_error_code c, ErrorCode cpp) {
  return static_cast<int>(c) == -static_cast<int>(cpp);
}

static_assert(same(VA_OK, ErrorCode::kOk));
static_assert(same(VA_ERROR_INVALID_ARGUMENT, ErrorCode::kInvalidArgument));
static_assert(same(VA_ERROR_NOT_FOUND, ErrorCode::kNotFound));
static_assert(same(VA_ERROR_UNSUPPORTED, ErrorCode::kUnsupported));
static_assert(same(VA_ERROR_FAILED_PRECONDITION, ErrorCode::kFailedPrecondition));
static_assert(same(VA_ERROR_RESOURCE_EXHAUSTED, ErrorCode::kResourceExhausted));
static_assert(same(VA_ERROR_UNAVAILABLE, ErrorCode::kUnavailable));
static_assert(same(VA_ERROR_TIMEOUT, ErrorCode::kTimeout));
static_assert(same(VA_ERROR_CANCELLED, ErrorCode::kCancelled));
static_assert(same(VA_ERROR_AUTH, ErrorCode::kAuth));
static_assert(same(VA_ERROR_RATE_LIMITED, ErrorCode::kRateLimited));
static_assert(same(VA_ERROR_QUOTA, ErrorCode::kQuota));
static_assert(same(VA_ERROR_PROTOCOL, ErrorCode::kProtocol));
static_assert(same(VA_ERROR_IO, ErrorCode::kIo));
static_assert(same(VA_ERROR_INTERNAL, ErrorCode::kInternal));
static_assert(same(VA_LOG_TRACE, LogLevel::kTrace) && same(VA_LOG_DEBUG, LogLevel::kDebug));
static_assert(same(VA_LOG_INFO, LogLevel::kInfo) && same(VA_LOG_WARNING, LogLevel::kWarning));
static_assert(same(VA_LOG_ERROR, LogLevel::kError));
static_assert(same(VA_OPTION_BOOL, OptionType::kBool));
static_assert(same(VA_OPTION_INTEGER, OptionType::kInteger));
static_assert(same(VA_OPTION_NUMBER, OptionType::kNumber));
static_assert(same(VA_OPTION_STRING, OptionType::kString));
static_assert(same(VA_OPTION_PATH, OptionType::kPath));
static_assert(same(VA_TURN_LIKELY_END, TurnSignal::kLikelyEnd));
static_assert(same(VA_TURN_END, TurnSignal::kEnd));
static_assert(same(VA_TURN_RESUMED, TurnSignal::kResumed));
static_assert(same(VA_ROLE_SYSTEM, Role::kSystem) && same(VA_ROLE_USER, Role::kUser));
static_assert(same(VA_ROLE_ASSISTANT, Role::kAssistant) && same(VA_ROLE_TOOL, Role::kTool));
static_assert(same(VA_FINISH_STOP, FinishReason::kStop));
static_assert(same(VA_FINISH_LENGTH, FinishReason::kLength));
static_assert(same(VA_FINISH_TOOL_CALLS, FinishReason::kToolCalls));
static_assert(same(VA_FINISH_FILTERED, FinishReason::kFiltered));
static_assert(same(VA_FINISH_CANCELLED, FinishReason::kCancelled));

static_assert(same(VA_TOOL_PROGRESS_SHOWN, ToolProgress::kShown));
static_assert(same(VA_TOOL_PROGRESS_SPOKEN, ToolProgress::kSpoken));
static_assert(same(VA_TOOL_CANCEL, ToolInterruption::kCancel));
static_assert(same(VA_TOOL_FINISH_SILENTLY, ToolInterruption::kFinishSilently));
static_assert(same(VA_TOOL_FINISH_AND_TELL, ToolInterruption::kFinishAndTell));
static_assert(same(VA_TOOL_JOIN, ToolDuplicates::kJoin));
static_assert(same(VA_TOOL_REJECT, ToolDuplicates::kReject));
static_assert(same(VA_TOOL_ALLOW, ToolDuplicates::kAllow));
static_assert(same(VA_TOOL_EFFECT_NONE, ToolEffect::kNone));
static_assert(same(VA_TOOL_EFFECT_END_CALL, ToolEffect::kEndCall));
static_assert(same(VA_TOOL_EFFECT_TRANSFER, ToolEffect::kTransfer));
static_assert(same(VA_TOOL_EFFECT_CHANGE_MODE, ToolEffect::kChangeMode));

std::string_view view(va_string text) { return {text.data, text.size}; }
va_string view(std::string_view text) { return {text.data(), text.size()}; }

// What a sink was told, as text.
std::string& log_of(void* context) { return *static_cast<std::string*>(context); }
void note_closed(void* context) { log_of(context) += "closed "; }
void note_error(void* context, std::int32_t code, va_string /*message*/) {
  log_of(context) += "error " + std::to_string(code) + " ";
}

struct Loaded {
  va_host host{};
  va_plugin plugin{};
  va_error error{};
  std::int32_t status = 0;
};

Loaded load(std::int32_t major) {
  Loaded loaded;
  loaded.host.struct_size = sizeof(va_host);
  loaded.host.version_major = major;
  loaded.plugin.struct_size = sizeof(va_plugin);
  loaded.error.struct_size = sizeof(va_error);
  loaded.status = c_providers_main(&loaded.host, &loaded.plugin, &loaded.error);
  return loaded;
}

}  // namespace

TEST_CASE("abi: a plugin in C99 fills the tables, unless the major version is another") {
  const Loaded loaded = load(VA_ABI_VERSION_MAJOR);
  CHECK(loaded.status == VA_OK);
  CHECK(view(loaded.plugin.name) == "C providers");
  CHECK(loaded.plugin.tts_count == 1);
  const Loaded refused = load(VA_ABI_VERSION_MAJOR + 1);
  CHECK(refused.status == VA_ERROR_UNSUPPORTED);
  CHECK(std::string_view(refused.error.message) == "another major version");
}

TEST_CASE("abi: a recogniser in C99 can be used through its table") {
  const va_stt_vtable& table = *load(VA_ABI_VERSION_MAJOR).plugin.stt[0];
  va_error error{};
  va_stt* provider = nullptr;
  REQUIRE(table.create(nullptr, 0, &provider, &error) == VA_OK);
  va_stt_capabilities can{};
  can.struct_size = sizeof(can);
  REQUIRE(table.capabilities(provider, &can) == VA_OK);

  std::string log;
  va_stt_sink sink{};
  sink.struct_size = sizeof(sink);
  sink.context = &log;
  sink.final = [](void* context, const va_transcript* transcript) {
    log_of(context) += "final " + std::string(view(transcript->text)) + " ";
  };
  sink.error = note_error;
  sink.closed = note_closed;
  va_stt_request request{};
  request.struct_size = sizeof(request);
  va_stt_stream* stream = nullptr;
  request.sample_rate = 44'100;
  CHECK(table.start(provider, &request, &sink, &stream, &error) == VA_ERROR_INVALID_ARGUMENT);
  request.sample_rate = can.sample_rates[0];
  REQUIRE(table.start(provider, &request, &sink, &stream, &error) == VA_OK);
  const std::array<std::int16_t, 160> samples{};
  CHECK(table.audio(stream, {samples.data(), samples.size(), request.sample_rate}) == 1);
  table.flush(stream);
  table.finish(stream);
  CHECK(log == "final 160 closed ");
  table.destroy_stream(stream);
  table.destroy(provider);
}

TEST_CASE("abi: a model in C99 can be used through its table") {
  const va_llm_vtable& table = *load(VA_ABI_VERSION_MAJOR).plugin.llm[0];
  va_error error{};
  va_llm* provider = nullptr;
  REQUIRE(table.create(nullptr, 0, &provider, &error) == VA_OK);
  std::string log;
  va_llm_sink sink{};
  sink.struct_size = sizeof(sink);
  sink.context = &log;
  sink.delta = [](void* context, va_string text) {
    log_of(context) += std::string(view(text)) + " ";
  };
  sink.done = [](void* context, const va_usage* usage, std::int32_t reason) {
    log_of(context) += "done " + std::to_string(usage->output_tokens + reason) + " ";
  };
  sink.closed = note_closed;
  const va_message message{VA_ROLE_USER, view("hello"), 0};
  va_llm_request request{};
  request.struct_size = sizeof(request);
  request.messages = &message;
  request.message_count = 1;
  va_llm_stream* stream = nullptr;
  REQUIRE(table.start(provider, &request, &sink, &stream, &error) == VA_OK);
  CHECK(log == "hello done 1 closed ");
  table.destroy_stream(stream);
  table.destroy(provider);
}

TEST_CASE("abi: a synthesiser in C99 can be used through its table, options and all") {
  const va_tts_vtable& table = *load(VA_ABI_VERSION_MAJOR).plugin.tts[0];
  REQUIRE(table.info->option_count == 1);
  const va_option& option = *table.info->options[0];
  CHECK(view(option.name) == "level");
  va_setting setting{option.name, option.default_value};
  setting.value.integer += 1;
  va_error error{};
  va_tts* provider = nullptr;
  REQUIRE(table.create(&setting, 1, &provider, &error) == VA_OK);

  struct Heard {
    std::vector<std::int16_t> samples;
    bool full = true;
    int done = 0;
    int closed = 0;
  } heard;
  va_tts_sink sink{};
  sink.struct_size = sizeof(sink);
  sink.context = &heard;
  sink.audio = [](void* context, va_audio audio) -> std::int32_t {
    auto& to = *static_cast<Heard*>(context);
    if (to.full) return 0;
    to.samples.insert(to.samples.end(), audio.samples, audio.samples + audio.count);
    return 1;
  };
  sink.done = [](void* context) { ++static_cast<Heard*>(context)->done; };
  sink.closed = [](void* context) { ++static_cast<Heard*>(context)->closed; };
  va_tts_request request{};
  request.struct_size = sizeof(request);
  va_tts_stream* stream = nullptr;
  REQUIRE(table.start(provider, &request, &sink, &stream, &error) == VA_OK);
  CHECK(table.text(stream, view("hey")) == 0);
  heard.full = false;
  table.resume(stream);
  CHECK(table.text(stream, view("hey")) == 1);
  table.finish(stream);
  CHECK(heard.samples == std::vector<std::int16_t>{101, 101, 101});
  CHECK(heard.done == 1);
  CHECK(heard.closed == 1);
  table.destroy_stream(stream);
  table.destroy(provider);
}

TEST_CASE("abi: a detector in C99 can be used through its table") {
  const va_vad_vtable& table = *load(VA_ABI_VERSION_MAJOR).plugin.vad[0];
  va_error error{};
  va_vad* provider = nullptr;
  REQUIRE(table.create(nullptr, 0, &provider, &error) == VA_OK);
  va_vad_format format{};
  format.struct_size = sizeof(format);
  REQUIRE(table.format(provider, &format) == VA_OK);
  va_vad_stream* stream = nullptr;
  REQUIRE(table.start(provider, nullptr, &stream, &error) == VA_OK);
  std::vector<std::int16_t> frame(format.frame_samples);
  CHECK(table.process(stream, frame.data(), frame.size()) == 0.0F);
  frame.back() = 1;
  CHECK(table.process(stream, frame.data(), frame.size()) == 1.0F);
  table.reset(stream);
  table.destroy_stream(stream);
  table.destroy(provider);
}
