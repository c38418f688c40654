#include "voiceagent/event_bus.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/events/publisher.h"
#include "support/alloc_counter.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

// A bus with a clock, and a note of who was called.
struct Desk {
  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  CallBoard board{*time};
  Publisher bus{"the session", *time, board};
  std::string calls;

  auto note(const std::string& name) {
    return [this, name](const event::TextIn&) { calls += name; };
  }
  auto note_any(const std::string& name) {
    return [this, name](const AnyEvent&) { calls += name; };
  }
  std::string publish() {
    calls.clear();
    bus.publish(1, event::TextIn{"hello"});
    return calls;
  }
};

}  // namespace

TEST_CASE("subscribers are called in the order of their subscribing, those of all events last") {
  Desk desk;
  const Subscription all = desk.bus.subscribe_all(desk.note_any("*"));
  const Subscription one = desk.bus.subscribe<event::TextIn>(desk.note("1"));
  const Subscription two = desk.bus.subscribe<event::TextIn>(desk.note("2"));
  const Subscription other =
      desk.bus.subscribe<event::DtmfIn>([&](const event::DtmfIn&) { desk.calls += "other"; });
  CHECK(desk.publish() == "12*");
}

TEST_CASE("who subscribes to a set of kinds gets those alone, in the order of all") {
  Desk desk;
  const Subscription some =
      desk.bus.subscribe_all(desk.note_any("s"), EventSet::of(EventKind::kDtmfIn));
  const Subscription rest =
      desk.bus.subscribe_all(desk.note_any("r"), EventSet::all().without(EventKind::kDtmfIn));
  const Subscription both = desk.bus.subscribe_all(
      desk.note_any("b"), EventSet::of(EventKind::kTextIn).with(EventKind::kDtmfIn));
  CHECK(desk.publish() == "rb");
  desk.calls.clear();
  desk.bus.publish(1, event::DtmfIn{"1"});
  CHECK(desk.calls == "sb");
}

TEST_CASE("an event that nobody wants is counted all the same") {
  Desk desk;
  std::uint64_t seq = 0;
  const Subscription one = desk.bus.subscribe<event::TextIn>(
      [&](const event::TextIn&, const EventEnvelope& envelope) { seq = envelope.seq; });
  desk.bus.publish(1, event::DtmfIn{"1"});
  desk.publish();
  CHECK(seq == 2);
}

TEST_CASE("the envelope says which session, which turn, which event and when") {
  Desk desk;
  std::vector<EventEnvelope> seen;
  const Subscription subscription = desk.bus.subscribe<event::TextIn>(
      [&](const event::TextIn&, const EventEnvelope& envelope) { seen.push_back(envelope); });
  desk.bus.publish(3, event::TextIn{"a"});
  desk.bus.publish(3, event::DtmfIn{"1"});
  desk.time->run_for(250ms);
  desk.bus.publish(4, event::TextIn{"b"});
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].session_id == "the session");
  CHECK(seen[0].turn == 3);
  CHECK(seen[0].seq == 1);
  CHECK(seen[0].time == 0ms);
  CHECK(seen[1].turn == 4);
  CHECK(seen[1].seq == 3);
  CHECK(seen[1].time == 250ms);
}

TEST_CASE("an event reaches handlers as its own type, and as any") {
  Desk desk;
  std::string text;
  std::string_view name;
  const Subscription typed =
      desk.bus.subscribe<event::TextIn>([&](const event::TextIn& e) { text = e.text; });
  const Subscription any = desk.bus.subscribe_all([&](const AnyEvent& e) {
    CHECK(e.kind() == EventKind::kTextIn);
    CHECK(e.as<event::DtmfIn>() == nullptr);
    REQUIRE(e.as<event::TextIn>() != nullptr);
    CHECK(e.as<event::TextIn>()->text == "hello");
    e.visit([&]<class E>(const E&) { name = E::kName; });
  });
  desk.publish();
  CHECK(text == "hello");
  CHECK(name == "text_in");
}

