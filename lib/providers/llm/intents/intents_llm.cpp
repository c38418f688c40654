#include "providers/llm/intents/intents_llm.h"

#include <string>
#include <utility>

#include "providers/llm/intents/reply_stream.h"

namespace voiceagent {
namespace {

class IntentsProvider : public LlmProvider {
 public:
  IntentsProvider(std::shared_ptr<const intents::IntentsFile> file, intents::MatchOptions options,
                  intents::UtcOffset offset)
      : file_(std::move(file)), options_(options), offset_(offset) {}

  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    if (request.context.executor == nullptr) {
      return invalid_argument("llm provider 'intents' needs an executor to reply on");
    }
    return intents::stream_answer(intents::answer(*file_, request.messages, request.wall_time_ms,
                                                  options_, offset_, request.may_call_tools),
                                  file_, *request.context.executor, sink);
  }

 private:
  std::shared_ptr<const intents::IntentsFile> file_;
  intents::MatchOptions options_;
  intents::UtcOffset offset_;
};

OptionDescriptor option(std::string name, OptionType type, OptionValue value,
                        std::string description) {
  OptionDescriptor out;
  out.name = std::move(name);
  out.type = type;
  out.default_value = std::move(value);
  out.description = std::move(description);
  if (type == OptionType::kNumber) {
    out.min = 0;
    out.max = 1;
  }
  return out;
}

}  // namespace

ProviderInfo intents_llm_info() {
  const intents::MatchOptions defaults;
  ProviderInfo info;
  info.name = "intents";
  info.description = "Answers from a file of sentences and replies; needs no model and no network.";
  info.options = {
      option("file", OptionType::kPath, std::string(),
             "The intents file (JSON); empty: a small built-in one."),
      option("threshold", OptionType::kNumber, defaults.threshold,
             "How well an utterance must fit a sentence to be understood."),
      option("margin", OptionType::kNumber, defaults.margin,
             "How much better than any other intent it must fit, when it only just fits."),
      option("utc_offset", OptionType::kString, std::string("local"),
             "The clock that {time} and {date} read: local, utc, or an offset such as +01:00.")};
  return info;
}

Result<std::shared_ptr<LlmProvider>> make_intents_llm(const Options& options,
                                                      const ProviderContext&) {
  Result<intents::UtcOffset> offset = intents::parse_utc_offset(options.string("utc_offset"));
  if (!offset.ok()) return offset.status().within("option utc_offset");
  const std::string& path = options.string("file");
  Result<intents::IntentsFile> file = path.empty()
                                          ? intents::parse_intents(intents::builtin_intents())
                                          : intents::load_intents(path);
  if (!file.ok()) return file.status();
  return std::shared_ptr<LlmProvider>(std::make_shared<IntentsProvider>(
      std::make_shared<const intents::IntentsFile>(std::move(*file)),
      intents::MatchOptions{options.number("threshold"), options.number("margin")}, *offset));
}

}  // namespace voiceagent
