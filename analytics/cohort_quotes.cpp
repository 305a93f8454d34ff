#include "analytics/cohort.hpp"

#include <algorithm>

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

double value_of(config::QuoteFunction function, const QuoteWindowValues& values) noexcept {
  using config::QuoteFunction;
  switch (function) {
    case QuoteFunction::spread: return values.close_spread;
    case QuoteFunction::mean_spread: return values.mean_spread;
    case QuoteFunction::min_spread: return values.min_spread;
    case QuoteFunction::max_spread: return values.max_spread;
    case QuoteFunction::imbalance: return values.close_imbalance;
    case QuoteFunction::mean_imbalance: return values.mean_imbalance;
    case QuoteFunction::microprice: return values.close_microprice;
  }
  return kNoValue;
}

}  // namespace

void Cohort::on_quote(std::uint32_t slot, Time time, const QuoteBody& quote, std::uint32_t quality,
                      Time watermark) noexcept {
  catch_up(slot);
  ++counts_.quotes;
  if (!quotes_.on_quote(slot, time, StandingQuote::of(quote), quality, watermark, lateness_)) ++counts_.quotes_dropped;
  if (quotes_.has_panes(slot)) mark_active(slot);
}

/// What is said of the quotes of a window that has a bar and can no longer change.
void Cohort::close_quotes(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec,
                          Time start, Time end, const PaneContent& content) noexcept {
  const auto found = std::find_if(set_.quotes.begin(), set_.quotes.end(),
                                  [&](const QuoteOutputs& outputs) { return outputs.spec == spec.index; });
  if (found == set_.quotes.end()) return;
  const QuoteWindowValues values = quotes_.values(slot, spec.family, start, end);
  DerivedHeader derived;
  derived.ts_event = {end};
  derived.cause_seq = {step.cause};
  derived.input_first = {content.first_cause};
  derived.input_last = {content.last_cause};
  derived.instrument = header.id;
  derived.function = found->first;
  derived.basis = Basis::final;
  derived.quality = feeds_[header.feed].of(start, end, step.cause) | Quality{content.quality | values.quality};
  derived.ts_recv = {step.received};
  IndicatorValuesBody body;
  static_assert(config::kQuoteFunctions <= IndicatorValuesBody::kMaxValues, "one record has them all");
  body.start = {start};
  body.end = {end};
  body.first_output = found->first_output;
  body.count = static_cast<std::uint16_t>(found->of.size());
  const auto place = static_cast<std::size_t>(found - set_.quotes.begin());
  body.bar_index = quote_bars_[slot * set_.quotes.size() + place]++;
  if (derived.quality != Quality::none) body.affected = (1u << body.count) - 1;
  body.value.fill(kNoValue);
  std::transform(found->of.begin(), found->of.end(), body.value.begin(),
                 [&](config::QuoteFunction function) { return value_of(function, values); });
  output_.publish(make_derived(derived, body));
}

}  // namespace tickplant::analytics
