/// @file
/// Owning copies of events: keep one after the call that delivered it.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "voiceagent/events.h"

namespace voiceagent {

/// An event with all that it points to. Movable, cheap to move, usable from any thread.
template <class E>
class OwnedEvent {
 public:
  /// Copies `event` and everything that it looks at.
  explicit OwnedEvent(const E& event) : event_(event) {
    E::fields(event_, [this](std::string_view, auto& field) { this->own(field); });
  }
  OwnedEvent(OwnedEvent&&) noexcept = default;
  OwnedEvent& operator=(OwnedEvent&&) noexcept = default;

  /// The event. Its views live as long as this object (moving it keeps them valid).
  const E& operator*() const { return event_; }
  /// The event.
  const E* operator->() const { return &event_; }

 private:
  template <class T>
  T* store(const T* data, std::size_t count) {
    auto block = std::make_unique<unsigned char[]>(count * sizeof(T) + 1);
    T* copy = reinterpret_cast<T*>(block.get());
    if (count > 0) std::memcpy(static_cast<void*>(copy), data, count * sizeof(T));
    blocks_.push_back(std::move(block));
    return copy;
  }
  void own(std::string_view& text) { text = {store(text.data(), text.size()), text.size()}; }
  void own(AudioView& audio) {
    const auto samples = audio.samples;
    audio.samples = {store(samples.data(), samples.size()), samples.size()};
  }
  void own(std::span<const Word>& words) {
    Word* copy = store(words.data(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i) own(copy[i].text);
    words = {copy, words.size()};
  }
  void own(std::span<const Slot>& slots) {
    Slot* copy = store(slots.data(), slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      own(copy[i].name);
      own(copy[i].value);
    }
    slots = {copy, slots.size()};
  }
  template <class T>
  void own(T&) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, Duration> ||
                      std::is_same_v<T, TextSpan>,
                  "a view needs an own() of its own");
  }

  E event_;
  std::vector<std::unique_ptr<unsigned char[]>> blocks_;
};

/// Makes an owner of `event`.
template <class E>
OwnedEvent<E> copy(const E& event) {
  return OwnedEvent<E>(event);
}

}  // namespace voiceagent
