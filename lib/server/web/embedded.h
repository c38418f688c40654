// The page's files, inside the library: made from examples/web at build time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace voiceagent::server {

struct EmbeddedFile {
  std::string_view name;  // "index.html"
  std::string_view bytes;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace voiceagent::server
