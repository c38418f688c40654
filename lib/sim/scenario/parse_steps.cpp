#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "base/text.h"
#include "sim/scenario/parse.h"

namespace voiceagent::sim {
namespace {

constexpr double kMaxTimes = 1'000'000;
constexpr int kMaxRepeatDepth = 3;
constexpr std::size_t kMaxSayBytes = 4096;
constexpr double kMaxEchoDb = -9;      // louder, it would read as words
constexpr double kMaxWaitMs = 60'000;  // between keys, and for later after an event

constexpr std::array kModes{Mode::kVoiceToVoice, Mode::kVoiceToText, Mode::kTextToVoice,
                            Mode::kTextToText};

std::optional<std::string> parse_words(const Json& json, const std::string& path, Problems& out) {
  const auto text = read_text(json, path, out);
  if (!text) return std::nullopt;
  if (text->size() > kMaxSayBytes) {
    out.add(path, "must have at most " + std::to_string(kMaxSayBytes) + " characters");
    return std::nullopt;
  }
  if (std::ranges::any_of(*text, [](char c) { return c < ' ' || c > '~'; })) {
    out.add(path, "only ASCII characters can be spoken");
    return std::nullopt;
  }
  return std::string(trim(*text));
}

// "words" or ["words", 600, "words"].
step::Say parse_say(const Json& json, const std::string& path, Problems& out) {
  step::Say say;
  if (!json.is_array()) {
    if (const auto words = parse_words(json, path, out)) say.pieces.push_back({*words, {}});
    return say;
  }
  if (json.size() == 0) out.add(path, "must not be empty");
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string place = element_path(path, i);
    if (json.at(i).type() == JsonType::kNumber) {
      const auto pause = read_ms(json.at(i), place, 1, kMaxMs, out);
      if (i == 0 || i + 1 == json.size()) out.add(place, "a pause must stand between words");
      if (pause) say.pieces.push_back({{}, *pause});
    } else if (const auto words = parse_words(json.at(i), place, out)) {
      say.pieces.push_back({*words, {}});
    }
  }
  return say;
}

std::string parse_keys(ObjectReader& step) {
  const auto digits = step.text("keys");
  if (!digits) return {};
  if (digits->find_first_not_of("0123456789ABCD*#") != std::string::npos) {
    step.problems().add(step.path("keys"), "keys are 0-9, A-D, * and #");
  }
  return *digits;
}

// What the session's own band of speech leaves to other sounds: levels in between would be read as
// letters.
bool is_sound_level(double db) {
  const double level = 32'767 * std::pow(10.0, db / 20);
  return level < 3'900 || level > 10'200;
}

double parse_level(ObjectReader& reader, std::string_view key, double otherwise) {
  const auto level = reader.number(key, -96, 0);
  if (level && !is_sound_level(*level)) {
    reader.problems().add(reader.path(key),
                          "must not be from -18.4 to -10.2 dB: that is how words are spoken");
  }
  return level.value_or(otherwise);
}

class StepParser {
 public:
  StepParser(Problems& out, int depth) : out_(out), depth_(depth) {}
  std::vector<Step> list(const Json& json, const std::string& path);

 private:
  Step one(const Json& json, const std::string& path);
  Moment moment(ObjectReader& step);
  void after(ObjectReader& step, Moment& when);
  std::optional<Step::Action> action(ObjectReader& step);
  std::optional<Step::Action> command(ObjectReader& step);
  step::Repeat repeat(const Json& json, const std::string& path);

