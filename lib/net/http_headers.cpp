#include "net/http.h"

#include <algorithm>

namespace voiceagent::net {

std::string_view HttpHeaders::get(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return {};
}

bool HttpHeaders::has(std::string_view name) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const auto& item) { return item.first == name; });
}

void HttpHeaders::set(std::string name, std::string value) {
  std::erase_if(items_, [&](const auto& item) { return item.first == name; });
  add(std::move(name), std::move(value));
}

void HttpHeaders::add(std::string name, std::string value) {
  items_.emplace_back(std::move(name), std::move(value));
}

}  // namespace voiceagent::net
