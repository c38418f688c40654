#include "core/tools/same_json.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace voiceagent {
namespace {

using Members = std::vector<std::pair<std::string_view, Json>>;

Members sorted_members(const Json& object) {
  Members members;
  for (std::size_t i = 0; i < object.size(); ++i) {
    members.emplace_back(object.key_at(i), object.at(i));
  }
  std::ranges::sort(members, {}, &Members::value_type::first);
  return members;
}

}  // namespace

bool same_json(const Json& a, const Json& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_object()) {
    return std::ranges::equal(sorted_members(a), sorted_members(b), [](auto& x, auto& y) {
      return x.first == y.first && same_json(x.second, y.second);
    });
  }
  if (!a.is_array()) return a.dump() == b.dump();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_json(a.at(i), b.at(i))) return false;
  }
  return true;
}

}  // namespace voiceagent
