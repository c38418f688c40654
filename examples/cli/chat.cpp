// voiceagent chat: a conversation in writing.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "commands.h"
#include "report.h"
#include "setup.h"
#include "terminal.h"
#include "voiceagent/conversation.h"
#include "voiceagent/engine.h"

namespace cli {

namespace va = voiceagent;

namespace {

// Nothing is waited for longer than the model's own deadlines allow.
constexpr std::chrono::minutes kPatience{10};

// In writing nobody needs ears and a voice: what isn't named isn't loaded.
va::AgentOptions in_writing(va::AgentOptions agent) {
  agent.mode = va::Mode::kTextToText;
  agent.stt.name.clear();
  agent.tts.name.clear();
  agent.vad.name.clear();
  agent.voice.clear();
  return agent;
}

// Prints a reply as it comes; the handlers run on the session's thread.
void print_replies(va::Conversation& conversation, bool& failed) {
  conversation.on<va::event::ReplyDelta>([](const va::event::ReplyDelta& delta) {
    std::fwrite(delta.text.data(), 1, delta.text.size(), stdout);
    std::fflush(stdout);
  });
  conversation.on<va::event::PlaybackFinished>([](const va::event::PlaybackFinished&) {
    std::fputc('\n', stdout);
    std::fflush(stdout);
  });
  conversation.on<va::event::Error>([&failed](const va::event::Error& error) {
    failed = true;
    complain(error.message);
  });
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

int talk(va::Conversation& conversation, bool& failed) {
  const bool prompt = is_terminal(0) && is_terminal(1);
  if (prompt) std::printf("Type what you want to say; Ctrl-D ends the conversation.\n");
  conversation.wait_until_idle(kPatience);  // a greeting, perhaps
  int exit_code = kOk;
  std::string line;
  for (;;) {
    if (prompt) std::cout << "> " << std::flush;
    if (!std::getline(std::cin, line)) break;
    if (is_blank(line)) continue;
    if (va::Status status = conversation.push_text(line); !status.ok()) {
      exit_code = fail(status);
      continue;
    }
    if (!conversation.wait_until_idle(kPatience)) {
      return fail({va::ErrorCode::kTimeout, "the agent gave no answer for ten minutes"});
    }
  }
  if (prompt) std::cout << std::endl;
  conversation.close();
  conversation.wait_until_closed(kPatience);
  return failed ? kFailure : exit_code;
}

int chat(const std::string& config) {
  va::Result<Setup> setup = load_setup(config);
  if (!setup.ok()) return refuse(setup.status());
  va::EngineOptions options;
  options.logger = va::make_null_logger();  // errors are printed as the events that they are
  options.registry = setup->registry;
  auto engine = va::Engine::create(std::move(options));
  if (!engine.ok()) return fail(engine.status());
  auto agent = (*engine)->make_agent(in_writing(std::move(setup->agent)));
  if (!agent.ok()) return cannot_load(agent.status());
  bool failed = false;
  va::Conversation conversation(*agent);
  print_replies(conversation, failed);
  conversation.start();
  return talk(conversation, failed);
}

}  // namespace

void add_chat(CLI::App& app, int& exit_code) {
  auto config = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("chat", "Talk to the agent in writing");
  add_config_option(*command, *config);
  command->footer(
      "Try:\n"
      "  voiceagent chat\n"
      "  echo \"what time is it\" | voiceagent chat\n"
      "  voiceagent chat --config agent.toml");
  command->callback([config, &exit_code] { exit_code = chat(*config); });
}

}  // namespace cli
