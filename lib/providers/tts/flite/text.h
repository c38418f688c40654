// From a reply's text to what flite reads: ASCII tokens that know where they stood.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/tts.h"

namespace voiceagent::flite {

// A word, number or sign with the punctuation around it. All strings are ASCII.
struct Token {
  std::string before;  // opening punctuation
  std::string name;    // what is spoken; never empty
  std::string after;   // closing punctuation: it makes the pauses
  TextSpan source;     // its bytes in the text, punctuation and unspeakable signs included
};

// What is synthesised in one go: at most a sentence.
using Utterance = std::vector<Token>;

// Splits UTF-8 text into utterances: at the ends of sentences, and long ones at a comma or, if need
// be, between words, because neither the first audio nor a cancel should wait for a page of text.
// Typographic signs and accented Latin letters become their ASCII likes; what flite cannot speak is
// left out, but belongs to the span of the word before it (or after it, at the beginning). So the
// spans cover everything but white space, in order. Nothing speakable gives no utterance.
std::vector<Utterance> split_text(std::string_view text);

}  // namespace voiceagent::flite
