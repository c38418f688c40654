#include "net/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace voiceagent::net {

namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kV4Bits = 96;

}  // namespace

IpAddress IpAddress::of(const sockaddr& address) {
  IpAddress result;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), result.bytes_.begin());
    std::memcpy(result.bytes_.data() + kV4Prefix.size(), &v4.sin_addr, 4);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof(v6));
    std::memcpy(result.bytes_.data(), &v6.sin6_addr, result.bytes_.size());
  }
  return result;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton() ends there
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string copy(text.substr(0, text.find('%')));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, copy.c_str(), &v4.sin_addr) == 1) {
    return of(reinterpret_cast<const sockaddr&>(v4));
  }
  IpAddress result;
  if (inet_pton(AF_INET6, copy.c_str(), result.bytes_.data()) == 1) return result;
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

bool IpAddress::is_loopback() const {
  static constexpr std::array<std::uint8_t, 16> kV6Loopback{0, 0, 0, 0, 0, 0, 0, 0,
                                                            0, 0, 0, 0, 0, 0, 0, 1};
  return is_v4() ? bytes_[kV4Prefix.size()] == 127 : bytes_ == kV6Loopback;
}

std::string_view without_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return text;
  const std::string_view port = text.substr(colon + 1);
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::string_view host = text.substr(0, colon);
  const bool lone_colon = host.find(':') == std::string_view::npos;
  return digits && (lone_colon || host.ends_with(']')) ? host : text;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback();
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kV4Prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

std::size_t IpAddress::Hash::operator()(const IpAddress& address) const {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes_.data(), sizeof(high));
  std::memcpy(&low, address.bytes_.data() + sizeof(high), sizeof(low));
  const std::uint64_t mixed = (high ^ low) * 0x9E3779B97F4A7C15;
  return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

Result<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  IpRange range;
  int most = 128;
  if (base) {
    range.base_ = *base;
    most = base->is_v4() ? 32 : 128;
  }
  int bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    bits = digits.empty() || digits.size() > 3 ? -1 : 0;
    for (char c : digits) bits = c < '0' || c > '9' || bits < 0 ? -1 : bits * 10 + (c - '0');
  }
  if (!base || bits < 0 || bits > most) {
    return invalid_argument("\"" + std::string(text) +
                            "\" is neither an address nor a network such as 10.0.0.0/8");
  }
  range.bits_ = bits + (most == 32 ? kV4Bits : 0);
  return range;
}

bool IpRange::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  const auto& mine = base_.bytes();
  const auto& other = address.bytes();
  if (!std::equal(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(whole), other.begin())) {
    return false;
  }
  return bits_ % 8 == 0 || (mine[whole] ^ other[whole]) >> (8 - bits_ % 8) == 0;
}

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const IpRange& range) { return range.contains(address); });
}

IpAddress client_address(const IpAddress& peer, std::string_view forwarded_for,
                         const std::vector<IpRange>& trusted) {
  IpAddress client = peer;
  while (!forwarded_for.empty() && contains(trusted, client)) {
    const std::size_t comma = forwarded_for.rfind(',');
    const bool last = comma == std::string_view::npos;
    const std::string_view hop = trim(last ? forwarded_for : forwarded_for.substr(comma + 1));
    const auto next = IpAddress::parse(without_port(hop));
    if (!next) break;
    client = *next;
    forwarded_for = last ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace voiceagent::net
