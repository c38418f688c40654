// The page and what belongs to it: built in, or from a folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/call.h"
#include "voiceagent/executor.h"

namespace voiceagent::server {

// Constant; any thread.
class PageFiles {
 public:
  // `folder` empty: the files that are built in.
  PageFiles(std::string folder, std::shared_ptr<WorkerPool> workers);

  // Whether there is a page at all.
  bool has_page() const { return !folder_.empty() || built_in_.contains("index.html"); }
  // Answers a GET for a path ("/" is the page itself), or says 404.
  void answer(const std::shared_ptr<Call>& call, std::string_view path) const;

 private:
  struct BuiltIn {
    std::string_view bytes;
    std::string etag;
  };

  void answer_from_folder(const std::shared_ptr<Call>& call, const std::string& name) const;

  const std::string folder_;
  const std::shared_ptr<WorkerPool> workers_;
  std::map<std::string, BuiltIn, std::less<>> built_in_;
};

// Whether there is a page in the folder; kNotFound says what is missing. Empty: the built-in one is
// meant. Blocks.
Status check_page_folder(const std::string& folder);

// Reads a file below `folder`; kNotFound for what isn't there, is hidden or lies outside. Blocks.
Result<std::string> read_page_file(const std::string& folder, const std::string& name);

}  // namespace voiceagent::server
