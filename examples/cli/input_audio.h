// An audio file to be heard, with an eye on what may be wrong with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/wav.h"

namespace cli {

class InputAudio {
 public:
  // The error names the path, what is wrong and what to do.
  static voiceagent::Result<InputAudio> open(const std::string& path);

  int sample_rate() const { return reader_.format().sample_rate; }
  double seconds() const;

  // Reads mono samples until `samples` is full or the file ends; returns how many there were.
  voiceagent::Result<std::size_t> read(std::span<std::int16_t> samples);

  // What people should know of what was read so far: channels averaged, clipped, nothing but
  // silence.
  std::vector<std::string> notes() const;

 private:
  InputAudio(std::string path, voiceagent::WavReader reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}
  void look_at(std::span<const std::int16_t> samples);

  std::string path_;
  voiceagent::WavReader reader_;
  std::int64_t samples_ = 0;
  std::int64_t clipped_ = 0;
  int peak_ = 0;
};

}  // namespace cli