  Problems& out_;
  const int depth_;  // of repeats
};

std::vector<Step> StepParser::list(const Json& json, const std::string& path) {
  std::vector<Step> steps;
  if (!expect_array(json, path, out_)) return steps;
  if (json.size() == 0) out_.add(path, "must not be empty");
  for (std::size_t i = 0; i < json.size(); ++i) {
    steps.push_back(one(json.at(i), element_path(path, i)));
  }
  return steps;
}

Step StepParser::one(const Json& json, const std::string& path) {
  Step step;
  ObjectReader reader(json, path, out_);
  if (!json.is_object()) return step;
  ObjectReader::put(step.name, reader.text("name"));
  step.when = moment(reader);
  if (auto action = this->action(reader)) step.action = std::move(*action);
  reader.refuse_the_rest();
  return step;
}

Moment StepParser::moment(ObjectReader& step) {
  Moment when;
  when.at = step.ms("at_ms");
  after(step, when);
  ObjectReader::put(when.plus, step.ms("plus_ms"));
  if (when.at && when.after) out_.add(step.path(), "has both at_ms and after");
  if (when.at && step.has("plus_ms")) out_.add(step.path(), "has both at_ms and plus_ms");
  return when;
}

void StepParser::after(ObjectReader& step, Moment& when) {
  if (!step.has("after")) return;
  const Json json = step.get("after");
  if (json.is_string()) {
    when.after = parse_pattern(json, step.path("after"), out_);
    return;
  }
  ObjectReader reader(json, step.path("after"), out_);
  if (!json.is_object()) return;
  when.after = parse_pattern_keys(reader);
  ObjectReader::put(when.nth, reader.integer("nth", 1, 1'000'000));
  reader.refuse_the_rest();
}

std::optional<Step::Action> StepParser::action(ObjectReader& step) {
  static const std::vector<std::string> kActions{"say",        "noise_ms",   "silence_ms", "keys",
                                                 "type",       "agent_says", "mode",       "do",
                                                 "microphone", "close",      "repeat"};
  std::vector<std::string> found;
  for (const std::string& key : kActions) {
    if (step.has(key)) found.push_back(key);
  }
  if (found.size() > 1) {
    out_.add(step.path(),
             "does two things, " + found[0] + " and " + found[1] + ": make two steps of it");
    return std::nullopt;
  }
  if (found.empty()) {
    std::string list;
    for (const std::string& key : kActions) list += (list.empty() ? "" : ", ") + key;
    out_.add(step.path(), "does nothing; it needs one of: " + list);
    return std::nullopt;
  }
  const std::string& key = found.front();
  if (key == "say") return parse_say(step.get(key), step.path(key), out_);
  if (key == "microphone") return parse_microphone(step.get(key), step.path(key), out_);
  if (key == "repeat") return repeat(step.get(key), step.path(key));
  return command(step);
}

std::optional<Step::Action> StepParser::command(ObjectReader& step) {
  if (step.has("noise_ms")) {
    step::Noise noise;
    ObjectReader::put(noise.length, step.ms("noise_ms", 1));
    noise.level_db = parse_level(step, "level_db", noise.level_db);
    return noise;
  }
  if (const auto length = step.ms("silence_ms", 1)) return step::Silence{*length};
  if (step.has("keys")) {
    return step::Keys{parse_keys(step), step.ms("key_ms", 0, kMaxWaitMs).value_or(Duration(0))};
  }
  if (const auto text = step.text("type")) return step::Type{*text};
  if (step.has("agent_says")) {
    step::AgentSays says;
    ObjectReader::put(says.text, step.text("agent_says"));
    ObjectReader::put(says.interruptible, step.flag("interruptible"));
    return says;
  }
  if (const auto mode = step.named<Mode>("mode", kModes)) return step::SwitchMode{*mode};
  if (const auto reason = step.named<CloseReason>("close", close_reasons())) {
    return step::Close{*reason};
  }
  static const std::vector<std::string> kCommands{"interrupt", "commit", "hang_up",
                                                  "microphone_off", "microphone_on"};
  const auto command = step.choice("do", kCommands);
  if (!command) return std::nullopt;
  switch (*command) {
    case 0: return step::Interrupt{};
    case 1: return step::Commit{};
    case 2: return step::Close{CloseReason::kUser};
    default: {
      step::Microphone microphone;
      microphone.on = *command == 4;
      return microphone;
    }
  }
}

step::Repeat StepParser::repeat(const Json& json, const std::string& path) {
  step::Repeat result;
  ObjectReader reader(json, path, out_);
  if (!json.is_object()) return result;
  if (depth_ == kMaxRepeatDepth) {
    out_.add(path, "is nested too deeply: at most " + std::to_string(kMaxRepeatDepth) + " levels");
    return result;
  }
  if (!reader.has("times")) out_.add(path, "has no 'times'");
  ObjectReader::put(result.times, reader.integer("times", 1, static_cast<int>(kMaxTimes)));
  ObjectReader::put(result.every, reader.ms("every_ms"));
  result.steps = StepParser(out_, depth_ + 1).list(reader.get("steps"), reader.path("steps"));
  reader.refuse_the_rest();
  return result;
}

}  // namespace

std::vector<Step> parse_steps(const Json& json, const std::string& path, Problems& out) {
  return StepParser(out, 0).list(json, path);
}

step::Microphone parse_microphone(const Json& json, const std::string& path, Problems& out) {
  step::Microphone microphone;
  ObjectReader reader(json, path, out);
  if (!json.is_object()) return microphone;
  microphone.on = reader.flag("on");
  ObjectReader::put(microphone.rate, reader.integer("rate", kMinSampleRate, kMaxSampleRate));
  microphone.echo_db = reader.number("echo_db", -96, kMaxEchoDb);
  if (reader.has("noise_db")) microphone.noise_db = parse_level(reader, "noise_db", -96);
  const Json frames = reader.get("frame_samples");
  const std::string place = reader.path("frame_samples");
  for (std::size_t i = 0; i < (frames.is_array() ? frames.size() : 1); ++i) {
    if (frames.is_null()) break;
    const Json one = frames.is_array() ? frames.at(i) : frames;
    const auto samples = read_integer(one, frames.is_array() ? element_path(place, i) : place, 1,
                                      kMaxSampleRate, out);
    if (samples) microphone.frame_samples.push_back(static_cast<int>(*samples));
  }
  if (frames.is_array() && frames.size() == 0) out.add(place, "must not be empty");
  reader.refuse_the_rest();
  return microphone;
}

}  // namespace voiceagent::sim
