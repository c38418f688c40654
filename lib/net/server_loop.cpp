#include "net/server_loop.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "net/http_connection.h"
#include "net/stream.h"

namespace voiceagent::net {

namespace {

// Often enough for the shortest deadline.
Duration tick_period(const HttpServerOptions& options) {
  Duration shortest =
      std::min({options.header_timeout, options.request_timeout, options.keep_alive_timeout,
                options.web_socket.stall, options.web_socket.message_timeout});
  const Duration ping = options.web_socket.ping;
  if (ping > Duration()) shortest = std::min(shortest, ping);
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(5),
                              std::chrono::milliseconds(250));
}

}  // namespace

ServerLoop::ServerLoop(std::shared_ptr<ServerShared> shared, std::shared_ptr<Loop> loop)
    : ConnectionSet(std::move(loop), tick_period(shared->options), shared->options.incoming),
      shared_(std::move(shared)) {}

void ServerLoop::take(Descriptor descriptor, Place place) {
  if (loop()->is_current()) return accept(std::move(descriptor), std::move(place));
  coming_.fetch_add(1, std::memory_order_relaxed);
  loop()->post([self = shared_self(), descriptor = std::move(descriptor),
                place = std::move(place)]() mutable {
    self->coming_.fetch_sub(1, std::memory_order_relaxed);
    self->accept(std::move(descriptor), std::move(place));
  });
}

void ServerLoop::accept(Descriptor descriptor, Place place) {
  auto stream = std::make_unique<Stream>(loop()->uv(), std::move(descriptor), shared_->tls());
  const auto connection =
      std::make_shared<HttpConnection>(*this, std::move(stream), std::move(place));
  add(connection);
  connection->start();
  if (draining()) connection->drain();  // it was on its way here
}

void ServerLoop::drain() {
  for (const auto& connection : all()) connection->drain();
}

std::size_t ServerLoop::cut() {
  const auto open = all();
  for (const auto& connection : open) connection->cut();
  return open.size();
}

void ServerLoop::abort() {
  for (const auto& connection : all()) connection->abort();
}

std::string_view ServerLoop::date() {
  const std::int64_t second = loop()->wall_time_ms() / 1000;
  if (second == date_second_) return date_;
  date_second_ = second;
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto time = static_cast<std::time_t>(second);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                parts.tm_hour, parts.tm_min, parts.tm_sec);
  date_ = text.data();
  return date_;
}

}  // namespace voiceagent::net
