// voiceagent doctor: what works here, and how to get the rest.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "provider_host.h"
#include "report.h"
#include "setup.h"
#include "voiceagent/config.h"
#include "voiceagent/json.h"
#include "voiceagent/version.h"

namespace cli {

namespace va = voiceagent;

namespace {

struct DoctorOptions {
  std::string config;
  bool json = false;
  bool reference = false;
};

struct Finding {
  va::ProviderKind kind = va::ProviderKind::kStt;
  std::string name;
  std::string description;
  bool works = false;
  bool used = false;  // by the agent
  double load_ms = 0;
  std::string problem;  // what to do, too
  std::vector<std::string> voices;
};

// Makes one provider for real. `make` returns its Status and may fill in the finding.
template <class Make>
void examine(Finding& finding, Make make) {
  const auto begin = std::chrono::steady_clock::now();
  const va::Status status = make();
  const auto length = std::chrono::steady_clock::now() - begin;
  finding.load_ms = std::chrono::duration<double, std::milli>(length).count();
  finding.works = status.ok();
  finding.problem = status.message();
}

void make(Finding& finding, const va::Registry& registry, const va::Options& options,
          const va::ProviderContext& context) {
  examine(finding, [&]() -> va::Status {
    switch (finding.kind) {
      case va::ProviderKind::kStt:
        return registry.make_stt(finding.name, options, context).status();
      case va::ProviderKind::kLlm:
        return registry.make_llm(finding.name, options, context).status();
      case va::ProviderKind::kVad:
        return registry.make_vad(finding.name, options, context).status();
      case va::ProviderKind::kTts: break;
    }
    const auto tts = registry.make_tts(finding.name, options, context);
    if (tts.ok()) finding.voices = (*tts)->capabilities().voices;
    return tts.status();
  });
}

struct Chosen {
  va::ProviderKind kind;
  const std::string& name;
  const va::Options& options;
};

std::vector<Finding> examine_all(const Setup& setup, const ProviderHost& host) {
  const va::AgentOptions& agent = setup.agent;
  const Chosen all[] = {{va::ProviderKind::kStt, agent.stt.name, agent.stt.options},
                        {va::ProviderKind::kLlm, agent.llm.name, agent.llm.options},
                        {va::ProviderKind::kTts, agent.tts.name, agent.tts.options},
                        {va::ProviderKind::kVad, agent.vad.name, agent.vad.options}};
  std::vector<Finding> findings;
  for (const Chosen& chosen : all) {
    for (const va::ProviderInfo* info : setup.registry->list(chosen.kind)) {
      Finding finding;
      finding.kind = chosen.kind;
      finding.name = info->name;
      finding.description = info->description;
      finding.used = info->name == chosen.name;
      make(finding, *setup.registry, finding.used ? chosen.options : va::Options(),
           host.provider_context());
      findings.push_back(std::move(finding));
    }
    for (const auto& [name, how] : setup.registry->missing(chosen.kind)) {
      Finding finding;
      finding.kind = chosen.kind;
      finding.name = name;
      finding.used = name == chosen.name;
      finding.problem = "not in this build: " + how;
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

void print_json(const std::vector<Finding>& findings, bool ready) {
  va::JsonWriter json(true);
  json.begin_object().field("version", va::version()).field("ready", ready);
  json.key("providers").begin_array();
  for (const Finding& finding : findings) {
    json.begin_object();
    json.field("kind", to_string(finding.kind)).field("name", finding.name);
    json.field("description", finding.description);
    json.field("works", finding.works).field("used", finding.used);
    json.key("load_ms").number(finding.load_ms, 1);
    json.field("problem", finding.problem);
    if (finding.kind == va::ProviderKind::kTts) {
      json.key("voices").begin_array();
      for (const std::string& voice : finding.voices) json.value(voice);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", std::string(json.text()).c_str());
}

void print_text(const std::vector<Finding>& findings, bool ready) {
  std::printf("voiceagent %s\n\n", va::version());
  for (const Finding& finding : findings) {
    const std::string kind(to_string(finding.kind));
    std::printf("%s %s %-14s", finding.works ? "ok  " : "FAIL", kind.c_str(), finding.name.c_str());
    if (finding.works) {
      std::printf(" loaded in %.0f ms%s: %s\n", finding.load_ms, finding.used ? ", used" : "",
                  finding.description.c_str());
    } else {
      std::printf(" %s\n", finding.problem.c_str());
    }
    if (finding.voices.empty()) continue;
    std::printf("         voices:");
    for (const std::string& voice : finding.voices) std::printf(" %s", voice.c_str());
    std::printf("\n");
  }
  std::printf("\n%s\n", ready ? "Ready to talk: try voiceagent chat."
                              : "Not ready: the agent uses a provider that doesn't work here.");
}

int doctor(const DoctorOptions& options) {
  if (options.reference) {
    va::Registry registry;
    va::register_builtin_providers(registry);
    std::fputs(va::agent_config_reference(registry).c_str(), stdout);
    return kOk;
  }
  const va::Result<Setup> setup = load_setup(options.config);
  if (!setup.ok()) return refuse(setup.status());
  const auto host = ProviderHost::create(setup->logger);
  if (!host.ok()) return fail(host.status());
  const std::vector<Finding> findings = examine_all(*setup, **host);
  int working = 0;
  for (const Finding& finding : findings) working += finding.used && finding.works ? 1 : 0;
  const bool ready = working == 4;
  if (options.json) {
    print_json(findings, ready);
  } else {
    print_text(findings, ready);
  }
  return ready ? kOk : kFailure;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = app.add_subcommand("doctor", "See what works here, and how to get the rest");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->add_flag("--config-reference", options->reference,
                    "Print the reference of all settings, as Markdown");
  add_config_option(*command, options->config);
  command->footer(
      "Try:\n"
      "  voiceagent doctor\n"
      "  voiceagent doctor --config agent.toml   (checks the file, loads what it names)\n"
      "  voiceagent doctor --json");
  command->callback([options, &exit_code] { exit_code = doctor(*options); });
}

}  // namespace cli
