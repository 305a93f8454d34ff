#include "analytics/cohort.hpp"

#include <algorithm>

#include "analytics/grow.hpp"
#include "platform/cache_line.hpp"
#include "platform/prefetch.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

/// Of the quotes of each instrument, or of consolidated ones.
std::vector<std::uint16_t> specs_with_quotes(const SetProgram& set, bool of_nbbo) {
  std::vector<std::uint16_t> specs;
  for (const QuoteOutputs& outputs : set.quotes) {
    if (std::any_of(outputs.of.begin(), outputs.of.end(), [&](auto of) { return config::is_nbbo(of) == of_nbbo; })) {
      specs.push_back(outputs.spec);
    }
  }
  return specs;
}

}  // namespace

Cohort::Cohort(const SetProgram& set, const GroupProgram& group, TradeLog& log, std::span<const InputQuality> feeds,
               std::span<const FeedSessions> sessions, EngineOutput& output, EngineCounts& counts,
               std::vector<std::uint64_t>& fully_dropped, std::size_t listens_as)
    : set_(set),
      lateness_(group.watermark.lateness_ns),
      log_(log),
      feeds_(feeds),
      listener_(listens_as),
      sessions_(sessions),
      output_(output),
      counts_(counts),
      fully_dropped_(fully_dropped),
      at_once_(!set.signal_patterns.empty()),
      arrivals_(set.plan),
      ticks_(set, output, set.signal_patterns.empty() ? nullptr : this),
      quotes_(set.plan, specs_with_quotes(set, false)),
      nbbo_(set.plan, specs_with_quotes(set, true)) {
  for (const WindowSpec& spec : set.plan.specs()) {
    if (spec.early != 0 && spec.has_panes()) early_.push_back({.spec = spec.index});
    if (spec.carries && spec.size != 0) carrying_.push_back(spec.index);
  }
  SignalListener* const listener = at_once_ ? this : nullptr;
  for (const auto& bars : set.bars) {
    functions_.emplace_back();
    if (!bars->is_empty()) {
      functions_.back() = std::make_unique<BarFunctions>(*bars, set.signal_functions, output, listener);
    }
  }
  if (!early_.empty()) next_early_ = kBeforeAll;
  const auto add_runs = [&](const std::vector<NamedPattern>& patterns, std::vector<PatternRuns>& runs) {
    for (const NamedPattern& pattern : patterns) {
      runs.emplace_back(pattern.program);
      pattern_stride_ += pattern.program.state_words();
    }
  };
  add_runs(set.tick_patterns, tick_runs_);
  add_runs(set.signal_patterns, signal_runs_);
  chain_.reserve(256);
  due_.reserve(256);
  revised_.reserve(256);
}

std::uint32_t Cohort::add_instrument(InstrumentId id, std::uint16_t feed, const InstrumentFacts& facts) {
  Header header;
  header.id = id;
  header.feed = feed;
  header.price_unit = std::max<std::int64_t>(facts.price_unit, 1);
  if (!set_.config.odd_lots_move_prices) header.lot = static_cast<std::uint16_t>(std::min(facts.lot, 0xffffu));
  extend(headers_, 1);
  headers_.back() = header;
  extend(watches_, 1);
  watches_.back() = BarWatcher::kNobody;
  if (headers_.size() > active_.size() * 64) active_.push_back(0);
  for (const auto& functions : functions_) {
    if (functions) functions->add_instrument(id);
  }
  ticks_.add_instrument(header.price_unit);
  extend(carries_, carrying_.size());
  arrivals_.add_instrument(header.price_unit, facts.size_scale);
  if (at_once_) extend(signals_seen_, 1);
  extend(pattern_words_, pattern_stride_);
  quotes_.add_instrument();
  nbbo_.add_instrument();
  extend(quote_bars_, set_.quotes.size());
  return static_cast<std::uint32_t>(headers_.size() - 1);
}

void Cohort::drop_instrument(std::uint32_t slot) noexcept {
  catch_up(slot);
  for (const auto& functions : functions_) {
    if (functions) functions->flush(slot);
  }
  free_panes(headers_[slot], kAfterAll + lateness_);
  active_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
  std::erase_if(revised_, [&](const Revised& r) { return r.slot == slot; });
  std::erase_if(swung_, [&](const Swung& s) { return s.slot == slot; });
  watches_[slot] = BarWatcher::kNobody;
  ++dropped_;
}

void Cohort::prefetch(std::uint32_t slot) const noexcept { platform::prefetch_for_write(&headers_[slot]); }

void Cohort::prefetch_state(std::uint32_t slot) const noexcept {
  for (std::size_t f = 0; f < set_.plan.families().size(); ++f) {
    const auto* const pane = reinterpret_cast<const std::byte*>(&panes_[headers_[slot].newest[f]]);
    platform::prefetch_for_write(pane);
    platform::prefetch_for_write(pane + platform::kCacheLineBytes);
  }
}

