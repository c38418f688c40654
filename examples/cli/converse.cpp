// voiceagent converse: a conversation between a WAV file and the agent.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "call.h"
#include "commands.h"
#include "latencies.h"
#include "meter.h"
#include "output_file.h"
#include "progress.h"
#include "report.h"
#include "setup.h"
#include "time_line.h"
#include "voiceagent/engine.h"
#include "voiceagent/json.h"

namespace cli {

namespace va = voiceagent;

namespace {

struct ConverseOptions {
  std::string in;
  Call::Files files;
  std::string config;
  bool real_time = false;
  bool json = false;
};

va::Status check_outputs(const ConverseOptions& options) {
  const Call::Files& files = options.files;
  std::set<std::string> paths;
  for (const std::string& path : {files.out, files.events, files.trace, files.record}) {
    if (path.empty()) continue;
    if (va::Status status = check_output(path, options.in); !status.ok()) return status;
    if (!paths.insert(path).second) {
      return va::invalid_argument(path + ": can't be more than one of the output files");
    }
  }
  return {};
}

bool hears(va::Mode mode) {
  return mode == va::Mode::kVoiceToVoice || mode == va::Mode::kVoiceToText;
}

void print_json(const Call& call, const InputAudio& input, const std::vector<std::string>& notes,
                const Meter& meter) {
  va::JsonWriter json;
  json.begin_object().key("turns");
  call.dialogue().write_turns(json);
  json.key("latency_ms");
  write_latencies(call.statistics(), json);
  json.key("audio_seconds").number(input.seconds(), 3);
  json.key("wall_seconds").number(meter.wall_seconds(), 3);
  json.key("cpu_seconds").number(meter.cpu_seconds(), 3);
  json.key("peak_rss_mb").number(Meter::peak_rss_megabytes(), 1);
  json.key("notes").begin_array();
  for (const std::string& text : notes) json.value(text);
  json.end_array().end_object();
  std::printf("%s\n", std::string(json.text()).c_str());
}

int summarise(const ConverseOptions& options, const Call& call, const InputAudio& input,
              const Meter& meter) {
  std::vector<std::string> notes = input.notes();
  bool heard = false;
  for (const auto& [id, turn] : call.dialogue().turns()) heard = heard || !turn.user.empty();
  if (!heard) notes.push_back(options.in + ": no speech found");
  if (call.caller().gave_up()) {
    notes.emplace_back("the agent was still busy 30 s after the end of the file, and was left");
  }
  if (options.json) {
    print_json(call, input, notes, meter);
  } else {
    std::fputs(latency_table(call.statistics()).c_str(), stdout);
    std::printf("%.1f s of audio in %.1f s (%.1f s of processor time, %.0f MB)%s\n",
                input.seconds(), meter.wall_seconds(), meter.cpu_seconds(),
                Meter::peak_rss_megabytes(),
                options.real_time ? "" : "; delays above are simulated, without processor time");
  }
  for (const std::string& text : notes) note(text);
  for (const std::string& error : call.dialogue().errors()) complain(error);
  return call.dialogue().errors().empty() ? kOk : kFailure;
}

// The whole conversation; the exit code.
int hold(const ConverseOptions& options, va::Agent& agent, InputAudio& input, TimeLine& time) {
  const Meter meter;
  auto call = time.run(
      [&] { return Call::open(agent, time.executor(), input, options.files, !options.json); });
  if (!call.ok()) return fail(call.status());
  Progress progress("talking", input.seconds(), options.json);
  const va::Time begin = time.executor()->now();
  va::Status status = time.wait(time.run([&] { return (*call)->done(); }), [&] {
    progress.at(va::to_ms(time.executor()->now() - begin) / 1e3);
  });
  progress.clear();
  const va::Status closed = time.wait(time.run([&] { return (*call)->close(); }));
  if (status.ok()) status = closed;
  const va::Status finished = (*call)->finish();
  int exit_code = summarise(options, **call, input, meter);
  if (!status.ok()) exit_code = fail(status);
  if (!finished.ok()) exit_code = fail(finished);
  time.run([&] {
    call->reset();
    return true;
  });
  return exit_code;
}

int converse(const ConverseOptions& options) {
  va::Result<InputAudio> input = InputAudio::open(options.in);
  if (!input.ok()) return fail(input.status());
  if (va::Status status = check_outputs(options); !status.ok()) return fail(status);
  va::Result<Setup> setup = load_setup(options.config);
  if (!setup.ok()) return refuse(setup.status());
  if (!hears(setup->agent.mode)) {
    return refuse(va::invalid_argument("the mode " + std::string(to_string(setup->agent.mode)) +
                                       " hears nothing; converse needs voice_to_voice or "
                                       "voice_to_text"));
  }
  TimeLine time(options.real_time);
  const va::EngineOptions engine_options{
      {time.executor()}, time.workers(), setup->logger, setup->registry};
  auto engine = va::Engine::create(engine_options);
  if (!engine.ok()) return fail(engine.status());
  auto agent = (*engine)->make_agent(std::move(setup->agent));
  if (!agent.ok()) return cannot_load(agent.status());
  return hold(options, **agent, *input, time);
}

}  // namespace

void add_converse(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConverseOptions>();
  CLI::App* command =
      app.add_subcommand("converse", "Let the caller in a WAV file talk to an agent");
  command->add_option("--in", options->in, "What the caller says")
      ->type_name("caller.wav")
      ->required();
  command->add_option("--out", options->files.out, "The call: caller left, agent right")
      ->type_name("call.wav");
  command->add_option("--events", options->files.events, "All events, one JSON object a line")
      ->type_name("events.jsonl");
  command->add_option("--trace", options->files.trace, "A time line for ui.perfetto.dev")
      ->type_name("trace.json");
  command->add_option("--record", options->files.record, "The session, for voiceagent replay")
      ->type_name("session.vaz");
  add_config_option(*command, options->config);
  command->add_flag("--realtime", options->real_time,
                    "Take as long as the call does, instead of as long as the engines need");
  command->add_flag("--json", options->json, "Print one JSON object instead of the dialogue");
  command->footer(
      "Try:\n"
      "  voiceagent say \"What time is it?\" --voice rms --out caller.wav\n"
      "  voiceagent converse --in caller.wav --out call.wav --events events.jsonl\n"
      "  voiceagent converse --in caller.wav --config agent.toml --realtime\n"
      "  voiceagent converse --in caller.wav --json");
  command->callback([options, &exit_code] { exit_code = converse(*options); });
}

}  // namespace cli
