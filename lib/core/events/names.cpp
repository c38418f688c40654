// The stable names of the enums that appear in events.
#include <array>

#include "voiceagent/agent.h"
#include "voiceagent/engine.h"
#include "voiceagent/events.h"
#include "voiceagent/llm.h"

namespace voiceagent {
namespace {

// Names by number; a value outside the list (from a newer header) reads "unknown".
template <class Enum, std::size_t N>
std::string_view name_of(Enum value, const std::array<std::string_view, N>& names) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

}  // namespace

std::string_view to_string(Mode mode) {
  static constexpr std::array<std::string_view, 4> kNames{"voice_to_voice", "voice_to_text",
                                                          "text_to_voice", "text_to_text"};
  return name_of(mode, kNames);
}

std::string_view to_string(CloseReason reason) {
  static constexpr std::array<std::string_view, 6> kNames{"host",  "user",  "agent",
                                                          "error", "limit", "idle"};
  return name_of(reason, kNames);
}

std::string_view to_string(TurnEndReason reason) {
  static constexpr std::array<std::string_view, 6> kNames{"silence", "typed",    "committed",
                                                          "limit",   "provider", "dtmf"};
  return name_of(reason, kNames);
}

std::string_view to_string(Stage stage) {
  static constexpr std::array<std::string_view, 9> kNames{
      "session", "input", "vad", "stt", "turn", "llm", "tts", "output", "tool"};
  return name_of(stage, kNames);
}

std::string_view to_string(InterruptionMode mode) {
  static constexpr std::array<std::string_view, 5> kNames{"voice", "words", "voice_and_words",
                                                          "never", "host"};
  return name_of(mode, kNames);
}

std::string_view to_string(TypedText typed) {
  static constexpr std::array<std::string_view, 2> kNames{"interrupt", "queue"};
  return name_of(typed, kNames);
}

std::string_view to_string(Shedding level) {
  static constexpr std::array<std::string_view, 4> kNames{"nothing", "metrics", "partials",
                                                          "preparation"};
  return name_of(level, kNames);
}

std::string_view to_string(AfterFailure after) {
  static constexpr std::array<std::string_view, 3> kNames{"stay", "hang_up", "text"};
  return name_of(after, kNames);
}

std::string_view to_string(BreakerState state) {
  static constexpr std::array<std::string_view, 3> kNames{"closed", "open", "half_open"};
  return name_of(state, kNames);
}

std::string_view to_string(ProviderKind kind) {
  static constexpr std::array<std::string_view, 4> kNames{"stt", "llm", "tts", "vad"};
  return name_of(kind, kNames);
}

std::string_view to_string(Role role) {
  static constexpr std::array<std::string_view, 4> kNames{"system", "user", "assistant", "tool"};
  return name_of(role, kNames);
}

std::string_view to_string(ToolState state) {
  static constexpr std::array<std::string_view, 6> kNames{"running",   "done",      "failed",
                                                          "cancelled", "timed_out", "rejected"};
  return name_of(state, kNames);
}

std::string_view to_string(ToolInterruption interruption) {
  static constexpr std::array<std::string_view, 3> kNames{"cancel", "finish_silently",
                                                          "finish_and_tell"};
  return name_of(interruption, kNames);
}

std::string_view to_string(ToolDuplicates duplicates) {
  static constexpr std::array<std::string_view, 3> kNames{"join", "reject", "allow"};
  return name_of(duplicates, kNames);
}

std::string_view to_string(ToolEffect effect) {
  static constexpr std::array<std::string_view, 4> kNames{"none", "end_call", "transfer",
                                                          "change_mode"};
  return name_of(effect, kNames);
}

std::string_view to_string(ToolProgress progress) {
  static constexpr std::array<std::string_view, 2> kNames{"shown", "spoken"};
  return name_of(progress, kNames);
}

std::string_view to_string(FinishReason reason) {
  static constexpr std::array<std::string_view, 5> kNames{"stop", "length", "tool_calls",
                                                          "filtered", "cancelled"};
  return name_of(reason, kNames);
}

}  // namespace voiceagent
