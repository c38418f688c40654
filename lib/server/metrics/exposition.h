// Builds the text that Prometheus reads.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "server/metrics/counters.h"

namespace voiceagent::server {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Begins a family; what follows belongs to it.
  void counter(std::string name, std::string help);
  void gauge(std::string name, std::string help);
  void histogram(std::string name, std::string help);

  // One more value of the family. A counter or a gauge:
  void value(double value, Labels labels = {});
  // A histogram:
  void value(const DurationHistogram& histogram, Labels labels = {});

  std::string text() const;

 private:
  void begin(std::string name, std::string help, prometheus::MetricType type);
  prometheus::ClientMetric& metric(Labels labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace voiceagent::server
