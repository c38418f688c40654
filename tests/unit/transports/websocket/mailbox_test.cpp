#include "transports/websocket/mailbox.h"

#include <string>

#include "support/catch.h"
#include "voiceagent/executor.h"

namespace voiceagent::transports {
namespace {

struct Rig {
  // Room for so many messages with so many bytes in all.
  Rig(std::size_t messages, std::size_t bytes) {
    box = Mailbox::create(time, messages * Mailbox::kOverhead + bytes, [this](Mail& mail) {
      const char* const kinds = "tadc";
      log += kinds[static_cast<int>(mail.kind)] + mail.bytes + ' ';
    });
  }
  bool text(std::string bytes) { return box->post({Mail::Kind::kText, 0, std::move(bytes)}); }
  bool audio(std::string bytes) { return box->post({Mail::Kind::kAudio, 0, std::move(bytes)}); }
  std::string run() {
    time->run_for(Duration(0));
    return std::exchange(log, {});
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::string log;
  std::shared_ptr<Mailbox> box;
};

}  // namespace

TEST_CASE("mailbox: messages arrive in order, on the other executor") {
  Rig rig(10, 100);
  CHECK(rig.text("1"));
  CHECK(rig.audio("2"));
  CHECK(rig.text("3"));
  CHECK(rig.log.empty());
  CHECK(rig.run() == "t1 a2 t3 ");
  CHECK(rig.text("4"));
  CHECK(rig.run() == "t4 ");
  CHECK(rig.box->queued_bytes() == 0);
}

TEST_CASE("mailbox: the oldest audio makes room, for audio and for texts") {
  Rig rig(2, 4);
  CHECK(rig.audio("aa"));
  CHECK(rig.audio("bb"));
  CHECK(rig.audio("cc"));
  CHECK(rig.text("tt"));
  CHECK(rig.box->dropped() == 2);
  CHECK(rig.run() == "acc ttt ");
}

TEST_CASE("mailbox: texts are never dropped: they are refused, a close never is") {
  Rig rig(1, 4);
  CHECK(rig.text("1234"));
  CHECK_FALSE(rig.text("5"));
  CHECK(rig.audio("6"));  // lost, as audio may be
  CHECK(rig.box->post({Mail::Kind::kClose, 1000, "bye"}));
  CHECK(rig.run() == "t1234 cbye ");
}

TEST_CASE("mailbox: audio that is taken out doesn't arrive, and the other side is told") {
  Rig rig(10, 100);
  CHECK(rig.audio("old"));
  CHECK(rig.text("t"));
  rig.box->drop_audio();
  CHECK(rig.audio("new"));
  CHECK(rig.run() == "tt d anew ");
  CHECK(rig.box->dropped() == 0);
}

TEST_CASE("mailbox: messages without bytes take room too") {
  Rig rig(1000, 0);
  for (int i = 0; i < 1000; ++i) CHECK(rig.text(""));
  CHECK_FALSE(rig.text(""));
  for (int i = 0; i < 10; ++i) CHECK(rig.audio(""));
  CHECK(rig.box->dropped() == 10);
  CHECK(rig.run().size() == 2 * 1000);
  CHECK(rig.box->queued_bytes() == 0);
}

TEST_CASE("mailbox: dropping audio again and again is told once") {
  Rig rig(10, 100);
  CHECK(rig.text("t"));
  for (int i = 0; i < 1000; ++i) {
    CHECK(rig.audio("a"));
    rig.box->drop_audio();
  }
  CHECK(rig.box->queued_bytes() == 2 * Mailbox::kOverhead + 1);
  CHECK(rig.text("u"));
  rig.box->drop_audio();
  CHECK(rig.run() == "tt d tu d ");
}

}  // namespace voiceagent::transports
