// Says what an instrument id stands for, and finds the id of a symbol: in place, without a copy of the directory.
//
// Append-only: ids start at 1, are dense and are never used again; an instrument is in here before any record about it.
//
// Threads: InstrumentDirectoryWriter: one process; its threads take turns in find_or_add(), which is for definitions, a
// few thousand a day. InstrumentDirectoryReader: any thread of any process. All loops are bounded by the table's size.
// Not here: aliases and primary venues (config), "did you mean" (resolve_symbol.hpp), keeping ids on disk (the daemon).
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

using InstrumentSlot = StampedEntry<kInstrumentEntryBytes>;
using InstrumentIndexSlot = std::atomic<std::uint32_t>;

/// What a symbol without a venue may stand for.
struct SymbolMatch {
  enum class Kind : std::uint8_t { unknown, unique, ambiguous };
  Kind kind = Kind::unknown;
  InstrumentId id{};  // unique: the instrument; ambiguous: the oldest of them
};

class InstrumentDirectoryReader {
 public:
  /// Throws SetupError when the directory claims more than `payload` has.
  explicit InstrumentDirectoryReader(std::span<const std::byte> payload);

  /// Ids 1 to count() are known.
  [[nodiscard]] std::uint32_t count() const noexcept;
  [[nodiscard]] std::uint32_t capacity() const noexcept { return static_cast<std::uint32_t>(entries_.size() - 1); }
  /// Grows with every change. Cheap: poll it.
  [[nodiscard]] std::uint64_t version() const noexcept;
  /// How often an instrument found the directory full.
  [[nodiscard]] std::uint64_t refused() const noexcept;

  /// A consistent copy of the entry. `never`: an id that is not assigned.
  TableRead read(InstrumentId id, InstrumentEntry& out) const noexcept;
  /// "AAPL@XNAS"; "" for an id that is not assigned.
  [[nodiscard]] std::string symbol_of(InstrumentId id) const;

  /// The instrument, or kNoInstrument. One or two cache lines when the index is not crowded.
  [[nodiscard]] InstrumentId find(std::string_view symbol, std::string_view venue) const noexcept;
  /// "AAPL@XNAS", or "AAPL" when that is unique.
  [[nodiscard]] SymbolMatch find(std::string_view text) const noexcept;

  /// All instruments of that symbol, oldest first.
  [[nodiscard]] std::vector<InstrumentId> candidates(std::string_view symbol) const;
  /// All instruments whose symbol starts with `prefix`, oldest first. Scans the directory.
  [[nodiscard]] std::vector<InstrumentId> with_prefix(std::string_view prefix) const;

 private:
  friend class InstrumentDirectoryWriter;

  /// Where an index has what was looked for; id 0: it has not, and `position` is free.
  struct Probe {
    std::size_t position = 0;
    InstrumentId id{};
  };
  [[nodiscard]] Probe probe_key(std::string_view symbol, std::string_view venue) const noexcept;
  [[nodiscard]] Probe probe_symbol(std::string_view symbol) const noexcept;
  [[nodiscard]] InstrumentId next_same_symbol(InstrumentId id) const noexcept;

  const InstrumentsControl* control_;
  std::span<const InstrumentSlot> entries_;  // by id; the control lies where entry 0 would be
  std::span<const InstrumentIndexSlot> key_index_;
  std::span<const InstrumentIndexSlot> symbol_index_;
};

/// An instrument as a feed or the stored directory tells it.
struct InstrumentSpec {
  std::string_view symbol;  // 1 to 71 bytes, no control characters, no '@', no blank at either end
  std::string_view venue;   // 1 to 7 bytes, the same
  FeedId feed{};
  std::int8_t size_scale = 0;
  std::int64_t price_unit = 0;
  // May change later. Texts that are too long are cut.
  std::uint32_t lot = 0;
  InstrumentStatus status = InstrumentStatus::active;
  InstrumentKind kind = InstrumentKind::unknown;
  std::string_view currency;
  std::string_view name;
  std::string_view sector;
};

/// What `entry` was made of; points into it.
[[nodiscard]] InstrumentSpec spec_of(const InstrumentEntry& entry) noexcept;

enum class AddOutcome : std::uint8_t {
  added,
  found,           // known, and nothing has changed
  updated,         // known, and what may change has
  other_units,     // known with another size_scale or price_unit: left as it was
  full,            // refused and counted
  invalid_symbol,  // refused
};

struct AddResult {
  InstrumentId id{};        // kNoInstrument when refused
  std::uint64_t stamp = 0;  // of its entry, for DefinitionBody::directory_stamp
  AddOutcome outcome = AddOutcome::invalid_symbol;
};

class InstrumentDirectoryWriter {
 public:
  static constexpr std::uint64_t payload_bytes(std::uint32_t capacity) noexcept {
    return instruments_payload_bytes(capacity);
  }

  /// `payload`: zeroed, or left by a predecessor of the same capacity, whose ids stay. What it left half written is
  /// made whole: an entry whose update was cut short forgets lot, status, kind and texts until it is told again.
  InstrumentDirectoryWriter(std::span<std::byte> payload, std::uint32_t capacity);

  /// The instrument of that symbol and venue, made if there is none. Any thread of this process: feeds that run on
  /// several threads define their instruments in one directory.
  AddResult find_or_add(const InstrumentSpec& spec) noexcept;

  /// The same directory, for looking things up.
  [[nodiscard]] const InstrumentDirectoryReader& reader() const noexcept { return reader_; }

 private:
  static InstrumentsControl& prepared(std::span<std::byte> payload, std::uint32_t capacity) noexcept;
  void repair() noexcept;
  AddResult find_or_add_alone(const InstrumentSpec& spec) noexcept;
  AddResult add(const InstrumentSpec& spec) noexcept;
  AddResult update(InstrumentId id, const InstrumentSpec& spec) noexcept;
  void enter_into_indexes(InstrumentId id, std::string_view symbol, std::string_view venue) noexcept;
  [[nodiscard]] Sequence next_version() noexcept;
  [[nodiscard]] InstrumentEntry own(InstrumentId id) const noexcept;

  InstrumentsControl* control_;
  std::span<InstrumentSlot> entries_;
  std::span<InstrumentIndexSlot> key_index_;
  std::span<InstrumentIndexSlot> symbol_index_;
  InstrumentDirectoryReader reader_;
  std::uint64_t version_;
  std::atomic_flag is_taken_;  // by the thread in find_or_add(); of this process alone, so nobody who holds it can die
};

}  // namespace tickplant::ringbuf
