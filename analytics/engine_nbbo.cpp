#include <algorithm>

#include "analytics/engine.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

/// A consolidated quote is as of its arrival: a change that is older than the one before it, since its feed lags, is
/// told with that one's time. So what stands is what came last, and each stands for the time until the next.
void Engine::on_nbbo(const Step& step, Group& group, std::size_t set, InstrumentId by, Time time, std::uint32_t quality,
                     NbboSymbol& symbol, const Nbbo& nbbo) noexcept {
  symbol.newest = std::max(symbol.newest, time);
  ++symbol.changes;
  Cohort& cohort = *group.cohorts[set];
  StandingQuote standing = StandingQuote::of(nbbo.quote);
  standing.quality = quality;
  for (const NbboInstrument& instrument : symbol.instruments) {
    if (instrument.slot == NbboInstrument::kNoSlot) continue;
    cohort.on_nbbo(instrument.slot, symbol.newest, standing, group.clock.watermark());
  }
  if (!shard_.takes(by)) return;
  ++counts_.nbbo_changes;
  if (program_->sets()[set]->first_nbbo.value != 0) cohort.publish_nbbo(step, by, symbol.newest, symbol, nbbo, quality);
}

/// An instrument that is new knows what stands, since when.
void Engine::join_nbbo(const Place& place, std::uint32_t part) noexcept {
  const Group& group = groups_[place.group];
  const NbboSymbols& symbols = *group.nbbo[place.nbbo_set];
  const NbboSymbol& symbol = symbols.symbol_of(part);
  if (symbol.changes == 0) return;
  group.cohorts[place.cohort]->on_nbbo(place.slot, symbol.newest, StandingQuote::of(symbols.newest(part).quote),
                                       group.clock.watermark());
}

void Engine::on_nbbo_record(const Step& step, const Place& place, Group& group, const Record& record) noexcept {
  const auto quality = static_cast<std::uint32_t>(quality_of(record.header.flags));
  group.nbbo[place.nbbo_set]->on_record(place.nbbo_part - 1, record, [&](NbboSymbol& symbol, const Nbbo& nbbo) {
    on_nbbo(step, group, place.nbbo_set, record.header.instrument, record.header.ts_event.value, quality, symbol, nbbo);
  });
}

void Engine::on_feed_change(const Step& step, Group& group, std::uint16_t feed, Time time, FeedChange change) noexcept {
  for (std::size_t set = 0; set < group.nbbo.size(); ++set) {
    NbboSymbols* const symbols = group.nbbo[set].get();
    if (symbols == nullptr) continue;
    const auto changed = [&](NbboSymbol& symbol, const Nbbo& nbbo) {
      on_nbbo(step, group, set, symbol.instrument_on(feed), time, 0, symbol, nbbo);
    };
    switch (change) {
      case FeedChange::out: symbols->exclude_feed(feed, changed); break;
      case FeedChange::in: symbols->include_feed(feed, changed); break;
      case FeedChange::forgotten: symbols->forget_feed(feed, changed); break;
    }
  }
}

/// Behind the boundary that the same record brings: windows that it makes final do not know of it.
void Engine::take_out(const Step& step, Group& group, std::uint16_t feed) noexcept {
  if (group.is_out[feed]) return;
  group.is_out[feed] = group.any_out = true;
  on_feed_change(step, group, feed, group.clock.newest(), FeedChange::out);
}

/// A feed that was silent speaks.
void Engine::bring_back(const Step& step, Group& group, std::uint16_t feed, Time time) noexcept {
  if (!group.is_out[feed]) return;
  group.is_out[feed] = false;
  group.any_out = std::find(group.is_out.begin(), group.is_out.end(), true) != group.is_out.end();
  on_feed_change(step, group, feed, time, FeedChange::in);
}

}  // namespace tickplant::analytics
