// The tools of a scenario, and the calls that its model makes.
#include <array>
#include <utility>

#include "core/tools/tool_box.h"
#include "sim/scenario/parse.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxReports = 100;

constexpr std::array kInterruptions{ToolInterruption::kCancel, ToolInterruption::kFinishSilently,
                                    ToolInterruption::kFinishAndTell};
constexpr std::array kDuplicates{ToolDuplicates::kJoin, ToolDuplicates::kReject,
                                 ToolDuplicates::kAllow};
constexpr std::array kEffects{ToolEffect::kNone, ToolEffect::kEndCall, ToolEffect::kTransfer,
                              ToolEffect::kChangeMode};
const std::vector<std::string>& ways() {
  static const std::vector<std::string> names{"answer", "fail", "never", "twice", "drop", "throw"};
  return names;
}

// A text as it is, anything else as JSON.
std::string text_or_json(const Json& json) {
  return json.is_string() ? std::string(json.string()) : json.dump();
}

ToolScript::Report parse_report(const Json& json, const std::string& path, Problems& out) {
  ToolScript::Report report;
  ObjectReader reader(json, path, out);
  ObjectReader::put(report.after, reader.ms("after_ms"));
  if (!reader.has("text") && json.is_object()) out.add(path, "has no 'text'");
  ObjectReader::put(report.text, reader.text("text"));
  if (reader.flag("spoken").value_or(false)) report.how = ToolProgress::kSpoken;
  reader.refuse_the_rest();
  return report;
}

void parse_reports(ObjectReader& reader, ToolScript& script) {
  if (!reader.has("progress")) return;
  const Json list = reader.get("progress");
  const std::string path = reader.path("progress");
  if (!expect_array(list, path, reader.problems())) return;
  if (list.size() > kMaxReports) return reader.problems().add(path, "has more than 100 elements");
  for (std::size_t i = 0; i < list.size(); ++i) {
    script.reports.push_back(parse_report(list.at(i), element_path(path, i), reader.problems()));
  }
}

ToolScript parse_tool(const Json& json, const std::string& path, Problems& out) {
  ToolScript script;
  Tool& tool = script.tool;
  ObjectReader reader(json, path, out);
  if (!reader.has("name") && json.is_object()) out.add(path, "has no 'name'");
  ObjectReader::put(tool.name, reader.text("name"));
  ObjectReader::put(tool.description, reader.string("description"));
  if (reader.has("parameters")) tool.parameters = reader.get("parameters").dump();
  ObjectReader::put(tool.deadline, reader.ms("deadline_ms", 1, 3'600'000));
  ObjectReader::put(tool.interruption,
                    reader.named<ToolInterruption>("interruption", kInterruptions));
  ObjectReader::put(tool.duplicates, reader.named<ToolDuplicates>("duplicates", kDuplicates));
  ObjectReader::put(tool.filler, reader.text("filler"));
  ObjectReader::put(tool.filler_delay, reader.ms("filler_delay_ms"));
  ObjectReader::put(tool.interruptible, reader.flag("interruptible"));
  ObjectReader::put(tool.effect, reader.named<ToolEffect>("effect", kEffects));
  ObjectReader::put(tool.effect_value, reader.text("effect_value"));
  read_latency(reader, "latency_ms", script.latency);
  if (reader.has("result")) script.result = text_or_json(reader.get("result"));
  ObjectReader::put(script.way, reader.choice("way", ways()));
  parse_reports(reader, script);
  reader.refuse_the_rest();
  return script;
}

// What an agent would say of these tools.
void check_tools(const std::vector<ToolScript>& scripts, const std::string& path, Problems& out) {
  std::vector<Tool> tools;
  for (const ToolScript& script : scripts) {
    tools.push_back(script.tool);
    tools.back().handler = [](const std::shared_ptr<ToolReply>&) {};
  }
  const auto box = ToolBox::create(std::move(tools));
  if (!box.ok()) out.add(path, box.status().message());
}

}  // namespace

std::vector<ToolScript> parse_tools(const Json& json, const std::string& path, Problems& out) {
  std::vector<ToolScript> scripts;
  if (!expect_array(json, path, out)) return scripts;
  if (json.size() > ToolBox::kMaxTools) {
    out.add(path, "has more than 128 elements");
    return scripts;
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    scripts.push_back(parse_tool(json.at(i), element_path(path, i), out));
  }
  if (out.empty()) check_tools(scripts, path, out);
  return scripts;
}

std::vector<LlmCall> parse_calls(const Json& json, const std::string& path, Problems& out) {
  constexpr std::size_t kMaxCalls = 1000;
  std::vector<LlmCall> calls;
  if (!expect_array(json, path, out)) return calls;
  if (json.size() > kMaxCalls) {
    out.add(path, "has more than 1000 elements");
    return calls;
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    LlmCall call;
    const std::string place = element_path(path, i);
    if (json.at(i).is_string()) {  // short for {"tool": name}
      ObjectReader::put(call.tool, read_text(json.at(i), place, out));
      calls.push_back(std::move(call));
      continue;
    }
    ObjectReader reader(json.at(i), place, out);
    if (!reader.has("tool") && json.at(i).is_object()) out.add(place, "has no 'tool'");
    ObjectReader::put(call.tool, reader.text("tool"));
    ObjectReader::put(call.id, reader.string("id"));
    if (reader.has("arguments")) call.arguments = text_or_json(reader.get("arguments"));
    reader.refuse_the_rest();
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace voiceagent::sim
