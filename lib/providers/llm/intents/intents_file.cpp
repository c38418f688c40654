#include "providers/llm/intents/intents_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include "base/text.h"
#include "providers/llm/intents/sentence_template.h"
#include "voiceagent/json.h"
#include "voiceagent/options.h"

namespace voiceagent::intents {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;
constexpr std::size_t kMaxValueWords = 16;
constexpr std::size_t kMaxPlaces = 100'000;  // Of all graphs together.

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string out = escape_control(text.substr(0, kShown));
  if (text.size() > kShown) out += "...";
  return "\"" + out + "\"";
}

// Refuses members that nobody reads: they are misspelt, or of a later version.
Status check_keys(const Json& object, const std::vector<std::string>& known) {
  for (std::size_t i = 0; i < object.size(); ++i) {
    const std::string key(object.key_at(i));
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = nearest_name(key, known);
    return invalid_argument("unknown key " + quoted(key) +
                            (nearest.empty() ? "" : "; did you mean " + quoted(nearest) + "?"));
  }
  return {};
}

// The strings of an array that must be there and must not be empty.
Result<std::vector<std::string>> strings_of(const Json& object, std::string_view key) {
  const Json array = object[key];
  const std::string name = quoted(key);
  if (!object.has(key)) return invalid_argument(name + " is missing");
  if (!array.is_array()) return invalid_argument(name + " must be a list of strings");
  if (array.size() == 0) return invalid_argument(name + " is empty");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!array.at(i).is_string()) {
      return invalid_argument(name + ": item " + std::to_string(i + 1) + " is not a string");
    }
    out.emplace_back(array.at(i).string());
  }
  return out;
}

Result<SlotDefinition> read_slot(const Json& slots, std::string_view name) {
  SlotDefinition slot;
  slot.name = name;
  if (!is_name(name)) return invalid_argument("that is no name (use a-z, 0-9 and _)");
  Result<std::vector<std::string>> values = strings_of(slots, name);
  if (!values.ok()) return values.status();
  for (std::string& value : *values) {
    std::vector<Word> words = words_of(value, kMaxValueWords + 1);
    if (words.empty()) return invalid_argument("value " + quoted(value) + " has no words");
    if (words.size() > kMaxValueWords) {
      return invalid_argument("value " + quoted(value) + " has more than " +
                              std::to_string(kMaxValueWords) + " words");
    }
    slot.value_words.push_back(std::move(words));
    slot.values.push_back(std::move(value));
  }
  return slot;
}

// Reads one document into an IntentsFile, once.
class Reader {
 public:
  explicit Reader(const Json& root) : root_(root) {}

  Result<IntentsFile> run() && {
    for (const auto step : {&Reader::check_root, &Reader::read_slots, &Reader::read_intents,
                            &Reader::check_slots_used, &Reader::read_fallback}) {
      if (Status status = (this->*step)(); !status.ok()) return status;
    }
    return std::move(file_);
  }

 private:
  Status check_root() {
    if (!root_.is_object()) return invalid_argument("the file must be a JSON object");
    if (!root_.has("version")) return invalid_argument("\"version\" is missing; it must be 1");
    if (root_["version"].type() != JsonType::kNumber || root_["version"].number() != kVersion) {
      return invalid_argument("\"version\" is " + root_["version"].dump() +
                              "; this release reads version 1");
    }
    return check_keys(root_, {"version", "slots", "intents", "did_not_understand"});
  }

  Status read_slots() {
    const Json slots = root_["slots"];
    if (!slots.is_null() && !slots.is_object()) {
      return invalid_argument("\"slots\" must be an object of lists");
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::string where = "slot " + quoted(slots.key_at(i));
      Result<SlotDefinition> slot = read_slot(slots, slots.key_at(i));
      if (!slot.ok()) return slot.status().within(where);
      if (Status status = check_slot_name(slot->name); !status.ok()) return status;
      file_.slots.push_back(std::move(*slot));
    }
    listed_ = file_.slots.size();
    return {};
  }

