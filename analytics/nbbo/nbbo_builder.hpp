// Consolidates venues: keeps the newest quote of each venue of a symbol and from them the best bid and offer, the size
// that stands there, and on which venues. Says something only when one of these changes.
//
// A venue's quote counts while the venue is in (exclude_venue), its instrument trades (no status, or `trading`), its
// book is not in doubt (maybe_bad_book) and, unless one_sided_quotes_count, both sides are there. A side needs a price
// and a size. A quote holds until the next one, however old: silence is the feed's, and takes the whole venue out.
//
// Cost: a quote that is not at the best on its venue changes one line of memory; one that leaves the best price alone
// there is the only one to look at all venues. In and out of whole venues is swept: a few symbols a call, a symbol
// always before its own next quote.
//
// Threads: one, the shard's that has all venues of a symbol. Memory is taken at set-up and by grow().
// Not here: instruments and venues as text (the lookup's), publishing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "analytics/nbbo/nbbo.hpp"
#include "analytics/state_archive.hpp"
#include "platform/prefetch.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::analytics {

struct NbboRules {
  std::size_t venues = 16;              // 1 to kMaxVenues
  bool one_sided_quotes_count = false;  // true: a lone bid or offer stands for its side
};

struct NbboCounts {
  std::uint64_t quotes = 0;   // taken
  std::uint64_t changes = 0;  // of a consolidated quote
  std::uint64_t rescans = 0;  // looks at all venues of a symbol
  std::uint64_t refused = 0;  // instruments that found no room, or their venue taken
};

class NbboBuilder {
 public:
  /// `instruments`: ids below it are known, consolidated ones among them. `symbols`: consolidated ones at most.
  NbboBuilder(const NbboRules& rules, std::size_t instruments, std::size_t symbols, const NbboLookup& lookup)
      : rules_(rules), lookup_(lookup) {
    if (rules.venues < 1 || rules.venues > kMaxVenues) {
      throw platform::SetupError{"a consolidated quote of " + std::to_string(rules.venues) + " venues",
                                 "name 1 to " + std::to_string(kMaxVenues) + " of them"};
    }
    places_.resize(instruments);
    symbol_of_.resize(instruments, kNone);
    symbols_.reserve(symbols);
    quotes_.resize(symbols * rules.venues);
  }

  /// Room for more of them: set-up, and new instruments.
  void grow(std::size_t instruments, std::size_t symbols) {
    places_.resize(std::max(instruments, places_.size()));
    symbol_of_.resize(places_.size(), kNone);
    symbols_.reserve(symbols);
    quotes_.resize(std::max(symbols * rules_.venues, quotes_.size()));
  }

  /// The next record of the input. What changed, until the next call; null: nothing.
  const Nbbo* on_record(const ringbuf::Record& record) noexcept {
    using ringbuf::RecordType;
    const ringbuf::InstrumentId id = record.header.instrument;
    switch (record.header.type) {
      case RecordType::quote: return on_quote(id, record.header.flags, record.as<QuoteBody>());
      case RecordType::status: return on_status(id, record.as<ringbuf::StatusBody>());
      case RecordType::book_clear: return forget(id);
      default: return nullptr;
    }
  }

  const Nbbo* on_quote(ringbuf::InstrumentId id, ringbuf::RecordFlags flags, const QuoteBody& quote) noexcept {
    const Place place = place_of(id);
    if (place.symbol == kNone) return nullptr;
    Symbol& symbol = symbols_[place.symbol];
    VenueQuote& slot = quotes_[quote_at(place)];
    const VenueSet bit = bit_of(place);
    ++counts_.quotes;
    const VenueQuote before = slot;
    slot.key = {key_of(kBid, quote.bid_price, quote.bid_size), key_of(kAsk, quote.ask_price, quote.ask_size)};
    slot.size = {counted_size(quote.bid_size, place), counted_size(quote.ask_size, place)};
    symbol.quoted |= bit;
    symbol.doubtful = has(flags, ringbuf::RecordFlags::maybe_bad_book) ? symbol.doubtful | bit : symbol.doubtful & ~bit;
    if (symbol.seen_version != version_) [[unlikely]]
      return recompute(symbol);
    const bool is_counted = counts(symbol, bit, slot);
    const bool bid_changed = update_side(symbol, kBid, bit, before, slot, is_counted);
    const bool ask_changed = update_side(symbol, kAsk, bit, before, slot, is_counted);
    return bid_changed || ask_changed ? say(symbol) : nullptr;
  }

