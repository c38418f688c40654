#include "support/names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

namespace voiceagent::test {
namespace {

struct Entry {
  std::vector<std::string> addresses;
  bool held = false;
  int asked = 0;
};

std::mutex mutex;
std::condition_variable changed;
std::map<std::string, Entry> names;

using GetAddrInfo = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

int ask_system(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = reinterpret_cast<GetAddrInfo>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(host, service, hints, found);
}

// The addresses of a test's name, once it isn't held any more.
std::vector<std::string> ask_test(const std::string& name) {
  std::unique_lock lock(mutex);
  const auto known = [&] { return names.find(name); };
  if (known() != names.end()) ++known()->second.asked;
  changed.notify_all();
  changed.wait(lock, [&] { return known() == names.end() || !known()->second.held; });
  return known() != names.end() ? known()->second.addresses : std::vector<std::string>();
}

}  // namespace

TestName::TestName(std::string name, std::vector<std::string> addresses) : name_(std::move(name)) {
  const std::lock_guard lock(mutex);
  names[name_].addresses = std::move(addresses);
}

TestName::~TestName() {
  const std::lock_guard lock(mutex);
  names.erase(name_);
  changed.notify_all();
}

void TestName::hold() {
  const std::lock_guard lock(mutex);
  names[name_].held = true;
}

void TestName::release() {
  const std::lock_guard lock(mutex);
  names[name_].held = false;
  changed.notify_all();
}

bool TestName::wait_until_asked() {
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, std::chrono::seconds(50), [&] { return names[name_].asked > 0; });
}

int TestName::asked() const {
  const std::lock_guard lock(mutex);
  return names[name_].asked;
}

}  // namespace voiceagent::test

// Visible, so that the libraries find it before the system's.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* host,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** found) {
  using voiceagent::test::ask_system;
  const std::string name(host != nullptr ? host : "");
  if (!name.ends_with(".test")) return ask_system(host, service, hints, found);
  *found = nullptr;
  addrinfo** end = found;
  for (const std::string& address : voiceagent::test::ask_test(name)) {
    const int error = ask_system(address.c_str(), service, hints, end);
    if (error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *found != nullptr ? 0 : EAI_NONAME;
}
