#include "ringbuf/counters.hpp"

#include <algorithm>
#include <string>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;
using Value = std::atomic<std::uint64_t>;

std::string full_name(std::string_view owner, std::string_view name) {
  return "counter '" + std::string(owner) + "." + std::string(name) + "'";
}

template <std::size_t Bytes>
void check_text(std::string_view what, std::string_view text, const std::array<char, Bytes>& field,
                const std::string& counter) {
  if (!text.empty() && text.size() <= text_capacity(field)) return;
  throw SetupError(counter + ": its " + std::string(what) + " has " + std::to_string(text.size()) + " bytes",
                   "use 1 to " + std::to_string(text_capacity(field)));
}

}  // namespace

CountersWriter::CountersWriter(std::span<std::byte> payload, std::uint32_t capacity)
    : control_(&object_at<CounterControl>(payload, 0)),
      descriptors_(array_at<CounterDescriptor>(payload, sizeof(CounterControl), capacity)),
      values_(array_at<Value>(payload, counters_values_offset(capacity), kCountersPerLine * capacity)),
      is_registered_(capacity, false) {
  TP_CHECK(control_->capacity == 0 || control_->capacity == capacity);
  control_->capacity = capacity;
}

Counter CountersWriter::add(std::string_view owner, const CounterSpec& spec) {
  const std::string counter = full_name(owner, spec.name);
  CounterDescriptor descriptor;
  check_text("owner", owner, descriptor.owner, counter);
  check_text("name", spec.name, descriptor.name, counter);
  check_text("meaning", spec.meaning, descriptor.meaning, counter);
  check_text("unit", spec.unit, descriptor.unit, counter);

  const std::uint64_t count = control_->count.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) {
    const CounterDescriptor& known = descriptors_[i];
    if (text_of(known.owner) != owner || text_of(known.name) != spec.name) continue;
    if (is_registered_[i]) throw SetupError(counter + " is registered twice", "give each its own name");
    if (known.kind != spec.kind) {
      throw SetupError(counter + " has changed its kind since the plant that left these segments",
                       "remove the counters segment, or give the counter a new name");
    }
    is_registered_[i] = true;
    Counter kept(values_[known.value_index]);
    if (spec.kind == CounterKind::level) kept.set(0);
    return kept;
  }
  if (count == descriptors_.size()) {
    throw SetupError(counter + " has no place: the table holds " + std::to_string(count), "raise its capacity");
  }

  set_text(descriptor.owner, owner);
  set_text(descriptor.name, spec.name);
  set_text(descriptor.meaning, spec.meaning);
  set_text(descriptor.unit, spec.unit);
  descriptor.kind = spec.kind;
  descriptor.value_index = free_value_index(owner);
  descriptors_[count] = descriptor;
  is_registered_[count] = true;
  // W13 -> R13: whoever sees the count sees the descriptors below it.
  control_->count.store(count + 1, std::memory_order_release);
  return Counter(values_[descriptor.value_index]);
}

std::uint32_t CountersWriter::free_value_index(std::string_view owner) const noexcept {
  // Behind the owner's last value if its line has room, else the first of a line that nobody has.
  std::uint32_t owners_next = 0;
  std::uint32_t free_line = 0;
  for (std::size_t i = 0; i < control_->count.load(std::memory_order_relaxed); ++i) {
    const std::uint32_t next = descriptors_[i].value_index + 1;
    if (text_of(descriptors_[i].owner) == owner) owners_next = std::max(owners_next, next);
    free_line = std::max(free_line, static_cast<std::uint32_t>((next + kCountersPerLine - 1) / kCountersPerLine));
  }
  const bool has_room = owners_next % kCountersPerLine != 0;
  return has_room ? owners_next : free_line * static_cast<std::uint32_t>(kCountersPerLine);
}

CountersReader::CountersReader(std::span<const std::byte> payload) {
  check_payload("counters", sizeof(CounterControl), payload.size());
  control_ = &object_at<CounterControl>(payload, 0);
  const std::uint64_t capacity = control_->capacity;
  check_payload("counters", capacity <= payload.size() ? counters_values_offset(capacity) + 64 * capacity : capacity,
                payload.size());
  descriptors_ = array_at<CounterDescriptor>(payload, sizeof(CounterControl), capacity);
  values_ = array_at<Value>(payload, counters_values_offset(capacity), kCountersPerLine * capacity);
}

std::size_t CountersReader::size() const noexcept {
  return std::min<std::size_t>(control_->count.load(std::memory_order_acquire), descriptors_.size());  // R13 <- W13
}

CounterReading CountersReader::read(std::size_t index) const noexcept {
  TP_CHECK(index < descriptors_.size());
  const CounterDescriptor& descriptor = descriptors_[index];
  const std::size_t value_index = std::min<std::size_t>(descriptor.value_index, values_.size() - 1);
  return {text_of(descriptor.owner), text_of(descriptor.name), text_of(descriptor.meaning),
          text_of(descriptor.unit),  descriptor.kind,          values_[value_index].load(std::memory_order_relaxed)};
}

std::optional<std::uint64_t> CountersReader::find(std::string_view owner, std::string_view name) const noexcept {
  for (std::size_t i = 0; i < size(); ++i) {
    const CounterReading reading = read(i);
    if (reading.owner == owner && reading.name == name) return reading.value;
  }
  return std::nullopt;
}

}  // namespace tickplant::ringbuf
