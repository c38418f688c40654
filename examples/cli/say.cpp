// voiceagent say: text to a WAV file, straight through the synthesiser's streaming interface.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "output_file.h"
#include "report.h"
#include "sentences.h"
#include "setup.h"
#include "speech_stream.h"
#include "voiceagent/resample.h"
#include "voiceagent/wav.h"

namespace cli {

namespace va = voiceagent;

namespace {

struct SayOptions {
  std::vector<std::string> texts;
  std::string out;
  std::string voice;
  std::string config;
  int pause_ms = 1'000;
};

// Writes speech of whatever rate into a file of one rate.
class SpeechFile {
 public:
  static va::Result<SpeechFile> create(const std::string& path, int rate) {
    va::Result<va::WavWriter> writer = va::WavWriter::create(path, rate);
    if (!writer.ok()) return writer.status();
    return SpeechFile(std::move(*writer), rate);
  }

  va::Status write(va::AudioView audio) {
    if (audio.sample_rate == rate_) return append(audio.samples);
    if (!converter_ || from_ != audio.sample_rate) {
      va::Result<va::SampleRateConverter> made =
          va::SampleRateConverter::create(audio.sample_rate, rate_);
      if (!made.ok()) return made.status();
      converter_ = std::move(*made);
      from_ = audio.sample_rate;
    }
    return append(converter_->convert(audio.samples));
  }
  va::Status pause(int milliseconds) {
    const auto count = static_cast<std::size_t>(std::int64_t{milliseconds} * rate_ / 1'000);
    return append(std::vector<std::int16_t>(count, 0));
  }
  va::Status finish() {
    if (converter_) {
      if (va::Status status = append(converter_->finish()); !status.ok()) return status;
    }
    return writer_.finish();
  }
  double seconds() const { return static_cast<double>(samples_) / rate_; }

 private:
  SpeechFile(va::WavWriter writer, int rate) : writer_(std::move(writer)), rate_(rate) {}
  va::Status append(std::span<const std::int16_t> samples) {
    samples_ += static_cast<std::int64_t>(samples.size());
    return writer_.write(samples);
  }

  va::WavWriter writer_;
  int rate_;
  std::optional<va::SampleRateConverter> converter_;
  int from_ = 0;
  std::int64_t samples_ = 0;
};

va::Status check_voice(const std::string& voice, const std::vector<std::string>& voices) {
  if (voice.empty() || voices.empty()) return {};
  if (std::find(voices.begin(), voices.end(), voice) != voices.end()) return {};
  std::string list;
  for (const std::string& known : voices) list += (list.empty() ? "" : ", ") + known;
  return va::not_found("there is no voice '" + voice + "'; there are: " + list);
}

va::Status speak_all(const SayOptions& options, SpeechStream& speech, SpeechFile& file) {
  const auto on_audio = [&](va::AudioView audio) { return file.write(audio); };
  for (std::size_t i = 0; i < options.texts.size(); ++i) {
    if (i > 0) {
      if (va::Status status = file.pause(options.pause_ms); !status.ok()) return status;
    }
    const double before = file.seconds();
    if (va::Status status = speech.speak(options.texts[i], on_audio); !status.ok()) return status;
    if (file.seconds() <= before) {
      note("the voice found nothing to say in '" + options.texts[i] + "'");
    }
  }
  return file.finish();
}

int say(const SayOptions& options) {
  for (const std::string& text : options.texts) {
    if (sentences(text).empty()) {
      return refuse(va::invalid_argument("an empty text can't be spoken; give some words"));
    }
  }
  if (va::Status status = check_output(options.out); !status.ok()) return fail(status);
  va::Result<Setup> setup = load_setup(options.config);
  if (!setup.ok()) return refuse(setup.status());
  const va::AgentOptions& agent = setup->agent;
  auto host = ProviderHost::create(setup->logger);
  if (!host.ok()) return fail(host.status());
  auto provider =
      setup->registry->make_tts(agent.tts.name, agent.tts.options, (*host)->provider_context());
  if (!provider.ok()) return cannot_load(provider.status());

  const std::string voice = options.voice.empty() ? agent.voice : options.voice;
  if (va::Status status = check_voice(voice, (*provider)->capabilities().voices); !status.ok()) {
    return refuse(status);
  }
  auto speech = SpeechStream::start(**host, *provider, voice, agent.language);
  if (!speech.ok()) return fail(speech.status());
  auto file = SpeechFile::create(options.out, (*provider)->capabilities().sample_rate);
  if (!file.ok()) return fail(file.status());
  if (va::Status status = speak_all(options, **speech, *file); !status.ok()) return fail(status);
  std::printf("%s: %.1f s of speech\n", options.out.c_str(), file->seconds());
  return kOk;
}

}  // namespace

void add_say(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SayOptions>();
  CLI::App* command = app.add_subcommand("say", "Speak text into a WAV file");
  command->add_option("text", options->texts, "What to say; several are spoken one after another")
      ->required();
  command->add_option("--out", options->out, "The file to write")->type_name("a.wav")->required();
  command->add_option("--voice", options->voice, "Which voice (doctor lists them)");
  command->add_option("--pause-ms", options->pause_ms, "Silence between one text and the next")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  add_config_option(*command, options->config);
  command->footer(
      "Try:\n"
      "  voiceagent say \"Good morning.\" --out morning.wav\n"
      "  voiceagent say \"Hello?\" \"What time is it?\" --pause-ms 3000 --voice rms --out "
      "caller.wav");
  command->callback([options, &exit_code] { exit_code = say(*options); });
}

}  // namespace cli
