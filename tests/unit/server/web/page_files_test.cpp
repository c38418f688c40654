#include "server/web/page_files.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using namespace voiceagent::server;

namespace fs = std::filesystem;

TEST_CASE("files of the page come from below their folder, and from nowhere else") {
  const test::TempDir folder;
  fs::create_directories(folder.path("web/sub"));
  std::ofstream(folder.path("web/index.html")) << "page";
  std::ofstream(folder.path("web/sub/a.js")) << "script";
  std::ofstream(folder.path("web/.secret")) << "secret";
  std::ofstream(folder.path("outside")) << "secret";
  fs::create_symlink(folder.path("outside"), folder.path("web/link"));
  fs::create_directories(folder.path("website"));
  std::ofstream(folder.path("website/x")) << "secret";
  const std::string web = folder.path("web");
  CHECK(*read_page_file(web, "index.html") == "page");
  CHECK(*read_page_file(web, "sub/a.js") == "script");
  for (const std::string name :
       {"", "sub", "sub/", "../outside", "sub/../../outside", "/etc/passwd", ".secret", "link",
        "..", "sub/..", "..\\outside", "../website/x", "nothing"}) {
    CAPTURE(name);
    CHECK(read_page_file(web, name).status().code() == ErrorCode::kNotFound);
  }
  CHECK_FALSE(read_page_file(web, std::string("index.html\0.js", 14)).ok());
  CHECK_FALSE(read_page_file(folder.path("nowhere"), "index.html").ok());
}
