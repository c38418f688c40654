#include "server/web/page_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "server/http/content.h"
#include "server/web/embedded.h"

namespace voiceagent::server {
namespace {

constexpr std::string_view kPage = "index.html";
constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{32} << 20;

// What a browser may load for the page: everything of our own, and the microphone.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; script-src 'self'; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

net::HttpResponse page_response(const net::HttpRequest& request, std::string_view name,
                                std::string_view bytes, std::string etag) {
  Content content;
  content.bytes = bytes;
  content.content_type = content_type_of(name);
  content.etag = std::move(etag);
  net::HttpResponse response = content_response(request, content);
  response.headers.set("content-security-policy", std::string(kPagePolicy));
  response.headers.set("permissions-policy", "microphone=(self)");
  if (name == kPage) response.headers.set("vary", "accept");  // at "/" programs get JSON
  return response;
}

Problem no_file(std::string_view path) {
  return problem(404, "nothing is served at " + std::string(path) + "; GET / lists what there is");
}

// Whether a name stays inside its folder, and shows no hidden file.
bool is_harmless(std::string_view name) {
  if (name.find_first_of(std::string_view("\\:\0", 3)) != std::string_view::npos) return false;
  for (const auto& part : std::filesystem::path(name)) {
    if (part.empty() || part.string().starts_with('.') || part.has_root_directory()) return false;
  }
  return !name.empty();
}

}  // namespace

PageFiles::PageFiles(std::string folder, std::shared_ptr<WorkerPool> workers)
    : folder_(std::move(folder)), workers_(std::move(workers)) {
  for (const EmbeddedFile& file : embedded_files()) {
    built_in_.emplace(file.name, BuiltIn{file.bytes, etag_of(file.bytes)});
  }
}

void PageFiles::answer(const std::shared_ptr<Call>& call, std::string_view path) const {
  const std::string name(path == "/" ? kPage : path.substr(1));
  if (!folder_.empty()) return answer_from_folder(call, name);
  const auto found = built_in_.find(name);
  if (found == built_in_.end()) return call->fail_unrouted(no_file(path));
  call->answer(page_response(call->request(), name, found->second.bytes, found->second.etag));
}

void PageFiles::answer_from_folder(const std::shared_ptr<Call>& call,
                                   const std::string& name) const {
  const auto read = [call, folder = folder_, name]() mutable {
    auto bytes = std::make_shared<Result<std::string>>(read_page_file(folder, name));
    const std::shared_ptr<net::Loop> loop = call->loop();
    loop->post([call = std::move(call), name = std::move(name), bytes = std::move(bytes)] {
      if (!bytes->ok()) return call->fail_unrouted(no_file(call->request().path));
      call->answer(page_response(call->request(), name, **bytes, etag_of(**bytes)));
    });
  };
  if (Status status = workers_->submit(read); !status.ok()) call->fail(status);
}

Status check_page_folder(const std::string& folder) {
  if (folder.empty() || read_page_file(folder, std::string(kPage)).ok()) return {};
  return not_found("web_dir: there is no page in '" + folder + "': it must have a file " +
                   std::string(kPage));
}

Result<std::string> read_page_file(const std::string& folder, const std::string& name) {
  namespace fs = std::filesystem;
  const Status missing = not_found("there is no file '" + name + "'");
  if (!is_harmless(name)) return missing;
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) return missing;
  const fs::path file = fs::canonical(root / fs::path(name), error);
  if (error || !fs::is_regular_file(file, error)) return missing;
  // A link may lead outside.
  if (std::ranges::mismatch(root, file).in1 != root.end()) return missing;
  if (fs::file_size(file, error) > kMaxFileBytes || error) return missing;
  std::ifstream in(file, std::ios::binary);
  if (!in) return missing;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace voiceagent::server
