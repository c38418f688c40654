// A digest over events, with all that is in them: two runs are the same if theirs are.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "voiceagent/events.h"

namespace voiceagent::sim {

class Digest {
 public:
  void add(const AnyEvent& event) {
    mix(static_cast<std::uint64_t>(event.kind()));
    mix(event.envelope().turn);
    mix(event.envelope().seq);
    mix(static_cast<std::uint64_t>(event.envelope().time.count()));
    event.visit([this]<class E>(const E& e) {
      E::fields(e, [this](std::string_view, const auto& field) { this->field(field); });
    });
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t n) {
    value_ = (value_ ^ n) * 0x9E3779B97F4A7C15U;
    value_ ^= value_ >> 29;
  }
  void bytes(const void* data, std::size_t size) {
    mix(size);
    const auto* at = static_cast<const unsigned char*>(data);
    for (std::uint64_t eight = 0; size > 0;) {
      const std::size_t count = size < 8 ? size : 8;
      eight = 0;
      std::memcpy(&eight, at, count);
      mix(eight);
      at += count;
      size -= count;
    }
  }

  void field(std::string_view text) { bytes(text.data(), text.size()); }
  void field(const AudioView& audio) {
    mix(static_cast<std::uint64_t>(audio.sample_rate));
    bytes(audio.samples.data(), audio.samples.size_bytes());
  }
  void field(const Word& word) {
    field(word.text);
    field(word.start);
    field(word.end);
    field(word.confidence);
  }
  void field(const Slot& slot) {
    field(slot.name);
    field(slot.value);
  }
  template <class T>
  void field(std::span<const T> items) {
    mix(items.size());
    for (const T& item : items) field(item);
  }
  void field(Duration duration) { mix(static_cast<std::uint64_t>(duration.count())); }
  void field(TextSpan span) {
    mix(span.begin);
    mix(span.end);
  }
  void field(float number) { field(static_cast<double>(number)); }
  void field(double number) { bytes(&number, sizeof number); }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void field(T number) { mix(static_cast<std::uint64_t>(number)); }

  std::uint64_t value_ = 0x243F6A8885A308D3U;
};

}  // namespace voiceagent::sim
