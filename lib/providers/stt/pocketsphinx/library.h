// What concerns the recogniser's library as a whole, in this process.
#pragma once

#include <string>

namespace voiceagent::pocketsphinx {

// From now on the library writes nothing to standard error, but for the last words of a fatal
// error, after which it ends the process. Before the first use of the library; any thread.
void tame_library();

// The last error that the library told of on this thread, as ": what it said", or empty; forgotten
// afterwards.
std::string take_library_error();

}  // namespace voiceagent::pocketsphinx
