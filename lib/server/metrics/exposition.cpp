#include "server/metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace voiceagent::server {

void Exposition::counter(std::string name, std::string help) {
  begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

void Exposition::gauge(std::string name, std::string help) {
  begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

void Exposition::histogram(std::string name, std::string help) {
  begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

void Exposition::begin(std::string name, std::string help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  families_.push_back(std::move(family));
}

prometheus::ClientMetric& Exposition::metric(Labels labels) {
  prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
  for (const auto& [name, value] : labels) {
    metric.label.push_back({std::string(name), std::string(value)});
  }
  return metric;
}

void Exposition::value(double value, Labels labels) {
  prometheus::ClientMetric& one = metric(labels);
  if (families_.back().type == prometheus::MetricType::Counter) {
    one.counter.value = value;
  } else {
    one.gauge.value = value;
  }
}

void Exposition::value(const DurationHistogram& histogram, Labels labels) {
  prometheus::ClientMetric::Histogram& one = metric(labels).histogram;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= DurationHistogram::kBounds.size(); ++i) {
    count += histogram.bucket(i);
    const bool last = i == DurationHistogram::kBounds.size();
    one.bucket.push_back(
        {count, last ? std::numeric_limits<double>::infinity() : DurationHistogram::kBounds[i]});
  }
  one.sample_count = count;
  one.sample_sum = histogram.sum_seconds();
}

std::string Exposition::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_);
  return out.str();
}

}  // namespace voiceagent::server
