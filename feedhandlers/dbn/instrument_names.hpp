// Which symbol an instrument number of Databento stands for, on which day.
//
// Three sources, the first that knows wins: a symbol mapping record (live sessions), the mappings in the file's header,
// a definition. A symbol that the header gives to two numbers on one day (a "parent" of many) names neither.
//
// Threads: one. begin_file() allocates, all else does not.
// Not here: our own ids (normaliser.hpp), which venue (publishers.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/dbn/metadata.hpp"
#include "platform/calendar_date.hpp"

namespace tickplant::feedhandlers::dbn {

/// Days since 1970-01-01, UTC.
using DayNumber = std::int32_t;

class InstrumentNames {
 public:
  /// `capacity`: instruments that records may name (mappings and definitions); the header's are not limited.
  explicit InstrumentNames(std::size_t capacity)
      : told_(std::bit_ceil(2 * std::max<std::size_t>(capacity, 1))), told_left_(std::max<std::size_t>(capacity, 1)) {}

  /// Forgets what an earlier header said, and what records said: numbers may be given anew from file to file.
  void begin_file(const Metadata& metadata) {
    std::fill(told_.begin(), told_.end(), Told{});
    told_left_ = told_.size() / 2;
    intervals_.clear();
    for (const SymbolMapping& mapping : metadata.mappings) {
      for (const MappingInterval& interval : mapping.intervals) enter(metadata, mapping.symbol, interval);
    }
    drop_ambiguous();
    std::sort(intervals_.begin(), intervals_.end(),
              [](const Interval& a, const Interval& b) { return a.instrument < b.instrument; });
    ++version_;
  }

  /// What a symbol mapping record says. False: no room.
  bool map(DbnInstrument instrument, std::string_view symbol) noexcept {
    return tell(instrument, symbol, &Told::mapped);
  }
  /// What a definition says. False: no room.
  bool define(DbnInstrument instrument, std::string_view symbol) noexcept {
    return tell(instrument, symbol, &Told::defined);
  }

  /// Empty: nothing names it on that day. Valid until the next change.
  [[nodiscard]] std::string_view find(DbnInstrument instrument, DayNumber day) const noexcept {
    const Told* const told = find_told(instrument);
    if (told != nullptr && told->mapped.length > 0) return told->mapped.view();
    auto at = std::lower_bound(intervals_.begin(), intervals_.end(), instrument,
                               [](const Interval& a, DbnInstrument b) { return a.instrument < b; });
    for (; at != intervals_.end() && at->instrument == instrument; ++at) {
      if (at->begin <= day && day < at->end) return at->symbol;
    }
    return told == nullptr ? std::string_view{} : told->defined.view();
  }

  /// Grows whenever find() may answer differently.
  [[nodiscard]] std::uint32_t version() const noexcept { return version_; }

 private:
  struct ShortText {
    std::uint8_t length = 0;
    std::array<char, 71> bytes{};
    [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), length}; }
  };
  struct Told {
    bool is_used = false;
    DbnInstrument instrument{};
    ShortText mapped;
    ShortText defined;
  };
  struct Interval {
    DbnInstrument instrument{};
    DayNumber begin = 0;
    DayNumber end = 0;
    std::string symbol;
  };

  static std::optional<DbnInstrument> number_of(std::string_view text) noexcept {
    DbnInstrument instrument;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, instrument.value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return instrument;
  }
  static std::optional<DayNumber> day_of(std::uint32_t yyyymmdd) noexcept {
    if (yyyymmdd > 99'991'231) return std::nullopt;
    const auto date = platform::from_yyyymmdd(static_cast<std::int32_t>(yyyymmdd));
    if (!date) return std::nullopt;
    return platform::days_since_epoch(*date);
  }

  void enter(const Metadata& metadata, const std::string& symbol, const MappingInterval& interval) {
    const bool number_is_out = metadata.stype_out == stype::kInstrumentId;
    const auto number = number_of(number_is_out ? interval.symbol : symbol);
    const auto begin = day_of(interval.start_date);
    const auto end = day_of(interval.end_date);
    if (!number || !begin || !end || symbol.empty() || interval.symbol.empty()) return;
    intervals_.push_back({*number, *begin, *end, number_is_out ? symbol : interval.symbol});
  }

  void drop_ambiguous() {
    std::sort(intervals_.begin(), intervals_.end(), [](const Interval& a, const Interval& b) {
      return a.symbol != b.symbol ? a.symbol < b.symbol : a.begin < b.begin;
    });
    std::vector<bool> ambiguous(intervals_.size());
    std::size_t longest = 0;  // of this symbol so far, the one that ends last
    for (std::size_t i = 1; i < intervals_.size(); ++i) {
      if (intervals_[i].symbol != intervals_[longest].symbol) {
        longest = i;
        continue;
      }
      if (intervals_[i].begin < intervals_[longest].end && intervals_[i].instrument != intervals_[longest].instrument)
        ambiguous[i] = ambiguous[longest] = true;
      if (intervals_[i].end > intervals_[longest].end) longest = i;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < intervals_.size(); ++i) {
      if (ambiguous[i]) continue;
      if (kept != i) intervals_[kept] = std::move(intervals_[i]);
      ++kept;
    }
    intervals_.resize(kept);
  }

  [[nodiscard]] std::size_t slot_of(DbnInstrument instrument) const noexcept {
    const std::uint64_t mixed = std::uint64_t{instrument.value} * 0x9e37'79b9'7f4a'7c15;
    return static_cast<std::size_t>(mixed >> 32) & (told_.size() - 1);
  }
  /// Never full: half of the slots stay free.
  [[nodiscard]] const Told* find_told(DbnInstrument instrument) const noexcept {
    for (std::size_t at = slot_of(instrument); told_[at].is_used; at = (at + 1) & (told_.size() - 1)) {
      if (told_[at].instrument == instrument) return &told_[at];
    }
    return nullptr;
  }

  bool tell(DbnInstrument instrument, std::string_view symbol, ShortText Told::*which) noexcept {
    std::size_t at = slot_of(instrument);
    while (told_[at].is_used && told_[at].instrument != instrument) at = (at + 1) & (told_.size() - 1);
    Told& told = told_[at];
    if (!told.is_used) {
      if (told_left_ == 0) return false;
      --told_left_;
      told.is_used = true;
      told.instrument = instrument;
    }
    ShortText& text = told.*which;
    if (text.view() == symbol) return true;
    text.length = static_cast<std::uint8_t>(std::min(symbol.size(), text.bytes.size()));
    std::copy_n(symbol.begin(), text.length, text.bytes.begin());
    ++version_;
    return true;
  }

  std::vector<Told> told_;  // open addressing; size a power of two
  std::size_t told_left_;
  std::vector<Interval> intervals_;  // by instrument
  std::uint32_t version_ = 0;
};

}  // namespace tickplant::feedhandlers::dbn
