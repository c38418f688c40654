#include "voiceagent/event_copy.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

TEST_CASE("a copy owns its text") {
  std::string text = "hello there";
  const auto owned = copy(event::TextIn{text});
  text.assign("xxxxx xxxxx");
  CHECK(owned->text == "hello there");
  CHECK((*owned).text.data() != text.data());
}

TEST_CASE("a copy owns words and their texts") {
  std::string hello = "hello";
  std::vector<Word> words{{hello, 1ms, 2ms, 0.5F}, {"you", 3ms, 4ms, 1.0F}};
  const auto owned = copy(event::TranscriptFinal{"hello you", 0.8F, words});
  hello = "xxxxx";
  words.clear();
  words.shrink_to_fit();
  REQUIRE(owned->words.size() == 2);
  CHECK(owned->words[0].text == "hello");
  CHECK(owned->words[0].end == 2ms);
  CHECK(owned->words[0].confidence == 0.5F);
  CHECK(owned->words[1].text == "you");
  CHECK(owned->confidence == 0.8F);
}

TEST_CASE("a copy owns slots and their texts") {
  std::string value = "Paris";
  std::array<Slot, 1> slots{Slot{"city", value}};
  const auto owned = copy(event::IntentRecognised{"weather", 0.9F, slots});
  value = "xxxxx";
  slots[0] = {};
  REQUIRE(owned->slots.size() == 1);
  CHECK(owned->slots[0].name == "city");
  CHECK(owned->slots[0].value == "Paris");
}

TEST_CASE("a copy owns audio") {
  std::vector<std::int16_t> samples{1, 2, 3};
  const auto owned = copy(event::AudioOut{{samples, 24'000}, 640, {1, 2}});
  samples.assign(3, 0);
  CHECK(owned->audio.sample_rate == 24'000);
  REQUIRE(owned->audio.samples.size() == 3);
  CHECK(owned->audio.samples[2] == 3);
  CHECK(owned->position == 640);
  CHECK(owned->span.end == 2);
}

TEST_CASE("views stay valid when the copy is moved") {
  auto one = copy(event::Warning{Stage::kStt, "short"});
  const char* const text = one->message.data();
  const auto two = std::move(one);
  CHECK(two->message == "short");
  CHECK(two->message.data() == text);
  std::vector<OwnedEvent<event::Warning>> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(copy(event::Warning{Stage::kStt, std::to_string(i)}));
  }
  CHECK(many[42]->message == "42");
}

TEST_CASE("empty views are copied too") {
  const auto owned = copy(event::TranscriptFinal{});
  CHECK(owned->text.empty());
  CHECK(owned->words.empty());
}

TEST_CASE("every kind of event can be copied") {
  int kinds = 0;
  for_each_event_type([&]<class E>(E*) {
    const auto owned = copy(E{});
    static_cast<void>(*owned);
    ++kinds;
  });
  CHECK(kinds == 42);
}
