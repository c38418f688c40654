// How much memory things hold, by the allocator's own account: malloc counts as well as new.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "support/heap.h"

namespace voiceagent::bench {

using test::heap_bytes;

// Bytes for one of what `make` makes: the average over many that live at once.
template <class T>
double bytes_each(const std::function<T()>& make) {
  constexpr int kMany = 64;
  (void)make();  // what is allocated once and for all
  std::vector<T> all;
  all.reserve(kMany);
  const std::size_t before = heap_bytes();
  for (int i = 0; i < kMany; ++i) all.push_back(make());
  return static_cast<double>(heap_bytes() - before) / kMany;
}

}  // namespace voiceagent::bench
