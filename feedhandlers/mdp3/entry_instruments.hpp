// Which instrument an entry is about, and whether the entry is to be applied: one of a late packet is not where newer
// ones were, one about an instrument of another channel never is. An instrument that nobody named before gets an entry
// of the directory, and a definition ahead of the first other record about it.
//
// Threads: the feed's own. No allocation after construction.
// Not here: how numbers are judged (continuity.hpp), the table by security id (instruments.hpp).
#pragma once

#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/mdp3/channel_events.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::mdp3 {

class EntryInstruments {
 public:
  /// `venue` is a MIC. `capacity`: our ids are below it. All references outlive this object.
  EntryInstruments(Instruments& instruments, ChannelEvents& events, ringbuf::InstrumentDirectoryWriter& directory,
                   std::string_view venue, ringbuf::FeedId feed, std::size_t capacity, NormaliserCounters& counters)
      : instruments_(instruments),
        events_(events),
        directory_(directory),
        venue_(venue),
        feed_(feed),
        capacity_(capacity),
        counters_(counters) {
    ids_.reserve(capacity);
  }

  [[nodiscard]] Instrument* find(SecurityId security) noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone ? nullptr : &instruments_.all()[index];
  }

  /// nullptr: it is of another channel, or has no place.
  Instrument* find_or_define(SecurityId security, platform::UnixNanos time) noexcept {
    Instrument* const known = find(security);
    if (known == nullptr) [[unlikely]]
      return define(security, time);
    if (known->channel == events_.channel()) [[likely]]
      return known;
    ++counters_.other_channel_entries;
    return nullptr;
  }

  /// The instrument of a numbered entry that is to be applied, or nullptr. `also_stale`: one that was overtaken, too.
  template <class Entry>
  Instrument* current(const Entry& entry, platform::UnixNanos time, bool also_stale = false) noexcept {
    Instrument* const instrument = find_or_define(entry.security(), time);
    if (instrument == nullptr) return nullptr;
    const std::uint32_t before = instrument->continuity.last();
    const auto [step, cleared] =
        instrument->continuity.on_entry(entry.rpt_seq(), events_.losses(), events_.is_late_packet());
    if (cleared) [[unlikely]] {
      ++counters_.cleared_instruments;
      events_.tell_again(*instrument);
    }
    switch (step) {
      case Continuity::Step::first:
      case Continuity::Step::next: break;
      case Continuity::Step::joined: ++counters_.joined_instruments; break;
      case Continuity::Step::jump:
        ++counters_.rpt_seq_jumps;
        counters_.missed_entries += entry.rpt_seq().value - before - 1;
        break;
      case Continuity::Step::again: ++counters_.rpt_seq_restarts; break;
      case Continuity::Step::stale: ++counters_.stale_entries; return also_stale ? instrument : nullptr;
    }
    return instrument;
  }

  /// Ids of all that this feed ever named.
  [[nodiscard]] std::span<const ringbuf::InstrumentId> ids() const noexcept { return ids_; }

 private:
  Instrument* define(SecurityId security, platform::UnixNanos time) noexcept {
    std::array<char, 12> text;
    const char* const end = std::to_chars(text.data(), text.data() + text.size(), security.value).ptr;
    ringbuf::InstrumentSpec spec;
    spec.symbol = {text.data(), static_cast<std::size_t>(end - text.data())};
    spec.venue = venue_;
    spec.feed = feed_;
    spec.price_unit = 1;
    const ringbuf::AddResult result = directory_.find_or_add(spec);
    if (result.id == ringbuf::kNoInstrument || result.id.value >= capacity_) {
      ++counters_.unknown_instruments;
      return nullptr;
    }
    // Ids are below the capacity, and no two security ids have the same: so there is room.
    const std::uint32_t index = instruments_.add(security, result.id, events_.channel());
    ids_.push_back(result.id);  // reserved: does not allocate
    Instrument& instrument = instruments_.all()[index];
    instrument.orders_complete_at = events_.complete_at();
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = result.stamp;
    definition.feed = feed_;
    events_.write_definition(instrument, time, definition);
    return &instrument;
  }

  Instruments& instruments_;
  ChannelEvents& events_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  std::string_view venue_;
  ringbuf::FeedId feed_;
  std::size_t capacity_;
  NormaliserCounters& counters_;
  std::vector<ringbuf::InstrumentId> ids_;
};

}  // namespace tickplant::feedhandlers::mdp3
