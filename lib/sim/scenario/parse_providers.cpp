#include <utility>

#include "sim/scenario/parse.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxScripts = 100;

void read_share(ObjectReader& reader, std::string_view key, double& share) {
  ObjectReader::put(share, reader.number(key, 0, 1));
}

Faults parse_faults(ObjectReader& reader) {
  Faults faults;
  if (!reader.has("faults")) return faults;
  ObjectReader parts(reader.get("faults"), reader.path("faults"), reader.problems());
  read_share(parts, "refused_start", faults.refused_start);
  read_share(parts, "error", faults.error);
  read_share(parts, "disconnect", faults.disconnect);
  read_share(parts, "stall", faults.stall);
  read_share(parts, "late_close", faults.late_close);
  read_share(parts, "duplicate", faults.duplicate);
  read_share(parts, "out_of_order", faults.out_of_order);
  read_share(parts, "invalid_utf8", faults.invalid_utf8);
  read_share(parts, "odd_audio", faults.odd_audio);
  parts.refuse_the_rest();
  if (faults.refused_start + faults.error + faults.disconnect + faults.stall > 1) {
    reader.problems().add(reader.path("faults"),
                          "refused_start, error, disconnect and stall exclude each other: they "
                          "must not add up to more than 1");
  }
  return faults;
}

