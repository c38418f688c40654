// URLs of clients.
#pragma once

#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::net {

struct Url {
  std::string scheme;     // in lower case
  std::string host;       // a name, or an address without brackets
  std::string authority;  // the host with its port, as it stands in a URL
  std::string port;
  std::string target;  // path and query, at least "/"
  bool has_user = false;

  // For messages: a path or a query may hold secrets.
  std::string origin() const { return scheme + "://" + authority; }
};

// `plain` and `secure` are the schemes that are allowed, such as "http" and "https", with the ports
// 80 and 443. kInvalidArgument, without the URL in the message.
Result<Url> parse_url(const std::string& text, std::string_view plain, std::string_view secure);

}  // namespace voiceagent::net
