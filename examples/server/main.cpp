// voiceagent-server: talk to an agent over HTTP and WebSocket, and from a page in the browser.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "voiceagent/config.h"
#include "voiceagent/registry.h"
#include "voiceagent/server.h"
#include "voiceagent/version.h"

namespace va = voiceagent;

namespace {

enum ExitCode { kOk = 0, kFailure = 1, kUsage = 2 };

int complain(const va::Status& status, ExitCode code) {
  std::fprintf(stderr, "voiceagent-server: %s\n", status.message().c_str());
  return code;
}

// VOICEAGENT_ENV=test puts .env.test before .env. Who names a file means it: a token may stand
// there.
va::Status load_env_files(va::Environment& environment) {
  const std::string name = environment["VOICEAGENT_ENV"];
  if (!name.empty()) {
    const std::string file = ".env." + name;
    if (!std::filesystem::exists(file)) {
      return va::not_found("VOICEAGENT_ENV is '" + name + "', but there is no file " + file +
                           " here: correct the name, make the file, or unset the variable");
    }
    if (va::Status status = va::load_env_file(file, environment); !status.ok()) return status;
  }
  return va::load_env_file(".env", environment);
}

int serve(const std::string& config) {
  va::Registry registry;
  va::register_builtin_providers(registry);
  va::Environment environment = va::process_environment();
  va::Status loaded = load_env_files(environment);
  if (!loaded.ok()) return complain(loaded, kUsage);
  va::Result<va::ServerOptions> options = va::load_server_config(config, registry, environment);
  if (!options.ok()) return complain(options.status(), kUsage);

  va::Result<std::shared_ptr<va::Server>> server = va::Server::start(std::move(*options));
  if (!server.ok()) return complain(server.status(), kFailure);

  const va::Status status = va::run_until_signal(**server, [&] {
    std::printf("listening on %s\n", (*server)->url().c_str());
    std::fflush(stdout);
  });
  return status.ok() ? kOk : complain(status, kFailure);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Serves a voice agent: a page to talk to, HTTP, WebSockets.");
  app.name("voiceagent-server");
  app.set_version_flag("--version", voiceagent::version());
  std::string config;
  bool reference = false;
  app.add_option("--config", config, "Settings; none: the defaults with the offline agent")
      ->type_name("server.toml");
  app.add_flag("--config-reference", reference, "Print all settings as Markdown, and end");
  app.footer(
      "Environment variables override the settings (HOST, PORT, AUTH_TOKEN, ...), also from the "
      "file .env here.\nSIGTERM and SIGINT let conversations end (a second one doesn't), SIGHUP "
      "reads the certificate again.\n\n"
      "Try:\n"
      "  voiceagent-server\n"
      "  PORT=0 LOG_LEVEL=debug voiceagent-server --config server.toml");
  try {
    app.parse(argc, argv);
    if (!reference) return serve(config);
    std::fputs(va::server_config_reference().c_str(), stdout);
    return kOk;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  } catch (const std::exception& error) {
    return complain(va::internal_error(error.what()), kFailure);
  }
}
