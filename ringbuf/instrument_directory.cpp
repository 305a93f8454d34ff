#include "ringbuf/instrument_directory.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/cpu_pause.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t kSymbolBytesMax = sizeof(InstrumentEntry::symbol) - 1;
constexpr std::size_t kVenueBytesMax = sizeof(InstrumentEntry::venue) - 1;
constexpr std::size_t kSymbolWords = sizeof(InstrumentEntry::symbol) / 8;
constexpr std::size_t kVenueWord = offsetof(InstrumentEntry, venue) / 8 - 1;
constexpr std::size_t kSymbolWord = offsetof(InstrumentEntry, symbol) / 8 - 1;
constexpr std::size_t kNextWord = offsetof(InstrumentEntry, next_same_symbol) / 8 - 1;
constexpr std::size_t kChangeableOffset = offsetof(InstrumentEntry, lot);

using SymbolWords = std::array<std::uint64_t, kSymbolWords>;

SymbolWords words_of(std::string_view symbol) noexcept {
  SymbolWords words{};
  std::copy(symbol.begin(), symbol.end(), reinterpret_cast<char*>(words.data()));
  return words;
}

bool is_valid_text(std::string_view text, std::size_t bytes_max) noexcept {
  return !text.empty() && text.size() <= bytes_max && text.front() != ' ' && text.back() != ' ' &&
         std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<std::uint8_t>(c);
           return byte < 0x20 || byte == 0x7f || byte == '@';  // 0x80 and up: UTF-8, some venues have it
         });
}

/// FNV-1a over the bytes of `text`, continued from `hash`.
std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) noexcept {
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// Relaxed: these words never change once an index or the count has led here, R9 and R10 did the ordering.
bool has_symbol(const InstrumentSlot& slot, const SymbolWords& symbol) noexcept {
  for (std::size_t i = 0; i < kSymbolWords; ++i) {
    if (slot.word[kSymbolWord + i].load(std::memory_order_relaxed) != symbol[i]) return false;
  }
  return true;
}

template <class Matches>
std::pair<std::size_t, std::uint32_t> probe(std::span<const InstrumentIndexSlot> index, std::uint64_t hash,
                                            std::uint32_t capacity, Matches&& matches) noexcept {
  const std::size_t mask = index.size() - 1;
  std::size_t position = (hash ^ hash >> 32) & mask;
  for (std::size_t tries = 0; tries < index.size(); ++tries, position = (position + 1) & mask) {
    // R10 <- W10: whoever sees an id in an index sees its whole entry.
    const std::uint32_t id = index[position].load(std::memory_order_acquire);
    if (id == 0) break;
    if (id <= capacity && matches(id)) return {position, id};
  }
  return {position, 0};
}

void set_changeable(InstrumentEntry& entry, const InstrumentSpec& spec) noexcept {
  entry.lot = spec.lot;
  entry.status = spec.status;
  entry.kind = spec.kind;
  set_text(entry.currency, spec.currency);
  set_text(entry.name, spec.name);
  set_text(entry.sector, spec.sector);
}

void store_from(InstrumentSlot& slot, const InstrumentEntry& entry, std::size_t offset) noexcept {
  slot.store(offset, reinterpret_cast<const std::byte*>(&entry) + offset, sizeof entry - offset);
}

}  // namespace

InstrumentSpec spec_of(const InstrumentEntry& entry) noexcept {
  InstrumentSpec spec;
  spec.symbol = text_of(entry.symbol);
  spec.venue = text_of(entry.venue);
  spec.feed = entry.feed;
  spec.size_scale = entry.size_scale;
  spec.price_unit = entry.price_unit;
  spec.lot = entry.lot;
  spec.status = entry.status;
  spec.kind = entry.kind;
  spec.currency = text_of(entry.currency);
  spec.name = text_of(entry.name);
  spec.sector = text_of(entry.sector);
  return spec;
}

// --- reader ---

