// The counters of one owner, looked up by name.
//
// Threads: as CountersReader.
// Not here: names of owners and counters (ringbuf/counter_names.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/unix_nanos.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::cli {

class CounterOwner {
 public:
  /// `counters` outlives it.
  CounterOwner(const ringbuf::CountersReader& counters, std::string name)
      : counters_(&counters), name_(std::move(name)) {}

  /// None: the daemon does not count it.
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view counter) const {
    return counters_->find(name_, counter);
  }
  [[nodiscard]] std::uint64_t value(std::string_view counter) const { return find(counter).value_or(0); }
  /// A point in time; none while it is 0.
  [[nodiscard]] std::optional<platform::UnixNanos> time(std::string_view counter) const {
    const std::uint64_t nanos = value(counter);
    if (nanos == 0) return std::nullopt;
    return platform::UnixNanos{static_cast<std::int64_t>(nanos)};
  }

 private:
  const ringbuf::CountersReader* counters_;
  std::string name_;
};

}  // namespace tickplant::cli
