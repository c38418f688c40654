// multipart/form-data (RFC 7578): the parts of a form that a browser or curl -F sends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

namespace voiceagent::server {

struct FormPart {
  std::string name;
  std::string file_name;     // empty: a plain field
  std::string content_type;  // empty: not said
  std::string_view body;     // into the text that was parsed
};

// The boundary that a content-type header names; empty when it isn't a form or names none.
std::string form_boundary(std::string_view content_type);

// The parts in their order. kInvalidArgument says what is wrong with the form.
Result<std::vector<FormPart>> parse_form(std::string_view body, std::string_view boundary);

// The value of a parameter in a header such as `form-data; name="a b"`; empty when it isn't there.
std::string header_parameter(std::string_view header, std::string_view name);

}  // namespace voiceagent::server
