#include "core/hearing/turn_detection.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace voiceagent {

class TurnDetection::Port final
    : public StreamPort<Port, TurnDetectorProvider, TurnDetectorStream, TurnDetection>,
      public TurnDetectorSink {
 public:
  static Result<std::shared_ptr<Port>> open(const PortContext& context,
                                            std::shared_ptr<TurnDetectorProvider> provider,
                                            const TurnDetectorRequest& request,
                                            TurnDetection& owner) {
    std::shared_ptr<Port> port(new Port(context, std::move(provider), owner));
    if (Status status = port->start(request); !status.ok()) return status;
    return port;
  }

  void estimate(std::uint64_t question, float probability) override {
    deliver(
        [question, probability](TurnDetection& owner) { owner.estimate(question, probability); });
  }
  void error(const ProviderError& error) override { deliver_error(error); }
  void closed() override { deliver_closed(); }

 private:
  using StreamPort::StreamPort;
};

TurnDetection::TurnDetection(TurnDetectorRequest request, PortContext ports,
                             std::shared_ptr<TurnDetectorProvider> provider,
                             TurnDetectionListener& listener)
    : request_(request),
      language_(request.language),
      session_id_(request.session_id),
      ports_(std::move(ports)),
      provider_(std::move(provider)),
      listener_(listener) {
  request_.context = ports_.streams();
  request_.language = language_;
  request_.session_id = session_id_;
}

TurnDetection::~TurnDetection() {
  if (port_ != nullptr) port_->let_go();
}

void TurnDetection::begin_utterance() {
  forget();
  if (port_ != nullptr) return;
  Result<std::shared_ptr<Port>> port = Port::open(ports_, provider_, request_, *this);
  if (!port.ok()) return listener_.turn_detector_failed(port.status());
  port_ = std::move(*port);
}

void TurnDetection::frame(AudioView audio) {
  if (port_ == nullptr || port_->stream() == nullptr) return;
  const Call call = port_->calling(CallWhat::kAudio);
  port_->stream()->audio(audio);
}

void TurnDetection::ask(std::string_view transcript, std::string_view agent_said) {
  forget();
  if (port_ == nullptr || port_->stream() == nullptr) return;
  const Call call = port_->calling(CallWhat::kAsk);
  port_->stream()->ask({question_, transcript, agent_said});
}

void TurnDetection::estimate(std::uint64_t question, float probability) {
  if (question != question_ || std::isnan(probability)) return;
  listener_.turn_estimate(std::clamp(probability, 0.0F, 1.0F));
}

void TurnDetection::stream_failed(Status status) {
  port_->let_go();
  port_.reset();
  listener_.turn_detector_failed(std::move(status));
}

void TurnDetection::stream_closed() { port_.reset(); }

}  // namespace voiceagent
