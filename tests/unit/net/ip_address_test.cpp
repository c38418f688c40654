#include "net/ip_address.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::net;

namespace {

bool in(const std::string& range, const std::string& address) {
  return IpRange::parse(range).value().contains(IpAddress::parse(address).value());
}

std::string client(const std::string& peer, const std::string& forwarded,
                   const std::vector<std::string>& proxies) {
  std::vector<IpRange> trusted;
  for (const std::string& proxy : proxies) trusted.push_back(IpRange::parse(proxy).value());
  return client_address(IpAddress::parse(peer).value(), forwarded, trusted).to_string();
}

}  // namespace

TEST_CASE("addresses are read and written; the two ways to write an IPv4 one are one address") {
  for (const char* text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::5"}) {
    CHECK(IpAddress::parse(text).value().to_string() == text);
  }
  CHECK(IpAddress::parse("::ffff:1.2.3.4") == IpAddress::parse("1.2.3.4"));
  CHECK(IpAddress::parse("[fe80::1%eth0]").value().to_string() == "fe80::1");
  for (const char* text : {"", "1.2.3", "1.2.3.256", "a", "::1::", "1.2.3.4:80"}) {
    CHECK_FALSE(IpAddress::parse(text));
  }
}

TEST_CASE("loopback is 127.0.0.0/8, ::1 and localhost, not what only begins like them") {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.1.2", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const char* host : {"", "127.", "127.example.invalid", "127.0.0.1.example", "128.0.0.1",
                           "0.0.0.0", "::", "::2", "localhost.example"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}

TEST_CASE("a network holds the addresses with its bits") {
  CHECK(in("10.0.0.0/8", "10.255.1.2"));
  CHECK_FALSE(in("10.0.0.0/8", "11.0.0.0"));
  CHECK(in("192.168.4.0/22", "192.168.7.255"));
  CHECK_FALSE(in("192.168.4.0/22", "192.168.8.0"));
  CHECK(in("1.2.3.4", "1.2.3.4"));
  CHECK_FALSE(in("1.2.3.4", "1.2.3.5"));
  CHECK(in("0.0.0.0/0", "9.9.9.9"));
  CHECK_FALSE(IpAddress::parse(std::string_view("::\0.example", 11)).has_value());
  CHECK_FALSE(in("0.0.0.0/0", "::1"));
  CHECK(in("fd00::/8", "fdff::1"));
  CHECK(in("::/0", "1.2.3.4"));
  for (const char* text :
       {"", "a/8", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/x", "::/129"}) {
    CHECK_FALSE(IpRange::parse(text).ok());
  }
}

TEST_CASE("the client is the last address that isn't a trusted proxy") {
  CHECK(client("1.1.1.1", "2.2.2.2", {}) == "1.1.1.1");
  CHECK(client("10.0.0.1", "2.2.2.2", {"10.0.0.0/8"}) == "2.2.2.2");
  CHECK(client("10.0.0.1", "3.3.3.3, 2.2.2.2", {"10.0.0.0/8"}) == "2.2.2.2");
  CHECK(client("10.0.0.1", "3.3.3.3,2.2.2.2 , 10.0.0.2", {"10.0.0.0/8"}) == "2.2.2.2");
  CHECK(client("10.0.0.1", "10.0.0.3, 10.0.0.2", {"10.0.0.0/8"}) == "10.0.0.3");
  CHECK(client("10.0.0.1", "nonsense", {"10.0.0.0/8"}) == "10.0.0.1");
  CHECK(client("10.0.0.1", "9.9.9.9:5555", {"10.0.0.0/8"}) == "9.9.9.9");
  CHECK(client("10.0.0.1", "[2001:db8::1]:1, 10.0.0.2:80", {"10.0.0.0/8"}) == "2001:db8::1");
  CHECK(client("10.0.0.1", "2001:db8::1:80", {"10.0.0.0/8"}) == "2001:db8::1:80");
  for (const char* wrong : {"9.9.9.9:", "9.9.9.9:x", ":80", "[::1]x:80"}) {
    CHECK(client("10.0.0.1", wrong, {"10.0.0.0/8"}) == "10.0.0.1");
  }
  CHECK(client("10.0.0.1", "2.2.2.2, ", {"10.0.0.0/8"}) == "10.0.0.1");
  CHECK(client("::1", "2001:db8::1", {"::1"}) == "2001:db8::1");
}
