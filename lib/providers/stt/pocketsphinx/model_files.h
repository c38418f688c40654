// The files that a recogniser is made of.
#pragma once

#include <string>

#include "voiceagent/status.h"

namespace voiceagent::pocketsphinx {

struct ModelFiles {
  std::string acoustic;        // a folder
  std::string language_model;  // not used with a grammar
  std::string dictionary;
  std::string grammar;  // JSGF; empty: none
};

// The English model of the system; where there is none, the paths where it should be.
ModelFiles system_model();

// Whether the files are there and whole, as far as that can be told cheaply: the library ends the
// process when it finds some of them damaged. The error names the file and what to install.
Status check(const ModelFiles& files);

}  // namespace voiceagent::pocketsphinx
