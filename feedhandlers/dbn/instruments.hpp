// Which of our instruments a DBN record is about: from publisher and number to the entry of the directory, which is
// made where there is none, and told to readers before the first other record about it.
//
// Threads: the feed's own. Allocates in the constructor and begin_file().
// Not here: which symbol a number stands for (instrument_names.hpp), what happens to the instrument (normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/dbn/instrument_names.hpp"
#include "feedhandlers/dbn/publishers.hpp"
#include "feedhandlers/dbn/status_records.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::dbn {

struct InstrumentCounters {
  std::uint64_t unnamed_instruments = 0;  // nothing named it: its number stands for its symbol
  std::uint64_t unknown_instruments = 0;  // records that found no room in the directory or in our tables
};

class Instruments {
 public:
  /// `capacity`: our ids are below it. References outlive this object.
  Instruments(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, ringbuf::FeedId feed,
              std::size_t capacity, InstrumentCounters& counters)
      : publisher_(publisher),
        directory_(directory),
        feed_(feed),
        names_(capacity),
        resolved_(std::bit_ceil(2 * capacity)),
        resolved_left_(resolved_.size() / 2),
        is_announced_(capacity),
        counters_(counters) {
    all_.reserve(capacity);
  }

  /// The numbers that follow are those of a file with this header.
  void begin_file(const Metadata& metadata) {
    names_.begin_file(metadata);
    dataset_ = metadata.dataset;
    std::fill(resolved_.begin(), resolved_.end(), Resolved{});
    resolved_left_ = resolved_.size() / 2;
  }

  /// kNoInstrument: no room. `ts_event`: of the record that asks, for the definition that may precede it.
  ringbuf::InstrumentId find(PublisherId publisher, DbnInstrument number, DayNumber day,
                             platform::UnixNanos ts_event) noexcept {
    Resolved* const slot = slot_of(publisher, number);
    if (slot == nullptr) {
      ++counters_.unknown_instruments;
      return ringbuf::kNoInstrument;
    }
    if (slot->id != ringbuf::kNoInstrument && slot->day == day && slot->names_version == names_.version()) [[likely]]
      return slot->id;
    slot->id = resolve(venue(publisher), number, day, ts_event);
    slot->day = day;
    slot->names_version = names_.version();
    return slot->id;
  }

  /// As find() has it from before, whatever the names say now: for hints.
  [[nodiscard]] ringbuf::InstrumentId known(PublisherId publisher, DbnInstrument number) const noexcept {
    return resolved_[place_of(key_of(publisher, number))].id;
  }

  /// Any version's definition record.
  template <class Definition>
  void define(const Definition& message, DayNumber day) noexcept {
    const std::string_view raw_symbol = message.raw_symbol();
    if (!raw_symbol.empty()) (void)names_.define(message.instrument(), raw_symbol);
    NumberText number;
    std::string_view symbol = names_.find(message.instrument(), day);
    if (symbol.empty()) symbol = number.of(message.instrument());

    ringbuf::InstrumentSpec spec = spec_of(symbol, venue(message.publisher()));
    const ringbuf::Price increment = message.min_price_increment();
    if (is_present(increment) && increment.value > 0) spec.price_unit = increment.value;
    const std::int32_t lot = message.round_lot();
    if (lot > 0 && lot != std::numeric_limits<std::int32_t>::max()) spec.lot = static_cast<std::uint32_t>(lot);
    spec.status =
        message.update_action() == 'D' ? ringbuf::InstrumentStatus::delisted : ringbuf::InstrumentStatus::active;
    spec.kind = kind_of(message.instrument_class());
    spec.currency = message.currency();
    if (raw_symbol != symbol) spec.name = raw_symbol;
    keep_units(spec);
    const ringbuf::AddResult result = directory_.find_or_add(spec);
    const bool has_changed =
        result.outcome == ringbuf::AddOutcome::added || result.outcome == ringbuf::AddOutcome::updated;
    (void)announce(result.id, result.stamp, message.ts_event(), has_changed);
  }

  /// Either symbol mapping record. Outwards the symbol is the venue's; only a session that asked by symbol for numbers
  /// has it on the other side.
  template <class Mapping>
  void map(const Mapping& message) noexcept {
    NumberText number;
    const bool is_own_number = message.symbol_out() == number.of(message.instrument());
    const std::string_view symbol = is_own_number ? message.symbol_in() : message.symbol_out();
    if (symbol.empty()) return;
    if (!names_.map(message.instrument(), symbol)) ++counters_.unknown_instruments;
  }

  [[nodiscard]] std::string_view venue(PublisherId publisher) const noexcept { return venue_of(publisher, dataset_); }
  /// All that this feed ever named.
  [[nodiscard]] const std::vector<ringbuf::InstrumentId>& all() const noexcept { return all_; }