/// What it counts for here: an odd lot may not move prices.
WindowTrade Cohort::counted(WindowTrade trade, const Header& header) noexcept {
  if (trade.size < header.lot) trade.moves_high_low = trade.moves_last = false;
  return trade;
}

void Cohort::on_trade(const Step& step, std::uint32_t slot, const WindowTrade& reported, std::uint64_t trade_id,
                      Time watermark) noexcept {
  Header& header = headers_[slot];
  const bool is_odd_lot = reported.size < header.lot;
  const WindowTrade& trade = is_odd_lot ? odd_lot_ = counted(reported, header) : reported;
  catch_up(slot);
  ++counts_.trades;
  std::uint64_t place = 0;
  if (log_.keeps()) {
    place = log_.append({trade_id, reported, header.last_logged, trade.key.time < watermark});
    header.last_logged = place;
  }
  const bool is_late = trade.key.time < watermark;
  if (is_late) look_at_fired(header, trade.key.time, watermark);
  const std::uint32_t extended = add_to_panes(header, slot, trade, watermark, place);
  if (!ticks_.is_empty() && trade.moves_last && !is_late) {
    ticks_.on_trade(tick_context(step, header, slot, trade), trade);
  }
  if (extended != 0 && !set_.tick_swings.empty()) run_tick_swings(step, header, slot, trade, watermark, extended);
  if (!tick_runs_.empty()) run_tick_patterns(step, header, slot, trade);
  if (!arrivals_.is_empty()) {
    arrivals_.on_trade(slot, trade, place, [&](const WindowSpec& spec, const ArrivalWindow& window) {
      close_arrival_window(step, header, slot, spec, window);
    });
  }
  if (!is_late) [[likely]]
    return;
  ++counts_.late_trades;
  CorrectionBody correction;
  correction.kind = CorrectionKind::late;
  correction.trade_id = trade_id;
  correction.new_price = {trade.price * header.price_unit};
  correction.new_size = {trade.size};
  revise(step, header, slot, trade, watermark, true, correction);
}

std::uint32_t Cohort::add_to_panes(Header& header, std::uint32_t slot, const WindowTrade& trade, Time watermark,
                                   std::uint64_t place) noexcept {
  std::uint32_t extended = 0;
  const std::span<const WindowFamily> families = set_.plan.families();
  for (std::size_t f = 0; f < families.size(); ++f) {
    const Time time = trade.key.time;
    PaneIndex index = header.newest[f];
    if (index == 0 || time < panes_[index].start || time >= panes_[index].end) {
      const std::optional<Slice> slice = families[f].pane_of(time);
      if (!slice) continue;
      if (time < watermark) {  // while one of its windows is open
        Time last_end = kBeforeAll;
        for (const std::uint16_t spec : families[f].specs) {
          const WindowSpec& s = set_.plan.specs()[spec];
          last_end = std::max(last_end, s.end_of(s.last_start(*slice), *slice));
        }
        if (last_end + lateness_ <= watermark) continue;
      }
      index = find_or_make_pane(header, slot, f, *slice, place);
    }
    Pane& pane = panes_[index];
    if (trade.price > pane.high || trade.price < pane.low) extended |= 1u << f;
    if (pane.add(trade)) [[likely]]
      continue;
    ++counts_.overflows;
    pane.quality |= static_cast<std::uint32_t>(Quality::gap_inside);
  }
  return extended;
}

PaneIndex Cohort::find_pane(const Header& header, std::size_t family, Slice slice) const noexcept {
  PaneIndex index = header.newest[family];
  while (index != 0 && panes_[index].start > slice.start) index = panes_[index].older;
  return index != 0 && panes_[index].start == slice.start ? index : 0;
}

PaneIndex Cohort::find_or_make_pane(Header& header, std::uint32_t slot, std::size_t family, Slice slice,
                                    std::uint64_t place) noexcept {
  PaneIndex newer = 0, index = header.newest[family];
  while (index != 0 && panes_[index].start > slice.start) {
    newer = index;
    index = panes_[index].older;
  }
  if (index != 0 && panes_[index].start == slice.start) return index;
  const PaneIndex made = panes_.take(slice);
  Pane& pane = panes_[made];
  pane.older = index;
  pane.first_log = place;
  for (const std::uint16_t spec : set_.plan.families()[family].specs) {
    const WindowSpec& s = set_.plan.specs()[spec];
    pane.expiry = std::max(pane.expiry, s.end_of(s.last_start(slice), slice));
  }
  if (newer == 0) {
    header.newest[family] = made;
  } else {
    panes_[newer].older = made;
  }
  mark_active(slot);
  return made;
}

}  // namespace tickplant::analytics
