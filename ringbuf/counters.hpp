// Counts what happens, where anybody can read it: no call, no lock, and still there after a crash.
//
// Threads: registration at start, by one thread. Each Counter then belongs to one thread. CountersReader: any thread of
// any process. Not here: turning them into metrics (exporter), what each one means for an operator (its `meaning`, and
// docs/operations.md).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ringbuf/counters_layout.hpp"
#include "ringbuf/payload_view.hpp"

namespace tickplant::ringbuf {

/// One value. Copies write the same place, so they stay within the thread that owns it.
class Counter {
 public:
  explicit Counter(std::atomic<std::uint64_t>& value) noexcept : value_(&value) {}

  // Relaxed load and store, not a locked add: there is one writer, and nothing is read through a counter.
  void add(std::uint64_t amount) noexcept { set(value() + amount); }
  void set(std::uint64_t value) noexcept { value_->store(value, std::memory_order_relaxed); }
  void raise_to(std::uint64_t value) noexcept {
    if (value > this->value()) set(value);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_->load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t>* value_;
};

/// What a counter is. Lengths: name 1 to 63, meaning 1 to 127, unit 1 to 15, owner 1 to 31 bytes.
struct CounterSpec {
  std::string_view name;
  std::string_view meaning;
  std::string_view unit;
  CounterKind kind = CounterKind::total;
};

class CountersWriter {
 public:
  static constexpr std::uint64_t payload_bytes(std::uint32_t capacity) noexcept {
    return counters_values_offset(capacity) + std::uint64_t{platform::kCacheLineBytes} * capacity;
  }

  /// `payload`: zeroed, or left by a predecessor: totals then go on where it stopped.
  CountersWriter(std::span<std::byte> payload, std::uint32_t capacity);

  /// The counter of that owner and name; `owner` is the thread that will write it. Throws SetupError: the table is
  /// full, a text is empty or too long, registered twice, or left by a predecessor with another kind.
  Counter add(std::string_view owner, const CounterSpec& spec);

 private:
  [[nodiscard]] std::uint32_t free_value_index(std::string_view owner) const noexcept;

  CounterControl* control_;
  std::span<CounterDescriptor> descriptors_;
  std::span<std::atomic<std::uint64_t>> values_;
  std::vector<bool> is_registered_;  // in this life, by descriptor
};

/// A counter as read; the texts point into the table.
struct CounterReading {
  std::string_view owner;
  std::string_view name;
  std::string_view meaning;
  std::string_view unit;
  CounterKind kind = CounterKind::total;
  std::uint64_t value = 0;
};

class CountersReader {
 public:
  /// Throws SetupError when the table claims more than `payload` has.
  explicit CountersReader(std::span<const std::byte> payload);

  /// Counters registered so far; more may follow.
  [[nodiscard]] std::size_t size() const noexcept;
  /// `index` < size(), in the order of registration. Values are each exact, not of one common instant.
  [[nodiscard]] CounterReading read(std::size_t index) const noexcept;
  /// The value of one counter, if there is one.
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view owner, std::string_view name) const noexcept;

 private:
  const CounterControl* control_;
  std::span<const CounterDescriptor> descriptors_;
  std::span<const std::atomic<std::uint64_t>> values_;
};

}  // namespace tickplant::ringbuf
