// The subcommands. Each adds itself to the program; when it is chosen it runs during parsing and
// leaves the program's exit code in `exit_code`.
#pragma once

namespace CLI {
class App;
}

namespace cli {

void add_converse(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_say(CLI::App& app, int& exit_code);
void add_listen(CLI::App& app, int& exit_code);
void add_chat(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);

}  // namespace cli
