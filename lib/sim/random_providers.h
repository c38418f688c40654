// The model and the synthesiser of a random conversation: scripted ones, with a record of what they
// were asked, what they gave, and whether they were let go.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/random_plan.h"
#include "voiceagent/llm.h"
#include "voiceagent/tts.h"

namespace voiceagent::sim {

// What became of a stream.
struct StreamRecord {
  bool refused = false;    // its start was
  bool cancelled = false;  // by the session
  bool gone = false;       // closed and destroyed
};

// One request to the model. Its reply is in words of its own: its number is in each.
struct ReplyRequest : StreamRecord {
  std::string asked;         // the message to be answered
  Role role = Role::kUser;   // whose that is
  std::size_t messages = 0;  // sent with it, this one included, without results of tools
};

// One stream of the synthesiser. Its number is in its samples.
struct SpeechStream : StreamRecord {
  std::string text;           // all that was pushed
  std::int64_t accepted = 0;  // samples taken by the session
  std::int64_t fetched = 0;   // the furthest sample that left the session
};

// Lives as long as the last stream.
struct ProviderRecords {
  std::vector<ReplyRequest> requests;  // by the reply's number
  std::vector<SpeechStream> speech;    // by the stream's number, less one
  Duration unheard_at_most{0};         // audio: the most that the session held of one stream
};

std::shared_ptr<LlmProvider> recorded_llm(const RandomPlan& plan, const LlmDelivery& delivery,
                                          std::shared_ptr<ProviderRecords> records);
std::shared_ptr<TtsProvider> recorded_tts(const TtsScript& script,
                                          std::shared_ptr<ProviderRecords> records);

}  // namespace voiceagent::sim
