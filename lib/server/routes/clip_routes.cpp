// Speech that was kept for a client: what voice_url leads to.
#include "server/http/content.h"
#include "server/routes/routes.h"

namespace voiceagent::server {
namespace {

void answer_clip(const Services& services, const std::shared_ptr<Call>& call) {
  const auto clip = services.host->find_clip(call->parameter("name"), call->principal());
  if (clip == nullptr) {
    return call->fail(problem(
        404, "there is no such clip, or no longer: clips are kept for " +
                 std::to_string(services.options.http.clip_lifetime / std::chrono::seconds(1)) +
                 " s"));
  }
  Content content;
  content.bytes = clip->bytes;
  content.content_type = clip->content_type;
  content.etag = etag_of(clip->bytes);
  content.cache_control = "private, no-store";
  call->answer(content_response(call->request(), content));
}

}  // namespace

void add_clip_routes(Services& services) {
  services.router.add(
      {"GET", "/voice/clips/{name}", "Speech that a voice_url leads to",
       [&services](const std::shared_ptr<Call>& call) { answer_clip(services, call); }});
}

}  // namespace voiceagent::server
