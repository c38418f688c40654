// Whether a person is on the other side.
#pragma once

namespace cli {

// Whether the standard stream of that number (0 input, 1 output, 2 errors) is a terminal.
bool is_terminal(int stream);

}  // namespace cli