  static Status check_slot_name(const std::string& name) {
    if (!is_placeholder(name) && name != kResult) return {};
    return invalid_argument("slot {" + name +
                            "}: replies have a meaning of their own for that name; choose another");
  }

  Status read_intents() {
    const Json intents = root_["intents"];
    if (!intents.is_array() || intents.size() == 0) {
      return invalid_argument("\"intents\" must be a list of at least one intent");
    }
    for (std::size_t i = 0; i < intents.size(); ++i) {
      const Json intent = intents.at(i);
      const std::string name(intent["name"].string());
      const std::string where = "intent " + (name.empty() ? std::to_string(i + 1) : quoted(name));
      if (Status status = read_intent(intent, name); !status.ok()) return status.within(where);
    }
    return {};
  }

  Status read_intent(const Json& json, const std::string& name) {
    if (!json.is_object()) return invalid_argument("it must be an object");
    if (Status s = check_keys(json, {"name", "sentences", "tool", "replies", "failed_replies"});
        !s.ok())
      return s;
    if (!is_name(name)) {
      return invalid_argument("\"name\" must be a string of letters, digits and underscores");
    }
    if (!names_.insert(name).second) return invalid_argument("there are two of that name");
    IntentDefinition intent;
    intent.name = name;
    SlotUse slots;
    if (Status s = read_sentences(json, intent, slots); !s.ok()) return s;
    if (Status s = read_tool(json, intent, slots); !s.ok()) return s;
    const bool tool = intent.tool.has_value();
    if (Status s = read_replies(json, "replies", intent.replies, slots, tool); !s.ok()) return s;
    file_.intents.push_back(std::move(intent));
    return {};
  }

  Status read_tool(const Json& json, IntentDefinition& intent, const SlotUse& slots) {
    if (!json.has("tool")) {
      if (!json.has("failed_replies")) return {};
      return invalid_argument("\"failed_replies\" are for an intent with a \"tool\"");
    }
    Result<ToolTemplate> tool = ToolTemplate::parse(json["tool"]);
    if (!tool.ok()) return tool.status();
    for (const std::string& name : tool->names()) {
      if (is_placeholder(name) || slots.possible.contains(name)) continue;
      return unknown_slot(name, slots).within("\"tool\"");
    }
    intent.tool = std::move(*tool);
    if (json.has("failed_replies")) {
      return read_replies(json, "failed_replies", intent.failed, slots);
    }
    intent.failed.push_back(*ReplyTemplate::parse("Sorry, that did not work."));
    return {};
  }

  Status read_sentences(const Json& json, IntentDefinition& intent, SlotUse& slots) {
    Result<std::vector<std::string>> sentences = strings_of(json, "sentences");
    if (!sentences.ok()) return sentences.status();
    for (std::size_t i = 0; i < sentences->size(); ++i) {
      const std::string& text = (*sentences)[i];
      if (Status s = read_sentence(text, intent, slots, i == 0); !s.ok()) {
        return s.within("sentence " + std::to_string(i + 1) + " (" + quoted(text) + ")");
      }
    }
    return {};
  }

  Status read_sentence(const std::string& text, IntentDefinition& intent, SlotUse& slots,
                       bool first) {
    if (trim(text).empty()) return invalid_argument("it is empty");
    Result<TemplateNode> node = parse_sentence(text);
    if (!node.ok()) return node.status();
    Result<SlotUse> use = slots_of(*node);
    if (!use.ok()) return use.status();
    for (const std::string& name : use->possible) {
      if (Status s = add_open_slot(name); !s.ok()) return s;
    }
    Result<WordGraph> graph = build_word_graph(*node, file_.slots, file_.vocabulary);
    if (!graph.ok()) return graph.status();
    places_ += graph->places.size();
    if (places_ > kMaxPlaces) {
      return invalid_argument("with it, the file has more than " + std::to_string(kMaxPlaces) +
                              " words; make it smaller");
    }
    intent.sentences.push_back(std::move(*graph));
    use->possible.merge(slots.possible);
    slots.possible = std::move(use->possible);
    if (first) {
      slots.certain = std::move(use->certain);
    } else {
      std::erase_if(slots.certain, [&](const auto& name) { return !use->certain.contains(name); });
    }
    return {};
  }

