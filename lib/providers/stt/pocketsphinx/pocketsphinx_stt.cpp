#include "providers/stt/pocketsphinx/pocketsphinx_stt.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.h"
#include "providers/stt/pocketsphinx/decoder_pool.h"
#include "providers/stt/pocketsphinx/stream.h"

namespace voiceagent {
namespace {

namespace ps = pocketsphinx;

class PocketsphinxStt final : public SttProvider {
 public:
  PocketsphinxStt(std::shared_ptr<ps::DecoderPool> pool, ps::StreamOptions options, bool english)
      : pool_(std::move(pool)), options_(options) {
    capabilities_.sample_rates = {ps::kSampleRate};
    capabilities_.partials = options.mode == ps::DecodeMode::kLive;
    capabilities_.word_times = true;
    if (english) capabilities_.languages = {"en"};
  }

  const SttCapabilities& capabilities() const override { return capabilities_; }

  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    if (request.sample_rate != ps::kSampleRate) {
      return invalid_argument("pocketsphinx takes audio at 16000 Hz, not " +
                              std::to_string(request.sample_rate) + " Hz");
    }
    if (!speaks(request.language)) {
      return unsupported("pocketsphinx: its model is for English, not for '" +
                         std::string(request.language) +
                         "': name a model in the options model, language_model and dictionary");
    }
    return ps::make_stream(pool_, options_, request.context, sink);
  }

  // So that the first utterance needn't wait until a decoder has been made.
  void warm_up(const WarmUp& means) override {
    (void)means.workers->submit([pool = pool_, logger = means.logger] {
      if (const Status status = pool->warm_one(); !status.ok()) {
        logger->write(LogLevel::kWarning, "pocketsphinx", status.message());
      }
    });
  }

 private:
  // A model that the host brought is taken to be for the language it asks for.
  bool speaks(std::string_view language) const {
    if (language.empty() || capabilities_.languages.empty()) return true;
    return to_lower(language.substr(0, language.find_first_of("-_"))) == "en";
  }

  const std::shared_ptr<ps::DecoderPool> pool_;
  const ps::StreamOptions options_;
  SttCapabilities capabilities_;
};

OptionDescriptor path(std::string name, std::string description) {
  OptionDescriptor option;
  option.name = std::move(name);
  option.type = OptionType::kPath;
  option.default_value = std::string();
  option.description = std::move(description);
  return option;
}

OptionDescriptor integer(std::string name, std::int64_t value, double max, std::string unit,
                         std::string description) {
  OptionDescriptor option;
  option.name = std::move(name);
  option.type = OptionType::kInteger;
  option.default_value = value;
  option.description = std::move(description);
  option.unit = std::move(unit);
  option.min = 1;
  option.max = max;
  return option;
}

OptionDescriptor decode_option() {
  OptionDescriptor option;
  option.name = "decode";
  option.default_value = std::string("live");
  option.description =
      "'live' decodes as audio comes, with partials; 'whole' at the end of each utterance, which "
      "suits recordings.";
  option.choices = {"live", "whole"};
  return option;
}

OptionDescriptor max_decoders_option() {
  OptionDescriptor option =
      integer("max_decoders", 4, 1024, "", "Utterances decoded at a time; about 100 MB each.");
  option.environment = "SERVICE_POOL_SIZE";
  return option;
}

OptionDescriptor min_decoders_option() {
  return integer("min_decoders", 1, 1024, "",
                 "So many are made when the agent is, and kept however long they are idle.");
}

OptionDescriptor reuse_option() {
  OptionDescriptor option;
  option.name = "reuse_decoders";
  option.type = OptionType::kBool;
  option.default_value = true;
  option.description = "A decoder is used again; otherwise each utterance has a new one.";
  option.environment = "ENABLE_SERVICE_REUSE";
  return option;
}

ps::ModelFiles files_from(const Options& options) {
  ps::ModelFiles files = ps::system_model();
  const auto choose = [&options](std::string_view name, std::string& file) {
    if (const std::string& given = options.string(name); !given.empty()) file = given;
  };
  choose("model", files.acoustic);
  choose("language_model", files.language_model);
  choose("dictionary", files.dictionary);
  choose("grammar", files.grammar);
  return files;
}

Result<ps::DecoderPoolOptions> pool_options(const Options& options,
                                            const ProviderContext& context) {
  ps::DecoderPoolOptions pool;
  pool.name = "pocketsphinx decoders";
  pool.minimum = static_cast<std::size_t>(options.integer("min_decoders"));
  pool.maximum = static_cast<std::size_t>(options.integer("max_decoders"));
  if (pool.minimum > pool.maximum) {
    return invalid_argument("pocketsphinx: min_decoders (" + std::to_string(pool.minimum) +
                            ") must not be greater than max_decoders (" +
                            std::to_string(pool.maximum) + ")");
  }
  pool.reuse = options.boolean("reuse_decoders");
  pool.patience = std::chrono::milliseconds(options.integer("decoder_timeout_ms"));
  pool.idle_limit = std::chrono::milliseconds(options.integer("decoder_idle_ms"));
  pool.executor = context.executor;
  pool.workers = context.workers;
  return pool;
}

}  // namespace

ProviderInfo pocketsphinx_stt_info() {
  ProviderInfo info;
  info.name = "pocketsphinx";
  info.description =
      "Recognises speech offline, in the process: English in demonstration quality, or exactly the "
      "phrases of a grammar.";
  info.options = {
      path("model", "Folder of the acoustic model; empty: the system's, for US English."),
      path("language_model", "N-gram language model; empty: the system's, for English."),
      path("dictionary", "Pronouncing dictionary; empty: the system's, for English."),
      path("grammar",
           "JSGF grammar to use instead of the language model: whatever is said is then "
           "taken for one of its phrases; empty: none."),
      decode_option(),
      max_decoders_option(),
      min_decoders_option(),
      reuse_option(),
      integer("decoder_idle_ms", 600'000, 86'400'000, "ms",
              "A decoder that is idle for so long is given up, but for min_decoders."),
      integer("decoder_timeout_ms", 5000, 600'000, "ms",
              "How long an utterance that is over waits for a decoder before its stream fails."),
  };
  return info;
}

Result<std::shared_ptr<SttProvider>> make_pocketsphinx_stt(const Options& options,
                                                           const ProviderContext& context) {
  ps::ModelFiles files = files_from(options);
  if (Status status = ps::check(files); !status.ok()) return status;
  const Result<ps::DecoderPoolOptions> kept = pool_options(options, context);
  if (!kept.ok()) return kept.status();
  auto pool = std::make_shared<ps::DecoderPool>(std::move(files), *kept);
  if (Status status = pool->warm(); !status.ok()) return status;
  if (context.pools) context.pools->add(pool);
  ps::StreamOptions stream;
  if (options.string("decode") == "whole") stream.mode = ps::DecodeMode::kWhole;
  stream.decoder_timeout = std::chrono::milliseconds(options.integer("decoder_timeout_ms"));
  const bool english = options.string("model").empty();
  return std::shared_ptr<SttProvider>(
      std::make_shared<PocketsphinxStt>(std::move(pool), stream, english));
}

}  // namespace voiceagent