  /// Only `trading` (and a venue that never says) counts: not halted, paused, quote_only, auction, pre_open, closed.
  const Nbbo* on_status(ringbuf::InstrumentId id, const ringbuf::StatusBody& status) noexcept {
    using ringbuf::StatusKind;
    using ringbuf::TradingStatus;
    if (status.kind != StatusKind::trading_action && status.kind != StatusKind::operational) return nullptr;
    const Place place = place_of(id);
    if (place.symbol == kNone) return nullptr;
    Symbol& symbol = symbols_[place.symbol];
    const bool trades =
        status.trading_status == TradingStatus::trading || status.trading_status == TradingStatus::unknown;
    symbol.halted = trades ? symbol.halted & ~bit_of(place) : symbol.halted | bit_of(place);
    return recompute(symbol);
  }

  /// The instrument's quote is gone until its next one.
  const Nbbo* forget(ringbuf::InstrumentId id) noexcept {
    const Place place = place_of(id);
    if (place.symbol == kNone) return nullptr;
    symbols_[place.symbol].quoted &= ~bit_of(place);
    return recompute(symbols_[place.symbol]);
  }

  /// The venue is stale, or lost something: none of its quotes counts. Symbols see it with the sweep.
  void exclude_venue(std::uint8_t venue) noexcept { set_excluded(excluded_ | VenueSet{1} << venue); }
  void include_venue(std::uint8_t venue) noexcept { set_excluded(excluded_ & ~(VenueSet{1} << venue)); }
  /// A trading day begins there: yesterday's quotes are gone, and so are its halts. One pass over the symbols.
  void forget_venue(std::uint8_t venue) noexcept {
    const VenueSet others = ~(VenueSet{1} << venue);
    for (Symbol& symbol : symbols_) {
      symbol.quoted &= others, symbol.halted &= others, symbol.doubtful &= others;
    }
    begin_sweep();
  }

  [[nodiscard]] bool is_sweeping() const noexcept { return sweep_at_ != sweep_end_; }
  /// The next `count` symbols see which venues are in; `changed(const Nbbo&)` for each whose best is another one.
  template <class Changed>
  void sweep(std::size_t count, Changed&& changed) {
    for (; count != 0 && is_sweeping(); --count) {
      Symbol& symbol = symbols_[sweep_at_++];
      if (symbol.seen_version == version_) continue;
      if (const Nbbo* nbbo = recompute(symbol); nbbo != nullptr) changed(*nbbo);
    }
  }

  /// A hint: a quote of this instrument comes soon.
  void prefetch(ringbuf::InstrumentId id) const noexcept {
    if (id.value >= places_.size() || places_[id.value].symbol >= symbols_.size()) return;
    platform::prefetch_for_write(&symbols_[places_[id.value].symbol]);
    platform::prefetch_for_write(&quotes_[quote_at(places_[id.value])]);
  }

  [[nodiscard]] const NbboCounts& counts() const noexcept { return counts_; }

  void archive(StateArchive& archive) {
    archive(places_, symbol_of_, symbols_, quotes_, excluded_, version_, sweep_at_, sweep_end_, counts_);
    if (archive.is_reading()) symbols_.reserve(quotes_.size() / rules_.venues);
  }

  /// Where a consolidated instrument stands; empty for one without quotes.
  [[nodiscard]] Nbbo newest(ringbuf::InstrumentId consolidated) const noexcept {
    const bool known = consolidated.value < symbol_of_.size() && symbol_of_[consolidated.value] != kNone;
    return known ? nbbo_of(symbols_[symbol_of_[consolidated.value]]) : Nbbo{.instrument = consolidated};
  }

