#include "analytics/windows/window_row.hpp"

#include "analytics/signals/swing.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

/// "More than 2 % within the window", strictly.
bool is_volatile(const PaneContent& content) noexcept {
  return content.has_price() && SwingRule{config::whole(2)}.fires(content.high, content.low);
}

Trend trend_of(Price last, double average) noexcept {
  if (!is_present(last) || average != average) return Trend::neutral;
  const double price = static_cast<double>(last.value) / static_cast<double>(kPriceScale);
  return price > average ? Trend::bullish : price < average ? Trend::bearish : Trend::neutral;
}

}  // namespace

DerivedRecord make_row(const PaneContent& content, const RowContext& context) noexcept {
  DerivedHeader header;
  header.ts_event = {context.end};
  header.cause_seq = {context.cause};
  header.input_first = {content.first_cause};
  header.input_last = {content.last_cause};
  header.instrument = context.instrument;
  header.function = context.function;
  header.basis = context.basis;
  header.revision = context.revision;
  header.quality = context.quality | Quality{content.quality};
  header.ts_recv = {context.received};
  WindowRowBody row;
  row.start = {context.start};
  row.end = {context.end};
  row.count = content.totals.count;
  const auto price = [&](std::int64_t units) { return Price{units * context.price_unit}; };
  if (context.kind == RowKind::carried) row.open = row.high = row.low = row.close = price(content.close);
  if (content.has_price()) {
    row.open = price(content.open);
    row.high = price(content.high);
    row.low = price(content.low);
    row.first_time = {content.first_key.time};
  }
  if (content.has_close()) {
    row.close = price(content.close);
    row.last_time = {content.last_key.time};
  }
  row.volume = {content.totals.volume};
  row.notional = words_of(content.totals.notional);
  row.sum = words_of(content.totals.sum);
  row.sum_of_squares = words_of(content.totals.sum_of_squares);
  row.vwap = vwap_of(content.totals, context.price_unit);
  row.average = average_of(content.totals, context.price_unit);
  row.deviation = deviation_of(content.totals, context.price_unit);
  row.average_5min = context.average_5min;
  row.price_unit = context.price_unit;
  row.watermark = {context.watermark};
  row.kind = context.kind;
  row.index = context.index;
  row.trend = trend_of(row.close, context.average_5min);
  row.is_volatile = is_volatile(content) ? 1 : 0;
  return make_derived(header, row);
}

}  // namespace tickplant::analytics