InstrumentDirectoryReader::InstrumentDirectoryReader(std::span<const std::byte> payload) {
  check_payload("instruments", sizeof(InstrumentsControl), payload.size());
  control_ = &object_at<InstrumentsControl>(payload, 0);
  const std::uint32_t capacity = control_->capacity;
  const bool is_sane =
      capacity >= 1 && capacity < 1u << 30 && control_->index_slots == instruments_index_slots(capacity);
  check_payload("instruments", is_sane ? instruments_payload_bytes(capacity) : ~std::uint64_t{0}, payload.size());
  const std::uint64_t key_index = instruments_key_index_offset(capacity);
  const std::uint32_t index_slots = control_->index_slots;
  entries_ = array_at<InstrumentSlot>(payload, 0, std::uint64_t{capacity} + 1);
  key_index_ = array_at<InstrumentIndexSlot>(payload, key_index, index_slots);
  symbol_index_ = array_at<InstrumentIndexSlot>(payload, key_index + 4 * std::uint64_t{index_slots}, index_slots);
}

std::uint32_t InstrumentDirectoryReader::count() const noexcept {
  const std::uint64_t count = control_->count.load(std::memory_order_acquire);  // R9 <- W9
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, capacity()));
}

std::uint64_t InstrumentDirectoryReader::version() const noexcept {
  return control_->version.load(std::memory_order_acquire);  // R9 <- W9
}

std::uint64_t InstrumentDirectoryReader::refused() const noexcept {
  return control_->refused.load(std::memory_order_relaxed);
}

TableRead InstrumentDirectoryReader::read(InstrumentId id, InstrumentEntry& out) const noexcept {
  if (id == kNoInstrument || id.value > count()) return TableRead::never;
  return entries_[id.value].read(&out);
}

std::string InstrumentDirectoryReader::symbol_of(InstrumentId id) const {
  if (id == kNoInstrument || id.value > count()) return {};
  // Not under the stamp: these never change, and so an entry that is being updated has its symbol all the same.
  InstrumentEntry entry;
  const InstrumentSlot& slot = entries_[id.value];
  for (std::size_t i = kVenueWord; i < kNextWord; ++i) {
    const std::uint64_t word = slot.word[i].load(std::memory_order_relaxed);
    std::memcpy(reinterpret_cast<std::byte*>(&entry) + 8 * (i + 1), &word, 8);
  }
  return std::string(text_of(entry.symbol)) + "@" + std::string(text_of(entry.venue));
}

InstrumentId InstrumentDirectoryReader::find(std::string_view symbol, std::string_view venue) const noexcept {
  if (symbol.size() > kSymbolBytesMax || venue.size() > kVenueBytesMax) return kNoInstrument;
  return probe_key(symbol, venue).id;
}

SymbolMatch InstrumentDirectoryReader::find(std::string_view text) const noexcept {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    const InstrumentId id = find(text.substr(0, at), text.substr(at + 1));
    return {id == kNoInstrument ? SymbolMatch::Kind::unknown : SymbolMatch::Kind::unique, id};
  }
  if (text.size() > kSymbolBytesMax) return {};
  InstrumentId id = probe_symbol(text).id;
  if (id == kNoInstrument) return {};
  InstrumentId next = next_same_symbol(id);
  if (next == kNoInstrument) return {SymbolMatch::Kind::unique, id};
  for (; next != kNoInstrument; next = next_same_symbol(next)) id = next;
  return {SymbolMatch::Kind::ambiguous, id};
}