TEST_CASE("a subscription ends with its object, with reset() and with being replaced") {
  Desk desk;
  std::optional<Subscription> one = desk.bus.subscribe<event::TextIn>(desk.note("1"));
  Subscription two = desk.bus.subscribe<event::TextIn>(desk.note("2"));
  Subscription three = desk.bus.subscribe<event::TextIn>(desk.note("3"));
  CHECK(desk.publish() == "123");
  one.reset();
  CHECK(desk.publish() == "23");
  two.reset();
  CHECK_FALSE(two);
  CHECK(desk.publish() == "3");
  CHECK(three);
  three = desk.bus.subscribe<event::TextIn>(desk.note("4"));
  CHECK(desk.publish() == "4");
  const Subscription moved = std::move(three);
  CHECK(desk.publish() == "4");
}

TEST_CASE("a released subscription lasts as long as the bus") {
  Desk desk;
  desk.bus.subscribe<event::TextIn>(desk.note("1")).release();
  CHECK(desk.publish() == "1");
}

TEST_CASE(
    "a handler may end its own subscription: it is not called again, nor destroyed too soon") {
  Desk desk;
  Subscription one;
  auto alive = std::make_shared<int>(7);
  const std::weak_ptr<int> watch = alive;
  one = desk.bus.subscribe<event::TextIn>([&, alive = std::move(alive)](const event::TextIn&) {
    one.reset();
    desk.calls += std::to_string(*alive);  // still there
  });
  const Subscription two = desk.bus.subscribe<event::TextIn>(desk.note("2"));
  CHECK(desk.publish() == "72");
  CHECK(watch.expired());
  CHECK(desk.publish() == "2");
}

TEST_CASE("a handler may end another's subscription, which then misses the present event already") {
  Desk desk;
  Subscription later;
  Subscription all;
  const Subscription one = desk.bus.subscribe<event::TextIn>([&](const event::TextIn&) {
    desk.calls += "1";
    later.reset();
    all.reset();
  });
  later = desk.bus.subscribe<event::TextIn>(desk.note("2"));
  all = desk.bus.subscribe_all(desk.note_any("*"));
  CHECK(desk.publish() == "1");
}

TEST_CASE("who subscribes inside a handler hears the next event first") {
  Desk desk;
  std::vector<Subscription> more;
  const Subscription one = desk.bus.subscribe<event::TextIn>([&](const event::TextIn&) {
    desk.calls += "1";
    if (!more.empty()) return;
    for (int i = 0; i < 100; ++i) more.push_back(desk.bus.subscribe<event::TextIn>(desk.note("2")));
    more.push_back(desk.bus.subscribe_all(desk.note_any("*")));
  });
  CHECK(desk.publish() == "1");
  CHECK(desk.publish() == "1" + std::string(100, '2') + "*");
}

TEST_CASE("who subscribes inside a handler of all events hears the next event first") {
  Desk desk;
  Subscription more;
  const Subscription all = desk.bus.subscribe_all([&](const AnyEvent&) {
    desk.calls += "*";
    if (!more) more = desk.bus.subscribe_all(desk.note_any("+"));
  });
  CHECK(desk.publish() == "*");
  CHECK(desk.publish() == "*+");
}

TEST_CASE("a subscription may outlive the bus") {
  auto desk = std::make_unique<Desk>();
  Subscription one = desk->bus.subscribe<event::TextIn>(desk->note("1"));
  Subscription all = desk->bus.subscribe_all(desk->note_any("*"));
  CHECK(one);
  desk.reset();
  CHECK_FALSE(one);
  one.reset();
}

TEST_CASE("publishing allocates nothing") {
  Desk desk;
  std::uint64_t bytes = 0;
  const Subscription one =
      desk.bus.subscribe<event::TextIn>([&](const event::TextIn& e) { bytes += e.text.size(); });
  const Subscription all = desk.bus.subscribe_all(
      [&](const AnyEvent& e) { bytes += static_cast<std::uint64_t>(e.kind()); });
  const std::uint64_t before = test::allocations();
  for (int i = 0; i < 1'000; ++i) desk.bus.publish(1, event::TextIn{"hello"});
  CHECK(test::allocations() == before);
  CHECK(bytes == 1'000 * (5 + 11));
}

TEST_CASE("subscribing and leaving again and again leaves nothing behind") {
  Desk desk;
  const Subscription one = desk.bus.subscribe<event::TextIn>(desk.note("1"));
  for (int i = 0; i < 10'000; ++i) {
    const Subscription brief = desk.bus.subscribe<event::TextIn>(desk.note("2"));
  }
  CHECK(desk.publish() == "1");
}