 private:
  static constexpr std::size_t kBid = 0, kAsk = 1;
  static constexpr std::uint32_t kNone = 0xffff'ffff, kUnasked = 0xffff'fffe;
  static constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();
  static constexpr std::uint64_t kMostSize = std::uint64_t{1} << 58;  // 32 of them add up within 64 bits

  /// Keys are such that higher is better on both sides: a bid's price, an offer's complement.
  struct VenueQuote {
    std::array<std::int64_t, 2> key{kNothing, kNothing};
    std::array<std::uint64_t, 2> size{};
  };
  /// By side.
  struct Best {
    std::array<std::int64_t, 2> key{kNothing, kNothing};
    std::array<std::uint64_t, 2> size{};
    std::array<VenueSet, 2> venues{};
    friend bool operator==(const Best&, const Best&) = default;
  };
  struct alignas(64) Symbol {
    Best best{};
    VenueSet taken = 0;  // venues that have an instrument
    VenueSet quoted = 0, halted = 0, doubtful = 0;
    std::uint32_t seen_version = 0;
    ringbuf::InstrumentId id{};
  };
  static_assert(sizeof(VenueQuote) == 32 && sizeof(Symbol) == 64);
  static_assert(std::has_unique_object_representations_v<Symbol>);

  struct Place {
    std::uint32_t symbol = kUnasked;
    std::uint32_t venue = 0;
    std::uint64_t size_multiplier = 1;
  };

  [[nodiscard]] static VenueSet bit_of(const Place& place) noexcept { return VenueSet{1} << place.venue; }
  [[nodiscard]] std::size_t quote_at(const Place& place) const noexcept {
    return place.symbol * rules_.venues + place.venue;
  }
  [[nodiscard]] static std::int64_t key_of(std::size_t side, ringbuf::Price price, ringbuf::Size size) noexcept {
    if (!is_present(price) || size.value == 0) return kNothing;
    return side == kBid ? price.value : ~price.value;
  }
  [[nodiscard]] static std::uint64_t counted_size(ringbuf::Size size, const Place& place) noexcept {
    std::uint64_t units = 0;
    return __builtin_mul_overflow(size.value, place.size_multiplier, &units) ? kMostSize : std::min(units, kMostSize);
  }

  [[nodiscard]] Place place_of(ringbuf::InstrumentId id) noexcept {
    if (id.value >= places_.size()) return {.symbol = kNone};
    Place& place = places_[id.value];
    if (place.symbol == kUnasked) [[unlikely]]
      place = ask(id);
    return place;
  }
  [[nodiscard]] Place ask(ringbuf::InstrumentId id) noexcept {
    const std::optional<NbboPart> part = lookup_.find(id);
    if (!part) return {.symbol = kNone};
    const std::uint32_t at = part->consolidated.value;
    if (at >= symbol_of_.size() || part->venue >= rules_.venues) return refuse();
    if (symbol_of_[at] == kNone) {
      if ((symbols_.size() + 1) * rules_.venues > quotes_.size()) return refuse();
      symbol_of_[at] = static_cast<std::uint32_t>(symbols_.size());
      symbols_.push_back({.seen_version = version_, .id = part->consolidated});
    }
    const Place place{symbol_of_[at], part->venue, part->size_multiplier};
    Symbol& symbol = symbols_[place.symbol];
    if ((symbol.taken & bit_of(place)) != 0) return refuse();
    symbol.taken |= bit_of(place);
    return place;
  }
  [[nodiscard]] Place refuse() noexcept {
    ++counts_.refused;
    return {.symbol = kNone};
  }

  void set_excluded(VenueSet venues) noexcept {
    if (venues == excluded_) return;
    excluded_ = venues;
    begin_sweep();
  }
  void begin_sweep() noexcept {
    ++version_;
    sweep_at_ = 0;
    sweep_end_ = symbols_.size();  // those to come know already
  }

