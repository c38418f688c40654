// What the program tells people on standard error, and its exit codes.
#pragma once

#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace cli {

enum ExitCode : int {
  kOk = 0,
  kFailure = 1,  // it was tried and didn't work
  kUsage = 2,    // the command line or the configuration is wrong
};

// Something people should know; the work goes on.
void note(std::string_view text);

// Something that went wrong; each line names the program, as other tools expect of errors.
void complain(std::string_view text);

// Prints what went wrong and gives the exit code for it.
int fail(const voiceagent::Status& status);
int refuse(const voiceagent::Status& status);
// The same for a provider that couldn't be made: whose fault it is depends on the error.
int cannot_load(const voiceagent::Status& status);

}  // namespace cli