 private:
  /// Good for one day and one state of the names.
  struct Resolved {
    std::uint64_t key = 0;  // publisher, number
    ringbuf::InstrumentId id{};
    DayNumber day = 0;
    std::uint32_t names_version = 0;
    bool is_used = false;
  };
  struct NumberText {
    std::array<char, 10> bytes{};
    std::string_view of(DbnInstrument number) noexcept {
      const auto result = std::to_chars(bytes.data(), bytes.data() + bytes.size(), number.value);
      return {bytes.data(), static_cast<std::size_t>(result.ptr - bytes.data())};
    }
  };

  /// nullptr: no room for one more.
  Resolved* slot_of(PublisherId publisher, DbnInstrument number) noexcept {
    const std::uint64_t key = key_of(publisher, number);
    Resolved& slot = resolved_[place_of(key)];
    if (slot.is_used) return &slot;
    if (resolved_left_ == 0) return nullptr;
    --resolved_left_;
    slot.is_used = true;
    slot.key = key;
    return &slot;
  }

  [[nodiscard]] static std::uint64_t key_of(PublisherId publisher, DbnInstrument number) noexcept {
    return std::uint64_t{publisher.value} << 32 | number.value;
  }
  /// Where it is, or has a free place: there always is one.
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const noexcept {
    const std::size_t mask = resolved_.size() - 1;
    std::size_t at = static_cast<std::size_t>((key * 0x9e37'79b9'7f4a'7c15) >> 32) & mask;
    while (resolved_[at].is_used && resolved_[at].key != key) at = (at + 1) & mask;
    return at;
  }

  ringbuf::InstrumentId resolve(std::string_view venue, DbnInstrument number, DayNumber day,
                                platform::UnixNanos ts_event) noexcept {
    const std::string_view symbol = names_.find(number, day);
    ringbuf::AddResult result = symbol.empty() ? ringbuf::AddResult{} : known_or_new(symbol, venue);
    if (result.outcome == ringbuf::AddOutcome::invalid_symbol) {
      ++counters_.unnamed_instruments;
      NumberText text;
      result = known_or_new(text.of(number), venue);
    }
    return announce(result.id, result.stamp, ts_event, false);
  }

  /// What a definition said of a known one stays.
  ringbuf::AddResult known_or_new(std::string_view symbol, std::string_view venue) noexcept {
    const ringbuf::InstrumentId known = directory_.reader().find(symbol, venue);
    ringbuf::InstrumentEntry entry;
    if (known == ringbuf::kNoInstrument || directory_.reader().read(known, entry) != ringbuf::TableRead::value)
      return directory_.find_or_add(spec_of(symbol, venue));
    return {known, entry.stamp, ringbuf::AddOutcome::found};
  }

  /// Prices are whole 1e-9 as long as no definition says more.
  [[nodiscard]] ringbuf::InstrumentSpec spec_of(std::string_view symbol, std::string_view venue) const noexcept {
    ringbuf::InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = venue;
    spec.feed = feed_;
    spec.price_unit = 1;
    return spec;
  }

  /// Units never change once readers know them; all else may.
  void keep_units(ringbuf::InstrumentSpec& spec) const noexcept {
    const ringbuf::InstrumentId known = directory_.reader().find(spec.symbol, spec.venue);
    ringbuf::InstrumentEntry entry;
    if (known == ringbuf::kNoInstrument || directory_.reader().read(known, entry) != ringbuf::TableRead::value) return;
    spec.price_unit = entry.price_unit;
    spec.size_scale = entry.size_scale;
  }

  /// A definition record where readers have not heard of the instrument, or not of its change.
  ringbuf::InstrumentId announce(ringbuf::InstrumentId id, std::uint64_t stamp, platform::UnixNanos ts_event,
                                 bool has_changed) noexcept {
    if (id == ringbuf::kNoInstrument || id.value >= is_announced_.size()) {
      ++counters_.unknown_instruments;
      return ringbuf::kNoInstrument;
    }
    if (is_announced_[id.value] != 0 && !has_changed) return id;
    if (is_announced_[id.value] == 0) all_.push_back(id);  // reserved: does not allocate
    is_announced_[id.value] = 1;
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = stamp;
    definition.feed = feed_;
    publisher_.publish(id, ts_event, definition, ringbuf::RecordFlags::end_of_event);
    return id;
  }

  TickPublisher& publisher_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  ringbuf::FeedId feed_;
  std::string dataset_;
  InstrumentNames names_;
  std::vector<Resolved> resolved_;  // open addressing; size a power of two, half of it stays free
  std::size_t resolved_left_;
  std::vector<std::uint8_t> is_announced_;  // by our id
  std::vector<ringbuf::InstrumentId> all_;
  InstrumentCounters& counters_;
};

}  // namespace tickplant::feedhandlers::dbn
