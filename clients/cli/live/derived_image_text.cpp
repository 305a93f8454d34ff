#include "clients/cli/live/derived_image_text.hpp"

#include <algorithm>
#include <cmath>

#include "clients/cli/live/derived_context.hpp"
#include "clients/cli/live/derived_text.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;
using clients::DerivedView;

std::string name_text(const DerivedView& view, FunctionId id) {
  return printable(std::string(view.functions().name_of(id)));
}

std::string window_line(const DerivedView& view, const DerivedWindow& window, int size_scale, WallClock& clock,
                        const Style& style) {
  std::string text = "from " + DerivedContext::time_text(clock, window.start) + "  open " + price_text(window.open) +
                     "  high " + price_text(window.high) + "  low " + price_text(window.low) + "  close " +
                     price_text(window.close) + "  volume " + size_text(window.volume, size_scale) + " in " +
                     count_text(window.count, "trade") + ", vwap " + number_text(window.vwap);
  if (window.kind == RowKind::provisional || window.kind == RowKind::carried) {
    text += ", " + std::string(word_of(window.kind));
  }
  if (window.is_volatile != 0) text += ", volatile";
  if (window.revision != 0) text += ", rev " + std::to_string(window.revision);
  if (window.quality != Quality::none) text += style.warning("  ! " + quality_text(window.quality));
  return fact_line(name_text(view, window.function), text);
}

/// The functions of the values, by place.
std::string indicator_name(const DerivedView& view, const DerivedImageEntry& entry, std::size_t i) {
  const FunctionId id{static_cast<std::uint16_t>(entry.first_indicator.value + i)};
  const std::string name(clients::own_name_of(view.functions(), id));
  return name.empty() ? '#' + std::to_string(id.value) : printable(name);
}

std::size_t indicator_count(const DerivedImageEntry& entry) {
  return std::min<std::size_t>(entry.indicator_count, kDerivedImageIndicators);
}

std::string indicator_lines(const DerivedView& view, const DerivedImageEntry& entry, WallClock& clock) {
  const std::size_t count = indicator_count(entry);
  if (count == 0) return {};
  const FunctionEntry* const first = view.functions().find(entry.first_indicator);
  const bool is_on_ticks = first != nullptr && first->window.value == 0;
  const std::string on = first == nullptr ? "?" : is_on_ticks ? "ticks" : name_text(view, first->window);
  std::string out = fact_line("indicators", "of " + on + (is_on_ticks ? ", at " : ", window ended ") +
                                                DerivedContext::time_text(clock, entry.indicator_end));
  std::size_t width = 0;
  for (std::size_t i = 0; i < count; ++i) width = std::max(width, indicator_name(view, entry, i).size());
  for (std::size_t i = 0; i < count; ++i) {
    const double value = entry.indicator[i];
    out += "  " + to_left(indicator_name(view, entry, i), std::max<std::size_t>(width + 2, 13)) +
           (std::isnan(value) ? "- (warming up)" : number_text(value)) + '\n';
  }
  return out;
}

std::string signal_line(const DerivedView& view, const char* label, const DerivedSignal& signal, WallClock& clock,
                        const Style& style) {
  if (signal.function.value == 0) return {};
  std::string text = style.as(look_of(signal.what), std::string(word_of(signal.what))) + "  " +
                     name_text(view, signal.function) + " at " + DerivedContext::time_text(clock, signal.time);
  if (is_present(signal.price)) text += ", price " + price_text(signal.price);
  text += ", " + std::string(word_of(signal.basis));
  if (signal.status != SignalStatus::stands) text += ", " + std::string(word_of(signal.status));
  return fact_line(label, text);
}

Json window_json(const DerivedView& view, const DerivedWindow& window) {
  return {{"function", view.functions().name_of(window.function)},
          {"start", window.start.value},
          {"end", window.end.value},
          {"kind", word_of(window.kind)},
          {"open", price_json(window.open)},
          {"high", price_json(window.high)},
          {"low", price_json(window.low)},
          {"close", price_json(window.close)},
          {"volume", window.volume.value},
          {"trades", window.count},
          {"vwap", number_json(window.vwap)},
          {"average", number_json(window.average)},
          {"deviation", number_json(window.deviation)},
          {"is_volatile", window.is_volatile != 0},
          {"revision", window.revision},
          {"quality", quality_json(window.quality)}};
}

Json signal_json(const DerivedView& view, const DerivedSignal& signal) {
  if (signal.function.value == 0) return nullptr;
  return {{"function", view.functions().name_of(signal.function)},
          {"ts_event", signal.time.value},
          {"signal", word_of(signal.what)},
          {"value", number_json(signal.value)},
          {"price", price_json(signal.price)},
          {"basis", word_of(signal.basis)},
          {"status", word_of(signal.status)}};
}

}  // namespace

std::string derived_image_text(const DerivedView& view, InstrumentId id, int size_scale, WallClock& clock,
                               const Style& style) {
  DerivedImageEntry entry;
  const TableRead read = view.read(id, entry);
  if (read == TableRead::never) return fact_line("computed", style.dim("nothing yet"));
  if (read == TableRead::busy) return fact_line("computed", style.warning("half written: its writer died in it"));
  std::string out;
  for (const DerivedWindow& window : entry.window) {
    if (window.function.value != 0) out += window_line(view, window, size_scale, clock, style);
  }
  if (!std::isnan(entry.average_5min)) {
    out += fact_line("ma_5min", number_text(entry.average_5min) + "  " +
                                    style.as(look_of(entry.trend), std::string(word_of(entry.trend))));
  }
  out += indicator_lines(view, entry, clock);
  out += signal_line(view, "cross", entry.cross, clock, style);
  out += signal_line(view, "signal", entry.signal, clock, style);
  out += fact_line("computed", "up to cause " + std::to_string(entry.cause_seq.value) + ", record " +
                                   std::to_string(entry.sequence.value) + " at " +
                                   DerivedContext::date_time_text(clock, entry.ts_event));
  if (entry.quality != Quality::none) out += style.warning("  ! " + quality_text(entry.quality)) + '\n';
  return out;
}

Json derived_image_json(const DerivedView& view, InstrumentId id) {
  DerivedImageEntry entry;
  if (view.read(id, entry) != TableRead::value) return nullptr;
  Json windows = Json::array(), indicators = Json::object();
  for (const DerivedWindow& window : entry.window) {
    if (window.function.value != 0) windows.push_back(window_json(view, window));
  }
  for (std::size_t i = 0; i < indicator_count(entry); ++i) {
    const FunctionId function{static_cast<std::uint16_t>(entry.first_indicator.value + i)};
    indicators[std::string(view.functions().name_of(function))] = number_json(entry.indicator[i]);
  }
  const bool has_average = !std::isnan(entry.average_5min);
  return {{"ring", clients::derived_ring_name(entry.shard)},
          {"sequence", entry.sequence.value},
          {"complete_through", view.complete_through(id).value},
          {"cause_seq", entry.cause_seq.value},
          {"ts_event", entry.ts_event.value},
          {"quality", quality_json(entry.quality)},
          {"ma_5min", number_json(entry.average_5min)},
          {"trend", has_average ? Json(word_of(entry.trend)) : Json(nullptr)},
          {"windows", std::move(windows)},
          {"indicators_end", indicators.empty() ? Json(nullptr) : Json(entry.indicator_end.value)},
          {"indicators", std::move(indicators)},
          {"cross", signal_json(view, entry.cross)},
          {"signal", signal_json(view, entry.signal)}};
}

}  // namespace tickplant::cli
