// Room for one more instrument: a vector that doubles keeps half of the state's memory in reserve.
//
// Threads: set-up, and when an instrument is new.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tickplant::analytics {

/// `count` more elements, all zero. Grows by an eighth.
template <class T>
void extend(std::vector<T>& vector, std::size_t count) {
  const std::size_t wanted = vector.size() + count;
  if (wanted > vector.capacity()) vector.reserve(vector.size() + std::max(64 * count, vector.size() / 8));
  vector.resize(wanted);
}

}  // namespace tickplant::analytics