  // A slot that isn't listed takes any words.
  Status add_open_slot(const std::string& name) {
    used_.insert(name);
    const auto same = [&](const SlotDefinition& slot) { return slot.name == name; };
    if (std::any_of(file_.slots.begin(), file_.slots.end(), same)) return {};
    if (Status s = check_slot_name(name); !s.ok()) return s;
    file_.slots.push_back({name, {}, {}});
    return {};
  }

  // Reads replies; one of them at least must be possible whatever was said.
  Status read_replies(const Json& json, std::string_view key, std::vector<ReplyTemplate>& out,
                      const SlotUse& slots, bool result = false) {
    Result<std::vector<std::string>> replies = strings_of(json, key);
    if (!replies.ok()) return replies.status();
    bool always = false;
    for (std::size_t i = 0; i < replies->size(); ++i) {
      const std::string& text = (*replies)[i];
      const std::string where = "reply " + std::to_string(i + 1) + " (" + quoted(text) + ")";
      Result<ReplyTemplate> reply = ReplyTemplate::parse(text);
      if (!reply.ok()) return reply.status().within(where);
      bool possible = true;
      for (const std::string& name : reply->names()) {
        const bool its_result = result && name == kResult;
        if (!is_placeholder(name) && !its_result && !slots.possible.contains(name)) {
          return unknown_slot(name, slots).within(where);
        }
        possible = possible && name != kLastReply &&
                   (is_placeholder(name) || its_result || slots.certain.contains(name));
      }
      always = always || possible;
      out.push_back(std::move(*reply));
    }
    if (always) return {};
    return invalid_argument(
        quoted(key) +
        " need one that can always be given: without {last_reply}, and without slots that not "
        "every sentence has");
  }

  static Status unknown_slot(const std::string& name, const SlotUse& slots) {
    std::string known;
    for (const std::string& slot : slots.possible) known += "{" + slot + "}, ";
    for (const std::string_view placeholder : kPlaceholders) {
      known += "{" + std::string(placeholder) + "}, ";
    }
    known.resize(known.size() - 2);
    return invalid_argument("{" + name + "} is no slot of its sentences; there are " + known);
  }

  Status check_slots_used() {
    for (std::size_t i = 0; i < listed_; ++i) {
      const std::string& name = file_.slots[i].name;
      if (!used_.contains(name)) {
        return invalid_argument("slot " + quoted(name) + " is used in no sentence");
      }
    }
    return {};
  }

  Status read_fallback() {
    if (root_.has("did_not_understand")) {
      return read_replies(root_, "did_not_understand", file_.did_not_understand, {});
    }
    file_.did_not_understand.push_back(*ReplyTemplate::parse("Sorry, I did not understand that."));
    return {};
  }

  const Json& root_;
  IntentsFile file_;
  std::set<std::string> names_;  // Of intents.
  std::set<std::string> used_;   // Slots.
  std::size_t listed_ = 0;       // Slots that have values; they come first.
  std::size_t places_ = 0;
};

}  // namespace

Result<IntentsFile> parse_intents(std::string_view json) {
  Result<Json> root = Json::parse(json);
  if (!root.ok()) return root.status();
  return Reader(*root).run();
}

Result<IntentsFile> load_intents(const std::string& path) {
  const std::string where = "intents file '" + path + "'";
  std::ifstream in(path, std::ios::binary);
  if (!in) return not_found("it cannot be opened").within(where);
  std::string text;
  text.resize(kMaxFileBytes + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return io_error("it cannot be read").within(where);
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxFileBytes) {
    return invalid_argument("it is larger than " + std::to_string(kMaxFileBytes) + " bytes")
        .within(where);
  }
  Result<IntentsFile> file = parse_intents(text);
  if (!file.ok()) return file.status().within(where);
  return file;
}

}  // namespace voiceagent::intents
