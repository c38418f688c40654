// voiceagent: the library's tool for the command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "commands.h"
#include "report.h"
#include "voiceagent/version.h"

int main(int argc, char** argv) {
  CLI::App app("Spoken conversations, offline: talk to a WAV file's caller, speak, listen, chat.");
  app.name("voiceagent");
  app.set_version_flag("--version", voiceagent::version());
  app.require_subcommand(1);
  app.footer(
      "Try:\n"
      "  voiceagent say \"What time is it?\" --voice rms --out question.wav\n"
      "  voiceagent listen --in question.wav\n"
      "  voiceagent converse --in question.wav --out call.wav\n"
      "  voiceagent chat\n"
      "  voiceagent doctor\n\n"
      "Each command explains itself: voiceagent converse --help");
  int exit_code = cli::kOk;
  cli::add_converse(app, exit_code);
  cli::add_replay(app, exit_code);
  cli::add_say(app, exit_code);
  cli::add_listen(app, exit_code);
  cli::add_chat(app, exit_code);
  cli::add_doctor(app, exit_code);
  cli::add_simulate(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kOk : cli::kUsage;
  } catch (const std::exception& error) {
    cli::complain(error.what());
    return cli::kFailure;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    cli::complain("standard output can't be written; is the disk full?");
    return cli::kFailure;
  }
  return exit_code;
}
