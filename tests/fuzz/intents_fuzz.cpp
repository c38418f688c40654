// Any bytes as an intents file, as a template of a sentence and of a reply, and as an utterance:
// refused with a reason, or read, matched and answered in valid UTF-8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "providers/llm/intents/answer.h"
#include "providers/llm/intents/sentence_template.h"
#include "voiceagent/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;

void demand(bool promise) {
  if (!promise) std::abort();
}

// What was said to a file must have an answer.
void talk(const intents::IntentsFile& file, std::string_view text) {
  const Message messages[] = {
      {Role::kUser, "hello", false}, {Role::kAssistant, text, true}, {Role::kUser, text, false}};
  const intents::Answer reply = intents::answer(file, messages, 0, {0.3, 0}, 0);
  demand(!reply.text.empty());
  demand(is_valid_utf8(reply.text));
  demand(reply.match.score >= 0 && reply.match.score <= 1);
}

void read_file(std::string_view text) {
  const Result<intents::IntentsFile> file = intents::parse_intents(text);
  if (!file.ok()) return demand(!file.status().message().empty());
  talk(*file, text);
  talk(*file, "hello one two");
}

// The text as the one sentence of a file, with a reply that says its slots.
void read_template(std::string_view text) {
  const Result<intents::TemplateNode> node = intents::parse_sentence(text);
  if (!node.ok()) return demand(!node.status().message().empty());
  JsonWriter json;
  json.begin_object().field("version", 1).key("intents").begin_array().begin_object();
  json.field("name", "x").key("sentences").begin_array().value(text).end_array();
  json.key("replies").begin_array().value("Yes.").value(text).end_array();
  json.end_object().end_array().end_object();
  read_file(json.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const intents::IntentsFile builtin =
      std::move(intents::parse_intents(intents::builtin_intents()).value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_file(text);
  read_template(text);
  talk(builtin, text);
  return 0;
}
