// Addresses of the internet and ranges of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

struct sockaddr;

namespace voiceagent::net {

// IPv4 or IPv6; an IPv4 address that is written as an IPv6 one is the same address.
class IpAddress {
 public:
  IpAddress() = default;  // ::
  static IpAddress of(const sockaddr& address);
  // "10.1.2.3", "::1", "[::1]"; a zone ("%eth0") isn't part of it.
  static std::optional<IpAddress> parse(std::string_view text);

  std::string to_string() const;
  bool is_v4() const;
  bool is_loopback() const;  // 127.0.0.0/8, ::1
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  bool operator==(const IpAddress& other) const { return bytes_ == other.bytes_; }
  struct Hash {
    std::size_t operator()(const IpAddress& address) const;
  };

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// One address or a network ("10.0.0.0/8", "fd00::/8").
class IpRange {
 public:
  static Result<IpRange> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  int bits_ = 128;
};

// A name or an address without the port after it: "localhost:80", "9.9.9.9:5555", "[::1]:80". Text
// that doesn't end in a port is returned whole.
std::string_view without_port(std::string_view text);

// Who sent a request that came from `peer` with this X-Forwarded-For: the last address in it that
// isn't a trusted proxy's own, with or without a port; `peer` itself unless that is one.
IpAddress client_address(const IpAddress& peer, std::string_view forwarded_for,
                         const std::vector<IpRange>& trusted);

// Whether what listens on this name or address is in reach of its own machine only: "localhost" or
// an address of the loopback.
bool is_loopback_host(std::string_view host);

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address);

}  // namespace voiceagent::net
