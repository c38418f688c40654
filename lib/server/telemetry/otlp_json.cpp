#include "server/telemetry/otlp_json.h"

#include <algorithm>
#include <type_traits>

#include "voiceagent/version.h"

namespace voiceagent::server {
namespace {

constexpr int kKindInternal = 1;
constexpr int kStatusError = 2;
constexpr std::size_t kTraceIdBytes = 16;
constexpr std::size_t kSpanIdBytes = 8;

void write_attributes(JsonWriter& json, const std::vector<SpanAttribute>& attributes) {
  json.key("attributes").begin_array();
  for (const SpanAttribute& attribute : attributes) {
    json.begin_object().field("key", attribute.key).key("value").begin_object();
    std::visit(
        [&json]<class T>(const T& value) {
          if constexpr (std::is_same_v<T, std::string>) {
            json.field("stringValue", std::string_view(value));
          } else if constexpr (std::is_same_v<T, std::int64_t>) {
            json.field("intValue", std::string_view(std::to_string(value)));  // 64 bits are text
          } else if constexpr (std::is_same_v<T, bool>) {
            json.field("boolValue", value);
          } else {
            json.field("doubleValue", value);
          }
        },
        attribute.value);
    json.end_object().end_object();
  }
  json.end_array();
}

class SpanWriter {
 public:
  SpanWriter(std::int64_t epoch_ns, std::string trace_id)
      : epoch_ns_(epoch_ns), trace_id_(std::move(trace_id)) {}

  // `parent` is empty for the root.
  std::string_view write(const Span& span, std::string_view id, std::string_view parent) {
    json_.clear();
    json_.begin_object().field("traceId", std::string_view(trace_id_)).field("spanId", id);
    if (!parent.empty()) json_.field("parentSpanId", parent);
    json_.field("name", span.name).field("kind", kKindInternal);
    write_time("startTimeUnixNano", span.begin);
    write_time("endTimeUnixNano", span.end);
    write_attributes(json_, span.attributes);
    json_.key("events").begin_array();
    for (const SpanEvent& event : span.events) {
      json_.begin_object();
      write_time("timeUnixNano", event.at);
      json_.field("name", event.name);
      write_attributes(json_, event.attributes);
      json_.end_object();
    }
    json_.end_array();
    if (span.error) {
      json_.key("status").begin_object().field("code", kStatusError);
      json_.field("message", std::string_view(*span.error)).end_object();
    }
    return json_.end_object().text();
  }

 private:
  void write_time(std::string_view name, Duration at) {
    const std::int64_t time = std::max<std::int64_t>(0, epoch_ns_ + at.count());
    json_.field(name, std::string_view(std::to_string(time)));
  }

  const std::int64_t epoch_ns_;
  const std::string trace_id_;
  JsonWriter json_;
};

}  // namespace

std::string otlp_spans(const TurnTrace& trace, std::int64_t epoch_ns, const MakeId& make_id) {
  SpanWriter writer(epoch_ns, make_id(kTraceIdBytes));
  const std::string turn = make_id(kSpanIdBytes);
  std::string spans(writer.write(trace.turn, turn, {}));
  for (const Span& stage : trace.stages) {
    spans += ',';
    spans += writer.write(stage, make_id(kSpanIdBytes), turn);
  }
  return spans;
}

std::string otlp_request(std::string_view service_name, std::string_view spans) {
  JsonWriter json;
  json.begin_object();
  write_attributes(json, {{"service.name", std::string(service_name)},
                          {"telemetry.sdk.name", std::string("voiceagent")},
                          {"telemetry.sdk.language", std::string("cpp")},
                          {"telemetry.sdk.version", std::string(version())}});
  const std::string resource(json.end_object().text());
  json.clear();
  json.begin_object().field("name", "voiceagent").field("version", version());
  const std::string scope(json.end_object().text());
  std::string request = R"({"resourceSpans":[{"resource":)" + resource;
  request += R"(,"scopeSpans":[{"scope":)" + scope + R"(,"spans":[)";
  request += spans;
  request += "]}]}]}";
  return request;
}

}  // namespace voiceagent::server
