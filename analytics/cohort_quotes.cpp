#include "analytics/cohort.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

double value_of(config::QuoteFunction function, const QuoteWindowValues& values,
                const QuoteWindowValues& nbbo) noexcept {
  using config::QuoteFunction;
  switch (function) {
    case QuoteFunction::spread: return values.close_spread;
    case QuoteFunction::mean_spread: return values.mean_spread;
    case QuoteFunction::min_spread: return values.min_spread;
    case QuoteFunction::max_spread: return values.max_spread;
    case QuoteFunction::imbalance: return values.close_imbalance;
    case QuoteFunction::mean_imbalance: return values.mean_imbalance;
    case QuoteFunction::microprice: return values.close_microprice;
    case QuoteFunction::nbbo_bid: return nbbo.close_bid;
    case QuoteFunction::nbbo_ask: return nbbo.close_ask;
    case QuoteFunction::nbbo_spread: return nbbo.close_spread;
    case QuoteFunction::nbbo_mean_spread: return nbbo.mean_spread;
    case QuoteFunction::nbbo_imbalance: return nbbo.close_imbalance;
    case QuoteFunction::nbbo_microprice: return nbbo.close_microprice;
  }
  return kNoValue;
}

}  // namespace

void Cohort::on_quote(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark) noexcept {
  catch_up(slot);
  ++counts_.quotes;
  if (!quotes_.on_quote(slot, time, quote, watermark, lateness_)) ++counts_.quotes_dropped;
  if (quotes_.has_panes(slot)) mark_active(slot);
}

void Cohort::forget_quotes(std::uint16_t feed, Time time, Time watermark) noexcept {
  if (!takes_quotes()) return;
  for (std::uint32_t slot = 0; slot < headers_.size(); ++slot) {
    if (headers_[slot].feed != feed) continue;
    catch_up(slot);
    static_cast<void>(quotes_.on_quote(slot, time, StandingQuote{}, watermark, lateness_));
    if (quotes_.has_panes(slot)) mark_active(slot);
  }
}

void Cohort::on_nbbo(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark) noexcept {
  if (nbbo_.is_empty()) return;
  catch_up(slot);
  static_cast<void>(nbbo_.on_quote(slot, time, quote, watermark, lateness_));
  if (nbbo_.has_panes(slot)) mark_active(slot);
}

Quality Cohort::quality_of_all(Time start, Time end, std::uint64_t cause) const noexcept {
  Quality quality = Quality::none;
  for (const InputQuality& feed : feeds_) quality = quality | feed.of(start, end, cause, listener_);
  return quality;
}

void Cohort::publish_nbbo(const Step& step, InstrumentId instrument, Time time, const NbboSymbol& symbol,
                          const Nbbo& nbbo, std::uint32_t quality) noexcept {
  const auto price = [](Price value) {
    return is_present(value) ? static_cast<double>(value.value) / static_cast<double>(kPriceScale) : kNoValue;
  };
  const auto size = [&](Size value) { return static_cast<double>(value.value) / std::pow(10.0, symbol.size_scale); };
  DerivedHeader derived;
  derived.ts_event = {time};
  derived.cause_seq = {step.cause};
  derived.input_first = derived.input_last = {step.cause};
  derived.instrument = instrument;
  derived.function = set_.first_nbbo;
  derived.basis = Basis::tick;
  derived.quality = Quality{quality} | quality_of_all(time, time + 1, step.cause);
  derived.ts_recv = {step.received};
  IndicatorValuesBody body;
  body.start = body.end = {time};
  body.count = static_cast<std::uint16_t>(kNbboValues.size());
  body.bar_index = symbol.changes - 1;
  if (derived.quality != Quality::none) body.affected = (1u << body.count) - 1;
  body.value.fill(kNoValue);
  const std::array<double, kNbboValues.size()> values{
      price(nbbo.quote.bid_price),
      price(nbbo.quote.ask_price),
      size(nbbo.quote.bid_size),
      size(nbbo.quote.ask_size),
      static_cast<double>(std::popcount(nbbo.bid_venues)),
      static_cast<double>(std::popcount(nbbo.ask_venues)),
      static_cast<double>(nbbo.state),
  };
  std::copy(values.begin(), values.end(), body.value.begin());
  output_.publish(make_derived(derived, body));
}

/// What is said of the quotes of a window that has a bar and can no longer change.
void Cohort::close_quotes(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec,
                          Time start, Time end, const PaneContent& content) noexcept {
  const auto found = std::find_if(set_.quotes.begin(), set_.quotes.end(),
                                  [&](const QuoteOutputs& outputs) { return outputs.spec == spec.index; });
  if (found == set_.quotes.end()) return;
  const bool has_nbbo = std::any_of(found->of.begin(), found->of.end(), config::is_nbbo);
  const bool has_own = !std::all_of(found->of.begin(), found->of.end(), config::is_nbbo);
  const QuoteWindowValues values = has_own ? quotes_.values(slot, spec.family, start, end) : QuoteWindowValues{};
  const QuoteWindowValues nbbo = has_nbbo ? nbbo_.values(slot, spec.family, start, end) : QuoteWindowValues{};
  DerivedHeader derived;
  derived.ts_event = {end};
  derived.cause_seq = {step.cause};
  derived.input_first = {content.first_cause};
  derived.input_last = {content.last_cause};
  derived.instrument = header.id;
  derived.function = found->first;
  derived.basis = Basis::final;
  derived.quality =
      feeds_[header.feed].of(start, end, step.cause, listener_) | Quality{content.quality | values.quality};
  const Quality own = derived.quality;
  if (has_nbbo) derived.quality = own | Quality{nbbo.quality} | quality_of_all(start, end, step.cause);
  derived.ts_recv = {step.received};
  IndicatorValuesBody body;
  static_assert(config::kQuoteFunctions <= IndicatorValuesBody::kMaxValues, "one record has them all");
  body.start = {start};
  body.end = {end};
  body.first_output = found->first_output;
  body.count = static_cast<std::uint16_t>(found->of.size());
  const auto place = static_cast<std::size_t>(found - set_.quotes.begin());
  body.bar_index = quote_bars_[slot * set_.quotes.size() + place]++;
  for (std::size_t i = 0; i < found->of.size(); ++i) {
    const Quality its = config::is_nbbo(found->of[i]) ? derived.quality : own;
    body.affected |= (its != Quality::none ? 1u : 0u) << i;
  }
  body.value.fill(kNoValue);
  std::transform(found->of.begin(), found->of.end(), body.value.begin(),
                 [&](config::QuoteFunction function) { return value_of(function, values, nbbo); });
  output_.publish(make_derived(derived, body));
}

}  // namespace tickplant::analytics
