// voiceagent listen: a WAV file to text.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.h"
#include "meter.h"
#include "report.h"
#include "setup.h"
#include "transcriber.h"
#include "voiceagent/json.h"

namespace cli {

namespace va = voiceagent;

namespace {

struct ListenOptions {
  std::string in;
  std::string config;
  bool stream = false;
  bool json = false;
};

// Recognisers that can decode a whole piece at once have an option for it.
va::Options decode_options(const Setup& setup, bool stream) {
  va::Options options = setup.agent.stt.options;
  const va::ProviderInfo* info = setup.registry->find(va::ProviderKind::kStt, setup.agent.stt.name);
  if (info == nullptr) return options;
  for (const va::OptionDescriptor& option : info->options) {
    if (option.name == "decode") options.set("decode", std::string(stream ? "live" : "whole"));
  }
  return options;
}

// The file's own rate if the recogniser takes it, else the one it likes best.
int stream_rate(const va::SttCapabilities& capabilities, int file_rate) {
  for (const int rate : capabilities.sample_rates) {
    if (rate == file_rate) return rate;
  }
  return capabilities.sample_rates.empty() ? file_rate : capabilities.sample_rates.front();
}

void print_json(const RecognitionStream& stream, const InputAudio& input, double cpu_seconds) {
  va::JsonWriter json;
  json.begin_object().field("text", stream.text());
  json.key("words").begin_array();
  for (const HeardWord& word : stream.words()) {
    json.begin_object().field("word", word.text);
    json.key("start_ms").number(va::to_ms(word.start), 3);
    json.key("end_ms").number(va::to_ms(word.end), 3);
    json.key("confidence").number(static_cast<double>(word.confidence), 4);
    json.end_object();
  }
  json.end_array();
  json.key("audio_seconds").number(input.seconds(), 3);
  json.key("cpu_seconds").number(cpu_seconds, 3);
  json.key("notes").begin_array();
  for (const std::string& text : input.notes()) json.value(text);
  json.end_array().end_object();
  std::printf("%s\n", std::string(json.text()).c_str());
}

int finish(const ListenOptions& options, const RecognitionStream& stream, const InputAudio& input,
           double cpu_seconds) {
  if (options.json) print_json(stream, input, cpu_seconds);
  for (const std::string& text : input.notes()) note(text);
  if (stream.text().empty()) note(options.in + ": no speech found");
  return kOk;
}

// Hears the file through providers that are ready.
int transcribe(const ListenOptions& options, const va::AgentOptions& agent, InputAudio& input,
               RecognitionStream& stream, PauseFinder pauses, int rate) {
  auto converter = va::SampleRateConverter::create(input.sample_rate(), rate);
  if (!converter.ok()) return fail(converter.status());
  const auto on_text = [&](std::string_view text) {
    if (options.json) return;
    std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
    std::fflush(stdout);
  };
  const Meter meter;
  Transcriber transcriber(input, stream, std::move(pauses), std::move(*converter), rate, on_text);
  const va::Status status = options.stream ? transcriber.live(agent) : transcriber.whole();
  const double cpu_seconds = meter.cpu_seconds();
  if (!status.ok()) return fail(status);
  return finish(options, stream, input, cpu_seconds);
}

int listen(const ListenOptions& options) {
  va::Result<InputAudio> input = InputAudio::open(options.in);
  if (!input.ok()) return fail(input.status());
  const va::Result<Setup> setup = load_setup(options.config);
  if (!setup.ok()) return refuse(setup.status());
  const va::AgentOptions& agent = setup->agent;
  auto host = ProviderHost::create(setup->logger);
  if (!host.ok()) return fail(host.status());
  auto vad =
      setup->registry->make_vad(agent.vad.name, agent.vad.options, (*host)->provider_context());
  if (!vad.ok()) return cannot_load(vad.status());
  auto stt = setup->registry->make_stt(agent.stt.name, decode_options(*setup, options.stream),
                                       (*host)->provider_context());
  if (!stt.ok()) return cannot_load(stt.status());
  auto pauses = PauseFinder::create(**host, *vad, input->sample_rate(), agent.turn.vad_threshold);
  if (!pauses.ok()) return fail(pauses.status());
  const int rate = stream_rate((*stt)->capabilities(), input->sample_rate());
  auto stream = RecognitionStream::start(**host, *stt, rate, agent.language);
  if (!stream.ok()) return fail(stream.status());
  return transcribe(options, agent, *input, **stream, std::move(*pauses), rate);
}

}  // namespace

void add_listen(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ListenOptions>();
  CLI::App* command = app.add_subcommand("listen", "Recognise the words in a WAV file");
  command->add_option("--in", options->in, "The file to hear")->type_name("a.wav")->required();
  command->add_flag("--stream", options->stream,
                    "Hear it as it is spoken, 20 ms at a time, instead of knowing all of it");
  command->add_flag("--json", options->json,
                    "Print one JSON object: text, words, audio_seconds, cpu_seconds, notes");
  add_config_option(*command, options->config);
  command->footer(
      "Try:\n"
      "  voiceagent listen --in question.wav\n"
      "  voiceagent listen --in call.wav --stream --json");
  command->callback([options, &exit_code] { exit_code = listen(*options); });
}

}  // namespace cli
