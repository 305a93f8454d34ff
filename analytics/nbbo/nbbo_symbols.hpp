// The symbols of one set whose feeds keep time together, each consolidated over the venues that have an instrument of
// it. Every shard has all of them and sees every record, so each comes to the same; a shard tells of its own
// instruments.
//
// A feed that is stale or begins a session takes all its quotes with it at once: rare, and worth a pass over the
// symbols.
//
// Threads: one, the shard's. Takes memory with new instruments only.
// Not here: which quote is best (nbbo_builder.hpp), windows over it (quotes/quote_windows.hpp), publishing
// (engine.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/instrument_facts.hpp"
#include "analytics/nbbo/nbbo_builder.hpp"
#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

/// An instrument that has a part in a consolidated quote.
struct NbboInstrument {
  static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};

  ringbuf::InstrumentId id{};
  std::uint16_t feed = 0;        // of the group
  std::uint32_t slot = kNoSlot;  // of the cohort; another shard's has none here
  std::string venue = {};

  void archive(StateArchive& archive) { archive(id, feed, slot, venue); }
};

struct NbboSymbol {
  std::vector<NbboInstrument> instruments = {};
  Time newest = kBeforeAll;   // of its changes: one is never older than the one before it
  std::uint32_t changes = 0;  // in all
  std::int8_t size_scale = 0;

  void archive(StateArchive& archive) { archive(instruments, newest, changes, size_scale); }

  /// The first one on this feed.
  [[nodiscard]] ringbuf::InstrumentId instrument_on(std::uint16_t feed) const noexcept;
};

class NbboSymbols final : private NbboLookup {
 public:
  explicit NbboSymbols(const config::NbboConfig& config);
  NbboSymbols(const NbboSymbols&) = delete;
  NbboSymbols& operator=(const NbboSymbols&) = delete;

  /// The part it has; nullopt: none, since its venue is not asked for. Sizes finer than those of the symbol's first
  /// instrument, a venue that the symbol has already, and more feeds and venues than kMaxVenues are counted as refused.
  [[nodiscard]] std::optional<std::uint32_t> add(const InstrumentFacts& facts, NbboInstrument instrument);

  /// `changed(NbboSymbol&, const Nbbo&)` if another quote is the best.
  template <class Changed>
  void on_record(std::uint32_t part, const ringbuf::Record& record, Changed&& changed) {
    if (const Nbbo* const nbbo = apply(part, record)) changed(symbols_[nbbo->instrument.value], *nbbo);
  }
  /// A feed is stale: what it said does not count. Likewise.
  template <class Changed>
  void exclude_feed(std::uint16_t feed, Changed&& changed) {
    for_each_venue(feed, [&](std::uint8_t venue) { builder_.exclude_venue(venue); });
    sweep(changed);
  }
  /// It speaks again.
  template <class Changed>
  void include_feed(std::uint16_t feed, Changed&& changed) {
    for_each_venue(feed, [&](std::uint8_t venue) { builder_.include_venue(venue); });
    sweep(changed);
  }
  /// Its trading day begins: what it said before is gone.
  template <class Changed>
  void forget_feed(std::uint16_t feed, Changed&& changed) {
    for_each_venue(feed, [&](std::uint8_t venue) { builder_.forget_venue(venue); });
    sweep(changed);
  }
  [[nodiscard]] const NbboSymbol& symbol_of(std::uint32_t part) const noexcept {
    return symbols_[parts_[part].consolidated.value];
  }
  /// Of its symbol, as it stands.
  [[nodiscard]] Nbbo newest(std::uint32_t part) const noexcept { return builder_.newest(parts_[part].consolidated); }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

  void archive(StateArchive& archive) { archive(venues_, numbers_, symbols_, parts_, refused_, room_, builder_); }

 private:
  [[nodiscard]] std::optional<NbboPart> find(ringbuf::InstrumentId part) const noexcept override;
  [[nodiscard]] const Nbbo* apply(std::uint32_t part, const ringbuf::Record& record) noexcept;
  [[nodiscard]] std::optional<std::uint8_t> number_of(std::uint16_t feed, const std::string& venue);

  template <class Do>
  void for_each_venue(std::uint16_t feed, Do&& action) {
    for (std::size_t i = 0; i < venues_.size(); ++i) {
      if (venues_[i].first == feed) action(static_cast<std::uint8_t>(i));
    }
  }
  template <class Changed>
  void sweep(Changed&& changed) {
    builder_.sweep(std::numeric_limits<std::size_t>::max(),
                   [&](const Nbbo& nbbo) { changed(symbols_[nbbo.instrument.value], nbbo); });
  }

  std::vector<std::string> wanted_;                            // venues; empty: all
  std::vector<std::pair<std::uint16_t, std::string>> venues_;  // feed and venue, by number
  std::map<std::string, std::uint32_t> numbers_;               // of symbols
  std::vector<NbboSymbol> symbols_;
  std::vector<NbboPart> parts_;
  std::uint64_t refused_ = 0;
  std::size_t room_ = 0;  // for parts, and for symbols, in the builder
  NbboBuilder builder_;
};

}  // namespace tickplant::analytics
