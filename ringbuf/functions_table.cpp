#include "ringbuf/functions_table.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/payload_view.hpp"

namespace tickplant::ringbuf {

FunctionsWriter::FunctionsWriter(std::span<std::byte> payload, std::uint32_t capacity, const FunctionsHead& head)
    : control_(&object_at<FunctionsControl>(payload, 0)),
      entries_(array_at<FunctionEntry>(payload, 0, std::size_t{capacity} + 1)) {
  TP_CHECK(capacity >= 1 && capacity <= kFunctionsMax && control_->count.load(std::memory_order_relaxed) == 0);
  control_->capacity = capacity;
  control_->shard_count = head.shard_count;
  set_config_hash(head.config_hash);
  set_text(control_->build, head.build);
  set_text(control_->file, head.file);
}

FunctionsWriter::FunctionsWriter(std::span<std::byte> payload)
    : control_(&object_at<FunctionsControl>(payload, 0)),
      entries_(array_at<FunctionEntry>(payload, 0, std::size_t{control_->capacity} + 1)) {}

void FunctionsWriter::check(const FunctionSpec& spec) const {
  const std::size_t longest = text_capacity(entries_[0].name);
  if (!spec.name.empty() && spec.name.size() <= longest) return;
  throw platform::SetupError("function '" + spec.name + "' has a name of " + std::to_string(spec.name.size()) +
                                 " characters, 1 to " + std::to_string(longest) + " are possible",
                             "give the window, or the signal, a shorter name");
}

void FunctionsWriter::refuse_full(std::size_t wanted) const {
  const std::uint64_t free = control_->capacity - control_->count.load(std::memory_order_relaxed);
  throw platform::SetupError("the functions table is full: " + std::to_string(control_->capacity) + " functions, " +
                                 std::to_string(free) + " of them free, " + std::to_string(wanted) + " wanted",
                             "declare fewer windows, indicators, signals and patterns; a restart forgets those that "
                             "are not computed any more");
}

void FunctionsWriter::add_all(std::span<const FunctionSpec> specs) {
  if (control_->count.load(std::memory_order_relaxed) + specs.size() >= entries_.size()) refuse_full(specs.size());
  for (const FunctionSpec& spec : specs) check(spec);
  for (const FunctionSpec& spec : specs) add(spec);
}

FunctionId FunctionsWriter::add(const FunctionSpec& spec) {
  const std::uint64_t id = control_->count.load(std::memory_order_relaxed) + 1;
  if (id >= entries_.size()) refuse_full(1);
  check(spec);
  FunctionEntry& entry = entries_[id];
  entry.id = {static_cast<std::uint16_t>(id)};
  entry.kind = spec.kind;
  entry.window_place = spec.window_place;
  entry.window = spec.window;
  entry.output = spec.output;
  entry.size = spec.size_ns;
  entry.slide = spec.slide_ns;
  set_text(entry.set, spec.set);
  set_text(entry.name, spec.name);
  set_text(entry.parameters, spec.parameters);
  // W15 -> R15: whoever sees the count sees the entries below it.
  control_->count.store(id, std::memory_order_release);
  return entry.id;
}

FunctionsReader::FunctionsReader(std::span<const std::byte> payload) {
  check_payload("functions", sizeof(FunctionsControl), payload.size());
  control_ = &object_at<FunctionsControl>(payload, 0);
  check_payload("functions", FunctionsWriter::payload_bytes(control_->capacity), payload.size());
  entries_ = array_at<FunctionEntry>(payload, 0, std::size_t{control_->capacity} + 1);
}

std::uint16_t FunctionsReader::count() const noexcept {
  const std::uint64_t count = control_->count.load(std::memory_order_acquire);  // R15 <- W15
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(count, entries_.size() - 1));
}

FunctionsHead FunctionsReader::head() const {
  return {control_->config_hash.load(std::memory_order_relaxed), control_->shard_count,
          std::string(text_of(control_->build)), std::string(text_of(control_->file))};
}

const FunctionEntry* FunctionsReader::find(FunctionId id) const noexcept {
  return id.value == 0 || id.value > count() ? nullptr : &entries_[id.value];
}

std::string_view FunctionsReader::name_of(FunctionId id) const noexcept {
  const FunctionEntry* entry = find(id);
  return entry == nullptr ? std::string_view{} : text_of(entry->name);
}

std::optional<FunctionId> FunctionsReader::find(std::string_view name, std::string_view set) const noexcept {
  for (std::uint16_t i = 1, last = count(); i <= last && i != 0; ++i) {
    const FunctionEntry& entry = entries_[i];
    if (text_of(entry.name) == name && (set.empty() || text_of(entry.set) == set)) return FunctionId{i};
  }
  return std::nullopt;
}

}  // namespace tickplant::ringbuf
