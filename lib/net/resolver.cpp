#include "net/resolver.h"

#include <netdb.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <utility>

namespace voiceagent::net {
namespace {

constexpr Duration kKeepFor{60'000'000'000};
constexpr std::size_t kMaxKnown = 256;

// Belongs to libuv until its callback; the Lookup outside only points to it.
struct Question {
  uv_getaddrinfo_t request{};
  std::string host;
  UniqueFunction<void(Result<Addresses>)> answer;  // empty when nobody wants it any more
};

Addresses numeric(const addrinfo* list) {
  Addresses found;
  for (; list != nullptr; list = list->ai_next) {
    std::array<char, 64> text{};
    const int failed = list->ai_family == AF_INET6
                           ? uv_ip6_name(reinterpret_cast<const sockaddr_in6*>(list->ai_addr),
                                         text.data(), text.size())
                           : uv_ip4_name(reinterpret_cast<const sockaddr_in*>(list->ai_addr),
                                         text.data(), text.size());
    std::string address(text.data());
    if (failed == 0 && std::find(found.begin(), found.end(), address) == found.end()) {
      found.push_back(std::move(address));
    }
  }
  return found;
}

Status unresolved(const std::string& host, int error) {
  return unavailable("the name \"" + host + "\" can't be resolved: " + uv_strerror(error));
}

void on_answer(uv_getaddrinfo_t* request, int error, addrinfo* list) {
  const std::unique_ptr<Question> question(static_cast<Question*>(request->data));
  Addresses found = numeric(list);
  uv_freeaddrinfo(list);
  if (!question->answer) return;
  if (found.empty()) {
    question->answer(unresolved(question->host, error != 0 ? error : UV_EAI_NODATA));
  } else {
    question->answer(std::move(found));
  }
}

class UvLookup final : public Lookup {
 public:
  UvLookup(Loop& loop, const std::string& host, UniqueFunction<void(Result<Addresses>)> answer)
      : question_(new Question{{}, host, {}}) {
    question_->request.data = question_;
    question_->answer = [this, answer = std::move(answer)](Result<Addresses> found) mutable {
      question_ = nullptr;  // first: the answer may drop the lookup
      answer(std::move(found));
    };
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    const int error =
        uv_getaddrinfo(loop.uv(), &question_->request, on_answer, host.c_str(), nullptr, &hints);
    if (error == 0) return;
    // A name that is empty or too long; told later, like every answer.
    loop.post([error, question = std::unique_ptr<Question>(question_)] {
      if (question->answer) question->answer(unresolved(question->host, error));
    });
  }
  ~UvLookup() override {
    if (question_ == nullptr) return;
    question_->answer = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&question_->request));  // if nobody works on it yet
  }
  UvLookup(const UvLookup&) = delete;
  UvLookup& operator=(const UvLookup&) = delete;

 private:
  Question* question_;
};

}  // namespace

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return uv_inet_pton(AF_INET, host.c_str(), bytes.data()) == 0 ||
         uv_inet_pton(AF_INET6, host.c_str(), bytes.data()) == 0;
}

std::unique_ptr<Lookup> look_up(Loop& loop, const std::string& host,
                                UniqueFunction<void(Result<Addresses>)> answer) {
  return std::make_unique<UvLookup>(loop, host, std::move(answer));
}

const Addresses* AddressCache::find(const std::string& host, Time now) const {
  const auto at = known_.find(host);
  return at != known_.end() && now < at->second.until ? &at->second.addresses : nullptr;
}

void AddressCache::put(const std::string& host, Addresses addresses, Time now) {
  if (known_.size() >= kMaxKnown) {
    std::erase_if(known_, [&](const auto& item) { return item.second.until <= now; });
    if (known_.size() >= kMaxKnown) known_.clear();
  }
  known_[host] = {std::move(addresses), now + kKeepFor};
}

}  // namespace voiceagent::net
