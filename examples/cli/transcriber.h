// Turns an audio file of any length into words.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "input_audio.h"
#include "pause_finder.h"
#include "progress.h"
#include "recognition_stream.h"
#include "voiceagent/agent.h"
#include "voiceagent/resample.h"

namespace cli {

class Transcriber {
 public:
  // Everything passed must outlive it. `on_text` gets the text that was settled, piece by piece.
  Transcriber(InputAudio& input, RecognitionStream& stream, PauseFinder pauses,
              voiceagent::SampleRateConverter to_stream, int stream_rate,
              std::function<void(std::string_view)> on_text)
      : input_(input),
        stream_(stream),
        pauses_(std::move(pauses)),
        to_stream_(std::move(to_stream)),
        rate_(stream_rate),
        on_text_(std::move(on_text)),
        progress_("listening", input.seconds()) {}

  // The file is known: it is recognised in pieces of up to half a minute that end in pauses.
  voiceagent::Status whole();
  // It is heard as it is spoken, 20 ms at a time; silence ends an utterance, as in a conversation.
  voiceagent::Status live(const voiceagent::AgentOptions& agent);

 private:
  // The next samples of the file, at its own rate; none at the end.
  voiceagent::Result<std::span<const std::int16_t>> read(std::size_t count);
  voiceagent::Status end_piece();
  voiceagent::Status settle();

  InputAudio& input_;
  RecognitionStream& stream_;
  PauseFinder pauses_;
  voiceagent::SampleRateConverter to_stream_;
  int rate_;
  std::function<void(std::string_view)> on_text_;
  Progress progress_;
  std::vector<std::int16_t> frame_;
  std::vector<std::int16_t> piece_;  // of the whole file, to be recognised next
  std::int64_t samples_read_ = 0;
  std::size_t told_ = 0;  // bytes of the text
};

}  // namespace cli