// {"how": "error", "code": "unavailable", "after_words": 3, "after_ms": 500, "streams": 1}.
Death parse_death(ObjectReader& reader) {
  static const std::vector<std::string> kHow{"refuse", "error", "disconnect", "stall", "empty"};
  Death death;
  if (!reader.has("death")) return death;
  ObjectReader parts(reader.get("death"), reader.path("death"), reader.problems());
  if (!parts.has("how")) reader.problems().add(reader.path("death"), "has no 'how'");
  if (const auto how = parts.choice("how", kHow)) death.how = static_cast<Death::How>(*how + 1);
  std::vector<std::string> codes;
  for (int code = 1; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    codes.emplace_back(to_string(static_cast<ErrorCode>(code)));
  }
  if (const auto code = parts.choice("code", codes)) {
    death.code = static_cast<ErrorCode>(*code + 1);
  }
  ObjectReader::put(death.after_words, parts.integer("after_words", 0, 1'000'000));
  ObjectReader::put(death.after_audio, parts.ms("after_ms"));
  ObjectReader::put(death.streams, parts.integer("streams", 1, 1'000'000'000));
  parts.refuse_the_rest();
  return death;
}

// {"maximum": 2, "patience_ms": 500, "taken": 2, "taken_ms": 3000}.
PoolScript parse_pool(ObjectReader& reader) {
  PoolScript pool;
  if (!reader.has("pool")) return pool;
  ObjectReader parts(reader.get("pool"), reader.path("pool"), reader.problems());
  if (!parts.has("maximum")) reader.problems().add(reader.path("pool"), "has no 'maximum'");
  ObjectReader::put(pool.maximum, parts.integer("maximum", 1, 1000));
  ObjectReader::put(pool.patience, parts.ms("patience_ms"));
  ObjectReader::put(pool.taken, parts.integer("taken", 0, 1000));
  ObjectReader::put(pool.taken_for, parts.ms("taken_ms"));
  parts.refuse_the_rest();
  return pool;
}

SttScript parse_stt(ObjectReader& reader) {
  SttScript script;
  ObjectReader::put(script.partial_interval, reader.ms("partial_interval_ms"));
  read_latency(reader, "final_delay_ms", script.final_delay);
  read_latency(reader, "partial_delay_ms", script.partial_delay);
  ObjectReader::put(script.word_times, reader.flag("word_times"));
  ObjectReader::put(script.whole_words, reader.flag("whole_words"));
  ObjectReader::put(script.sample_rate,
                    reader.integer("sample_rate", kMinSampleRate, kMaxSampleRate));
  read_share(reader, "word_errors", script.word_errors);
  read_share(reader, "unasked_finals", script.unasked_finals);
  ObjectReader::put(script.turn_signal, reader.ms("turn_signal_ms"));
  script.faults = parse_faults(reader);
  script.death = parse_death(reader);
  script.pool = parse_pool(reader);
  return script;
}

TtsScript parse_tts(ObjectReader& reader) {
  TtsScript script;
  read_latency(reader, "first_audio_ms", script.first_audio);
  ObjectReader::put(script.sample_rate,
                    reader.integer("sample_rate", kMinSampleRate, kMaxSampleRate));
  ObjectReader::put(script.word_timings, reader.flag("word_timings"));
  ObjectReader::put(script.chunk, reader.ms("chunk_ms", 1, 10'000));
  ObjectReader::put(script.speed, reader.number("speed", 0, 1'000));
  script.faults = parse_faults(reader);
  script.death = parse_death(reader);
  script.pool = parse_pool(reader);
  return script;
}

// How a reply comes; what is not set is as in `base`.
LlmDelivery parse_delivery(ObjectReader& reader, LlmDelivery base) {
  ObjectReader::put(base.set_up, reader.ms("set_up_ms"));
  read_latency(reader, "first_token_ms", base.first_token);
  read_latency(reader, "per_word_ms", base.per_step);
  ObjectReader::put(base.streaming, reader.flag("streaming"));
  if (reader.has("faults")) base.faults = parse_faults(reader);
  if (reader.has("death")) base.death = parse_death(reader);
  if (reader.has("pool")) base.pool = parse_pool(reader);
  return base;
}

ReplyRule parse_rule(const Json& json, const std::string& path, const LlmDelivery& base,
                     Problems& out) {
  ReplyRule rule;
  ObjectReader reader(json, path, out);
  ObjectReader::put(rule.when, reader.text("when"));
  ObjectReader::put(rule.times, reader.integer("times", 1, 1'000'000));
  ObjectReader::put(rule.after_tool, reader.text("after_tool"));
  if (reader.has("calls")) rule.calls = parse_calls(reader.get("calls"), reader.path("calls"), out);
  const bool says = reader.has("reply");
  if (!says && rule.calls.empty() && json.is_object()) out.add(path, "has no 'reply'");
  ObjectReader::put(rule.text, reader.string("reply"));
  rule.delivery = parse_delivery(reader, base);
  reader.refuse_the_rest();
  return rule;
}

std::vector<ReplyRule> parse_llm(const Json& json, const std::string& path, Problems& out) {
  std::vector<ReplyRule> rules;
  ObjectReader reader(json, path, out);
  const LlmDelivery delivery = parse_delivery(reader, {});
  if (reader.has("replies")) {
    const Json list = reader.get("replies");
    const std::string place = reader.path("replies");
    if (expect_array(list, place, out) && list.size() == 0) out.add(place, "must not be empty");
    for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
      rules.push_back(parse_rule(list.at(i), element_path(place, i), delivery, out));
    }
  }
  ReplyRule rest;
  rest.text = "All right.";
  rest.delivery = delivery;
  ObjectReader::put(rest.text, reader.string("reply"));
  rules.push_back(std::move(rest));
  reader.refuse_the_rest();
  return rules;
}

// One script, or a list of them: stream by stream.
template <class Script>
std::vector<Script> parse_scripts(const Json& json, const std::string& path,
                                  Script (*parse)(ObjectReader&), Problems& out) {
  std::vector<Script> scripts;
  if (json.is_array() && json.size() == 0) out.add(path, "must not be empty");
  if (json.is_array() && json.size() > kMaxScripts) {
    out.add(path, "must have at most " + std::to_string(kMaxScripts) + " elements");
    return scripts;
  }
  for (std::size_t i = 0; i < (json.is_array() ? json.size() : 1); ++i) {
    ObjectReader reader(json.is_array() ? json.at(i) : json,
                        json.is_array() ? element_path(path, i) : path, out);
    scripts.push_back(parse(reader));
    reader.refuse_the_rest();
  }
  return scripts;
}

constexpr std::size_t kMaxFallbacks = 7;

// A list of fallbacks of one kind.
template <class Script, class Parse>
void parse_fallback(ObjectReader& reader, std::string_view kind, std::vector<Script>& scripts,
                    Parse parse) {
  if (!reader.has(kind)) return;
  const Json list = reader.get(kind);
  const std::string place = reader.path(kind);
  if (!expect_array(list, place, reader.problems())) return;
  if (list.size() > kMaxFallbacks) {
    return reader.problems().add(
        place, "must have at most " + std::to_string(kMaxFallbacks) + " elements");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    scripts.push_back(parse(list.at(i), element_path(place, i)));
  }
}

void parse_fallbacks(ObjectReader& scenario, ProviderScripts& scripts) {
  if (!scenario.has("fallbacks")) return;
  Problems& out = scenario.problems();
  ObjectReader reader(scenario.get("fallbacks"), scenario.path("fallbacks"), out);
  const auto one = [&out](auto parse) {
    return [&out, parse](const Json& json, const std::string& path) {
      ObjectReader parts(json, path, out);
      auto script = parse(parts);
      parts.refuse_the_rest();
      return script;
    };
  };
  parse_fallback(reader, "stt", scripts.stt_fallbacks, one(parse_stt));
  parse_fallback(reader, "tts", scripts.tts_fallbacks, one(parse_tts));
  parse_fallback(
      reader, "llm", scripts.llm_fallbacks,
      [&out](const Json& json, const std::string& path) { return parse_llm(json, path, out); });
  reader.refuse_the_rest();
}

}  // namespace

void read_latency(ObjectReader& reader, std::string_view key, Latency& latency) {
  if (!reader.has(key)) return;
  const Json json = reader.get(key);
  if (!json.is_object()) {
    if (const auto always = reader.ms(key)) latency = Latency(*always);
    return;
  }
  ObjectReader parts(json, reader.path(key), reader.problems());
  ObjectReader::put(latency.base, parts.ms("ms"));
  ObjectReader::put(latency.jitter, parts.ms("jitter_ms"));
  ObjectReader::put(latency.tail, parts.ms("tail_ms"));
  ObjectReader::put(latency.tail_share, parts.number("tail_share", 0, 1));
  parts.refuse_the_rest();
}

ProviderScripts parse_providers(ObjectReader& scenario) {
  ProviderScripts scripts;
  Problems& out = scenario.problems();
  if (scenario.has("stt")) {
    scripts.stt = parse_scripts(scenario.get("stt"), scenario.path("stt"), parse_stt, out);
  }
  if (scenario.has("vad")) {
    ObjectReader vad(scenario.get("vad"), scenario.path("vad"), out);
    ObjectReader::put(scripts.vad_rate, vad.integer("sample_rate", kMinSampleRate, kMaxSampleRate));
    vad.refuse_the_rest();
  }
  if (scenario.has("tts")) {
    scripts.tts = parse_scripts(scenario.get("tts"), scenario.path("tts"), parse_tts, out);
  }
  if (scenario.has("tools")) {
    scripts.tools = parse_tools(scenario.get("tools"), scenario.path("tools"), out);
  }
  const Result<Json> nothing = Json::parse("{}");
  scripts.replies =
      parse_llm(scenario.has("llm") ? scenario.get("llm") : *nothing, scenario.path("llm"), out);
  parse_fallbacks(scenario, scripts);
  return scripts;
}

FarEndOptions parse_far_end(const Json& json, const std::string& path, Problems& out) {
  FarEndOptions options;
  ObjectReader reader(json, path, out);
  read_latency(reader, "delay_ms", options.delay);
  ObjectReader::put(options.reports, reader.flag("reports"));
  ObjectReader::put(options.report_interval, reader.ms("report_interval_ms", 1));
  read_latency(reader, "report_delay_ms", options.report_delay);
  read_share(reader, "lost_frames", options.lost_frames);
  read_share(reader, "lost_reports", options.lost_reports);
  read_share(reader, "stale_reports", options.stale_reports);
  ObjectReader::put(options.buffer, reader.ms("buffer_ms"));
  reader.refuse_the_rest();
  return options;
}

}  // namespace voiceagent::sim
