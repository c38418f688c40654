// The work on one stream: audio in, decoding in slices, transcripts out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "providers/stt/pocketsphinx/decoder_pool.h"
#include "providers/stt/pocketsphinx/features.h"
#include "voiceagent/stt.h"

namespace voiceagent::pocketsphinx {

// Used by one thread at a time: by the stream's jobs. Nothing is kept from one utterance to the
// next.
class Transcription {
 public:
  // What it can't go on without.
  enum class Need {
    kAudio,    // hear() or settle()
    kDecoder,  // give()
    kTime,     // work()
  };

  // `files` and `sink` outlive it.
  Transcription(const ModelFiles& files, DecodeMode mode, SttSink& sink)
      : files_(files), mode_(mode), sink_(sink) {}

  Need need() const;
  // Whether everything heard has been answered.
  bool idle() const { return !utterance_ && !settling_; }
  // Whether a final is owed.
  bool settling() const { return settling_; }

  // The next samples, few at a time. REQUIRES: need() is kAudio, as for settle().
  Status hear(std::span<const std::int16_t> samples);
  // What was heard so far is to be answered with a final.
  void settle();
  // The decoder for this utterance, which begins. REQUIRES: need() is kDecoder.
  Status give(DecoderLease lease);
  // Decodes 100 ms, or brings the utterance to its end. REQUIRES: need() is kTime.
  Status work();
  // Lets go of the decoder, in the middle of an utterance too.
  void drop();

 private:
  struct Utterance {
    Utterance(FrontEnd front_end, DecodeMode mode, std::int64_t start)
        : features(std::move(front_end), mode), first_sample(start) {}

    Features features;
    const std::int64_t first_sample;  // in the stream
    DecoderLease lease;
    std::size_t decoded = 0;  // frames
    std::string partial;      // the last one sent
  };

  Status decode();
  void send_partial();
  Status conclude();
  void send_final(const Heard& heard, Duration start);

  const ModelFiles& files_;
  const DecodeMode mode_;
  SttSink& sink_;
  std::optional<Utterance> utterance_;
  std::int64_t heard_ = 0;  // samples of the stream so far
  bool settling_ = false;
};

}  // namespace voiceagent::pocketsphinx
