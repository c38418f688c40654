// voiceagent replay: runs a recorded session again and says whether the same happens.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "report.h"
#include "voiceagent/config.h"
#include "voiceagent/json.h"
#include "voiceagent/session_recorder.h"

namespace cli {

namespace va = voiceagent;

namespace {

struct ReplayArguments {
  std::string file;
  std::vector<std::string> settings;  // section.key=value
  bool partial = false;
  bool json = false;
};

// A number, true, false or a text; in quotes it is a text in any case.
va::OptionValue value_of(const std::string& text) {
  const va::Result<va::Json> json = va::Json::parse(text);
  if (!json.ok()) return text;
  switch (json->type()) {
    case va::JsonType::kBool: return json->boolean();
    case va::JsonType::kString: return std::string(json->string());
    case va::JsonType::kNumber:
      if (json->integer(0) == json->integer(1)) return json->integer();
      return json->number();
    default: return text;
  }
}

va::Status set(va::AgentOptions& agent, const std::string& setting) {
  const std::size_t dot = setting.find('.');
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || dot > equals) {
    return va::invalid_argument("--set " + setting + ": write it as section.key=value");
  }
  const std::string value = setting.substr(equals + 1);
  return set_agent_option(agent, setting.substr(0, dot), setting.substr(dot + 1, equals - dot - 1),
                          value_of(value))
      .within("--set " + setting);
}

void print_json(const va::ReplayReport& report) {
  va::JsonWriter json;
  json.begin_object().field("identical", !report.difference.has_value());
  json.field("events", report.events);
  if (!report.cut_off.empty()) json.field("cut_off", report.cut_off);
  if (report.difference) {
    json.key("difference").begin_object().field("event", report.difference->event);
    json.key("t_ms").number(va::to_ms(report.difference->time), 3);
    json.field("expected", report.difference->expected).field("seen", report.difference->seen);
    json.end_object();
  }
  json.end_object();
  std::printf("%s\n", std::string(json.text()).c_str());
}

void print(const va::ReplayReport& report) {
  if (!report.difference) {
    std::printf("identical: %llu events\n", static_cast<unsigned long long>(report.events));
    return;
  }
  const va::ReplayDifference& difference = *report.difference;
  const auto or_nothing = [](const std::string& text) {
    return text.empty() ? "nothing" : text.c_str();
  };
  std::printf("first difference at event %llu, %.3f s:\n  recorded: %s\n  replayed: %s\n",
              static_cast<unsigned long long>(difference.event), va::to_ms(difference.time) / 1e3,
              or_nothing(difference.expected), or_nothing(difference.seen));
}

int replay(const ReplayArguments& arguments) {
  va::ReplayOptions options;
  options.partial = arguments.partial;
  options.adjust = [&arguments](va::AgentOptions& agent) {
    for (const std::string& setting : arguments.settings) {
      if (va::Status status = set(agent, setting); !status.ok()) return status;
    }
    return arguments.settings.empty() ? va::Status() : check_agent_options(agent).within("--set");
  };
  const va::Result<va::ReplayReport> report = va::replay_session(arguments.file, options);
  if (!report.ok()) return refuse(report.status());
  if (arguments.json) {
    print_json(*report);
  } else {
    print(*report);
  }
  if (!report->cut_off.empty()) note(arguments.file + ": " + report->cut_off);
  return report->difference ? kFailure : kOk;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command =
      app.add_subcommand("replay", "Run a recorded session again: does the same happen?");
  command->add_option("file", arguments->file, "Written by voiceagent converse --record")
      ->type_name("session.vaz")
      ->required();
  command->add_option("--set", arguments->settings, "Change an option of the recorded agent")
      ->type_name("section.key=value")
      ->allow_extra_args(false);
  command->add_flag("--partial", arguments->partial,
                    "Take a recording that was cut off, as far as it goes");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->footer(
      "Prints \"identical\" and ends with 0, or names the first event that differs and ends with "
      "1.\nA recording or a setting that can't be used ends it with 2.\nTry:\n"
      "  voiceagent converse --in caller.wav --record session.vaz\n"
      "  voiceagent replay session.vaz\n"
      "  voiceagent replay session.vaz --set turn.endpointing_min_ms=500");
  command->callback([arguments, &exit_code] { exit_code = replay(*arguments); });
}

}  // namespace cli