  [[nodiscard]] bool counts(const Symbol& symbol, VenueSet bit, const VenueQuote& quote) const noexcept {
    if ((bit & symbol.quoted & ~(symbol.halted | symbol.doubtful | excluded_)) == 0) return false;
    return rules_.one_sided_quotes_count || (quote.key[0] != kNothing && quote.key[1] != kNothing);
  }

  /// One venue went from `before` to `now`; the best of a side follows. true: it is another one.
  bool update_side(Symbol& symbol, std::size_t side, VenueSet bit, const VenueQuote& before, const VenueQuote& now,
                   bool is_counted) noexcept {
    Best& best = symbol.best;
    const std::int64_t key = is_counted ? now.key[side] : kNothing;
    const bool was_best = (best.venues[side] & bit) != 0;
    if (key > best.key[side]) {
      best.key[side] = key;
      best.size[side] = now.size[side];
      best.venues[side] = bit;
      return true;
    }
    if (key == best.key[side] && key != kNothing) {
      if (was_best && now.size[side] == before.size[side]) return false;
      best.size[side] += now.size[side] - (was_best ? before.size[side] : 0);
      best.venues[side] |= bit;
      return true;
    }
    if (!was_best) return false;
    best.venues[side] &= ~bit;
    best.size[side] -= before.size[side];
    if (best.venues[side] == 0) rescan(symbol, side);
    return true;
  }

  void rescan(Symbol& symbol, std::size_t side) noexcept {
    ++counts_.rescans;
    std::int64_t key = kNothing;
    std::uint64_t size = 0;
    VenueSet venues = 0;
    const VenueQuote* const quotes = &quotes_[static_cast<std::size_t>(&symbol - symbols_.data()) * rules_.venues];
    for (std::size_t v = 0; v < rules_.venues; ++v) {
      const VenueSet bit = VenueSet{1} << v;
      const std::int64_t its = quotes[v].key[side];
      if (its < key || its == kNothing || !counts(symbol, bit, quotes[v])) continue;
      if (its > key) key = its, size = 0, venues = 0;
      size += quotes[v].size[side];
      venues |= bit;
    }
    symbol.best.key[side] = key;
    symbol.best.size[side] = size;
    symbol.best.venues[side] = venues;
  }
  const Nbbo* recompute(Symbol& symbol) noexcept {
    const Best before = symbol.best;
    symbol.seen_version = version_;
    for (const std::size_t side : {kBid, kAsk}) rescan(symbol, side);
    return symbol.best == before ? nullptr : say(symbol);
  }

  const Nbbo* say(const Symbol& symbol) noexcept {
    ++counts_.changes;
    newest_ = nbbo_of(symbol);
    return &newest_;
  }
  [[nodiscard]] static Nbbo nbbo_of(const Symbol& symbol) noexcept {
    const Best& best = symbol.best;
    Nbbo nbbo{.instrument = symbol.id, .bid_venues = best.venues[kBid], .ask_venues = best.venues[kAsk]};
    if (nbbo.bid_venues != 0) nbbo.quote.bid_price = {best.key[kBid]};
    if (nbbo.ask_venues != 0) nbbo.quote.ask_price = {~best.key[kAsk]};
    nbbo.quote.bid_size = {best.size[kBid]};
    nbbo.quote.ask_size = {best.size[kAsk]};
    nbbo.state = state_of(nbbo.quote);
    return nbbo;
  }

  NbboRules rules_;
  const NbboLookup& lookup_;
  std::vector<Place> places_;             // by instrument
  std::vector<std::uint32_t> symbol_of_;  // by consolidated instrument
  std::vector<Symbol> symbols_;
  std::vector<VenueQuote> quotes_;  // by symbol, then venue
  VenueSet excluded_ = 0;
  std::uint32_t version_ = 0;                 // of what is excluded and forgotten
  std::size_t sweep_at_ = 0, sweep_end_ = 0;  // symbols that have not seen it yet
  Nbbo newest_;
  NbboCounts counts_;
};

}  // namespace tickplant::analytics
