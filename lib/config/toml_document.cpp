#include "config/toml_document.h"

#include <algorithm>
#include <cmath>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// Before it checks that the name of a table begins as it may, toml++ 3.0 asserts that it does, or,
// where NDEBUG is defined, lets the compiler take it for granted. Its own check finds the mistake.
#define TOML_ASSERT(condition) static_cast<void>(0)
#ifdef NDEBUG
#define VOICEAGENT_WITHOUT_ASSERT
#undef NDEBUG
#endif
#include <toml++/toml.h>
#ifdef VOICEAGENT_WITHOUT_ASSERT
#define NDEBUG
#endif

namespace voiceagent {
namespace {

std::string place(std::string_view file, const toml::source_position& position) {
  return std::string(file) + ":" + std::to_string(position.line) + ":" +
         std::to_string(position.column);
}

// What people call the type of a value.
std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "string";
    case toml::node_type::integer: return "integer";
    case toml::node_type::floating_point: return "number";
    case toml::node_type::boolean: return "bool";
    case toml::node_type::array: return "array";
    case toml::node_type::table: return "table";
    default: return "date or time";
  }
}

std::optional<OptionValue> option_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return OptionValue(text->get());
  if (const auto* integer = node.as_integer()) return OptionValue(integer->get());
  if (const auto* flag = node.as_boolean()) return OptionValue(flag->get());
  if (const auto* number = node.as_floating_point()) {
    if (std::isfinite(number->get())) return OptionValue(number->get());
  }
  return std::nullopt;
}

// Members of a table in the order of the file: toml++ keeps them by name.
std::vector<std::pair<const toml::key*, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> members;
  for (const auto& [key, node] : table) members.emplace_back(&key, &node);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    return a.first->source().begin < b.first->source().begin;
  });
  return members;
}

ConfigEntry entry(std::string_view file, const toml::key& key, const toml::node& node) {
  ConfigEntry result{std::string(key.str()), place(file, key.source().begin),
                     place(file, node.source().begin), option_value(node), type_name(node)};
  if (!result.value && node.is_floating_point()) result.type = "number without end";
  return result;
}

// The table, unless it has nothing but lists; after it the tables of its lists.
void add_section(ConfigDocument& document, std::string_view file, const std::string& name,
                 std::string where, const toml::table& table) {
  ConfigSection section{name, std::move(where), {}};
  ConfigDocument lists;
  for (const auto& [key, value] : in_order(table)) {
    const toml::array* list = value->as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous<toml::table>()) {
      section.entries.push_back(entry(file, *key, *value));
      continue;
    }
    for (const toml::node& one : *list) {
      ConfigSection listed{
          name + "." + std::string(key->str()), place(file, one.source().begin), {}};
      for (const auto& [inner, node] : in_order(*one.as_table())) {
        listed.entries.push_back(entry(file, *inner, *node));
      }
      lists.sections.push_back(std::move(listed));
    }
  }
  const bool only_lists = section.entries.empty() && !lists.sections.empty();
  if (!only_lists) document.sections.push_back(std::move(section));
  for (ConfigSection& listed : lists.sections) document.sections.push_back(std::move(listed));
}

}  // namespace

Result<ConfigDocument> parse_toml(std::string_view text, std::string_view file) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return invalid_argument(place(file, error.source().begin) + ": " +
                            std::string(error.description()));
  }
  ConfigDocument document;
  for (const auto& [key, node] : in_order(parsed.table())) {
    const toml::table* table = node->as_table();
    if (table == nullptr) {
      document.outside.push_back(entry(file, *key, *node));
      continue;
    }
    add_section(document, file, std::string(key->str()), place(file, key->source().begin), *table);
  }
  return document;
}

}  // namespace voiceagent