std::vector<InstrumentId> InstrumentDirectoryReader::candidates(std::string_view symbol) const {
  std::vector<InstrumentId> ids;
  if (symbol.size() > kSymbolBytesMax) return ids;
  for (InstrumentId id = probe_symbol(symbol).id; id != kNoInstrument; id = next_same_symbol(id)) ids.push_back(id);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

std::vector<InstrumentId> InstrumentDirectoryReader::with_prefix(std::string_view prefix) const {
  std::vector<InstrumentId> ids;
  if (prefix.size() > kSymbolBytesMax) return ids;
  const SymbolWords wanted = words_of(prefix);
  const SymbolWords mask = words_of(std::string(prefix.size(), '\xff'));
  const std::uint32_t size = count();
  for (std::uint32_t id = 1; id <= size; ++id) {
    bool is_match = true;
    for (std::size_t i = 0; i < (prefix.size() + 7) / 8 && is_match; ++i) {
      is_match = (entries_[id].word[kSymbolWord + i].load(std::memory_order_relaxed) & mask[i]) == wanted[i];
    }
    if (is_match) ids.push_back({id});
  }
  return ids;
}

InstrumentDirectoryReader::Probe InstrumentDirectoryReader::probe_key(std::string_view symbol,
                                                                      std::string_view venue) const noexcept {
  const SymbolWords symbol_words = words_of(symbol);
  std::uint64_t venue_word = 0;
  std::copy(venue.begin(), venue.end(), reinterpret_cast<char*>(&venue_word));
  const auto [position, id] =
      probe(key_index_, fnv1a(venue, fnv1a("@", fnv1a(symbol))), capacity(), [&](std::uint32_t candidate) {
        const InstrumentSlot& slot = entries_[candidate];
        return slot.word[kVenueWord].load(std::memory_order_relaxed) == venue_word && has_symbol(slot, symbol_words);
      });
  return {position, {id}};
}

InstrumentDirectoryReader::Probe InstrumentDirectoryReader::probe_symbol(std::string_view symbol) const noexcept {
  const SymbolWords words = words_of(symbol);
  const auto [position, id] = probe(symbol_index_, fnv1a(symbol), capacity(),
                                    [&](std::uint32_t candidate) { return has_symbol(entries_[candidate], words); });
  return {position, {id}};
}

InstrumentId InstrumentDirectoryReader::next_same_symbol(InstrumentId id) const noexcept {
  const std::uint64_t word = entries_[id.value].word[kNextWord].load(std::memory_order_relaxed);
  const auto next = static_cast<std::uint32_t>(word);
  return {next < id.value ? next : 0};  // only downwards, so that the walk ends whatever the bytes are
}

// --- writer ---

InstrumentsControl& InstrumentDirectoryWriter::prepared(std::span<std::byte> payload, std::uint32_t capacity) noexcept {
  TP_CHECK(capacity >= 1 && capacity < 1u << 30);
  auto& control = object_at<InstrumentsControl>(payload, 0);
  TP_CHECK(control.capacity == 0 || control.capacity == capacity);
  control.capacity = capacity;
  control.index_slots = instruments_index_slots(capacity);
  return control;
}

InstrumentDirectoryWriter::InstrumentDirectoryWriter(std::span<std::byte> payload, std::uint32_t capacity)
    : control_(&prepared(payload, capacity)),
      entries_(array_at<InstrumentSlot>(payload, 0, std::uint64_t{capacity} + 1)),
      key_index_(array_at<InstrumentIndexSlot>(payload, instruments_key_index_offset(capacity),
                                               instruments_index_slots(capacity))),
      symbol_index_(array_at<InstrumentIndexSlot>(
          payload, instruments_key_index_offset(capacity) + 4 * std::uint64_t{instruments_index_slots(capacity)},
          instruments_index_slots(capacity))),
      reader_(payload),
      // A predecessor may have stamped one entry with the next version before it died.
      version_(control_->version.load(std::memory_order_relaxed) + 1) {
  repair();
}

void InstrumentDirectoryWriter::repair() noexcept {
  const std::uint32_t count = reader_.count();
  for (std::uint32_t i = 1; i <= count; ++i) {
    InstrumentSlot& slot = entries_[i];
    if ((slot.stamp.load(std::memory_order_relaxed) & kWritingBit) == 0) continue;
    const Sequence version = next_version();
    slot.begin(version);
    store_from(slot, InstrumentEntry{}, kChangeableOffset);
    slot.end(version);
  }
  // What lies behind the count was seen by nobody and is overwritten by the next one. The newest is counted, but
  // perhaps not yet in both indexes.
  if (count > 0) {
    const InstrumentEntry newest = own({count});
    enter_into_indexes({count}, text_of(newest.symbol), text_of(newest.venue));
  }
}

AddResult InstrumentDirectoryWriter::find_or_add(const InstrumentSpec& spec) noexcept {
  while (is_taken_.test_and_set(std::memory_order_acquire)) platform::cpu_pause();
  const AddResult result = find_or_add_alone(spec);
  is_taken_.clear(std::memory_order_release);  // the next thread sees all of the table's words that we wrote
  return result;
}

AddResult InstrumentDirectoryWriter::find_or_add_alone(const InstrumentSpec& spec) noexcept {
  if (!is_valid_text(spec.symbol, kSymbolBytesMax) || !is_valid_text(spec.venue, kVenueBytesMax)) return {};
  const InstrumentId id = reader_.find(spec.symbol, spec.venue);
  return id == kNoInstrument ? add(spec) : update(id, spec);
}

AddResult InstrumentDirectoryWriter::add(const InstrumentSpec& spec) noexcept {
  const std::uint32_t count = reader_.count();
  if (count == reader_.capacity()) {
    control_->refused.store(control_->refused.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return {kNoInstrument, 0, AddOutcome::full};
  }
  const InstrumentId id{count + 1};
  InstrumentEntry entry;
  entry.id = id;
  entry.feed = spec.feed;
  entry.size_scale = spec.size_scale;
  entry.price_unit = spec.price_unit;
  entry.next_same_symbol = reader_.probe_symbol(spec.symbol).id;
  set_text(entry.venue, spec.venue);
  set_text(entry.symbol, spec.symbol);
  set_changeable(entry, spec);

  const Sequence version = next_version();
  InstrumentSlot& slot = entries_[id.value];
  slot.begin(version);
  store_from(slot, entry, 8);
  slot.end(version);
  // Count first, indexes then: whoever dies in between leaves an id that is known and that repair() can enter.
  // W9 -> R9: whoever sees the count or the version sees the entry.
  control_->count.store(id.value, std::memory_order_release);
  control_->version.store(version.value, std::memory_order_release);
  enter_into_indexes(id, spec.symbol, spec.venue);
  return {id, version.value, AddOutcome::added};
}

AddResult InstrumentDirectoryWriter::update(InstrumentId id, const InstrumentSpec& spec) noexcept {
  const InstrumentEntry known = own(id);
  if (known.size_scale != spec.size_scale || known.price_unit != spec.price_unit) {
    return {id, known.stamp, AddOutcome::other_units};
  }
  InstrumentEntry entry = known;
  set_changeable(entry, spec);
  if (std::memcmp(&entry, &known, sizeof entry) == 0) return {id, known.stamp, AddOutcome::found};
  const Sequence version = next_version();
  InstrumentSlot& slot = entries_[id.value];
  slot.begin(version);
  store_from(slot, entry, kChangeableOffset);
  slot.end(version);
  control_->version.store(version.value, std::memory_order_release);  // W9
  return {id, version.value, AddOutcome::updated};
}

void InstrumentDirectoryWriter::enter_into_indexes(InstrumentId id, std::string_view symbol,
                                                   std::string_view venue) noexcept {
  // W10 -> R10: whoever sees the id in an index sees its whole entry; else a reader would compare half a symbol.
  const auto by_symbol = reader_.probe_symbol(symbol);
  if (by_symbol.id != id) symbol_index_[by_symbol.position].store(id.value, std::memory_order_release);  // W10
  const auto by_key = reader_.probe_key(symbol, venue);
  if (by_key.id != id) key_index_[by_key.position].store(id.value, std::memory_order_release);  // W10
}

Sequence InstrumentDirectoryWriter::next_version() noexcept { return {++version_}; }

InstrumentEntry InstrumentDirectoryWriter::own(InstrumentId id) const noexcept {
  // There is no other writer: no need to look at the stamp twice.
  const InstrumentSlot& slot = entries_[id.value];
  std::array<std::uint64_t, InstrumentSlot::kWords + 1> words;
  words[0] = slot.stamp.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < InstrumentSlot::kWords; ++i) words[i + 1] = slot.word[i].load(std::memory_order_relaxed);
  InstrumentEntry entry;
  std::memcpy(reinterpret_cast<std::byte*>(&entry), words.data(), sizeof entry);
  return entry;
}

}  // namespace tickplant::ringbuf
