#include "clients/cli/live/derived_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "analytics/windows/pane.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cpp/derived_view.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

std::string printed(const char* format, double number) {
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), format, number);
  return {text.data(), std::min(static_cast<std::size_t>(length), text.size() - 1)};
}

std::string percent(double number) { return printed("%.2f", number) + " %"; }

/// The two sides of a cross; the first is left out where it is the price.
std::string cross_text(const SignalBody& signal, const char* relation) {
  std::string text(word_of(signal.what));
  const double price = static_cast<double>(signal.price.value) / static_cast<double>(kPriceScale);
  const bool is_price = is_present(signal.price) && std::abs(signal.value[0] - price) < 1e-6;
  if (!std::isnan(signal.value[0]) && !is_price) text += ' ' + number_text(signal.value[0]);
  return std::isnan(signal.value[1]) ? text : text + ' ' + relation + ' ' + number_text(signal.value[1]);
}

std::string volume_anomaly_text(const SignalBody& signal, int size_scale) {
  std::string text = "volume";
  if (signal.value[2] >= 0 && signal.value[2] < 1.8e19) {
    text += ' ' + size_text({static_cast<std::uint64_t>(signal.value[2])}, size_scale);
  }
  if ((signal.fired & SignalBody::kByZ) != 0) text += ", z " + printed("%.1f", signal.value[0]);
  if ((signal.fired & SignalBody::kByRobustZ) != 0) text += ", robust z " + printed("%.1f", signal.value[1]);
  if ((signal.fired & SignalBody::kByVolume) != 0) text += ", above its limit";
  return text;
}

std::string row_text(const WindowRowBody& row, int size_scale) {
  std::string text = "open " + price_text(row.open) + "  high " + price_text(row.high) + "  low " +
                     price_text(row.low) + "  close " + price_text(row.close) + "  volume " +
                     size_text(row.volume, size_scale) + "  " + count_text(row.count, "trade") + "  vwap " +
                     number_text(row.vwap);
  if (!std::isnan(row.average_5min)) {
    text += "  ma_5min " + number_text(row.average_5min) + ' ' + std::string(word_of(row.trend));
  }
  if (row.is_volatile != 0) text += "  volatile";
  if (row.kind != RowKind::on_time) text += "  " + std::string(word_of(row.kind));
  return text;
}

std::string values_text(const DerivedRecord& record, const IndicatorValuesBody& values,
                        const FunctionsReader& functions) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(values.count, IndicatorValuesBody::kMaxValues); ++i) {
    const FunctionId id{static_cast<std::uint16_t>(record.header.function.value + i)};
    const std::string_view name = clients::own_name_of(functions, id);
    text += (i == 0 ? "" : "  ") + (name.empty() ? '#' + std::to_string(id.value) : printable(std::string(name))) +
            ' ' + number_text(values.value[i]);
    if ((values.affected >> i & 1u) != 0) text += '!';
  }
  return text;
}

std::string correction_text(const CorrectionBody& correction, const FunctionsReader& functions, int size_scale) {
  std::string text(word_of(correction.kind));
  text += "  trade #" + std::to_string(correction.trade_id);
  if (is_present(correction.old_price)) {
    text += "  " + price_text(correction.old_price) + " x " + size_text(correction.old_size, size_scale);
  }
  if (is_present(correction.new_price)) {
    text += "  now " + price_text(correction.new_price) + " x " + size_text(correction.new_size, size_scale);
  }
  text += "  too late for " + count_text(correction.window_count, "window");
  for (std::size_t i = 0; i < std::min<std::size_t>(correction.window_count, CorrectionBody::kMaxWindows); ++i) {
    text += (i == 0 ? ": " : ", ") + printable(std::string(functions.name_of(correction.function[i])));
  }
  return text;
}

std::string gap_text(const ResultGapBody& gap) {
  return "shard " + std::to_string(gap.shard) + " was too slow: " + count_text(gap.count, "input") + " lost from " +
         std::to_string(gap.first.value) + " on";
}

std::string alert_text(const AlertBody& alert) {
  std::string text = std::string(word_of(alert.severity)) + "  " + printable(std::string(text_of(alert.name)));
  if (is_present(alert.price)) text += "  at " + price_text(alert.price);
  return text;
}

Json name_json(std::string_view name) { return name.empty() ? Json(nullptr) : Json(std::string(name)); }

void add_row(const WindowRowBody& row, Json& out) {
  const bool is_at_end = row.watermark.value >= analytics::kAfterAll;
  out.update(Json{{"start", row.start.value},
                  {"end", row.end.value},
                  {"kind", word_of(row.kind)},
                  {"open", price_json(row.open)},
                  {"high", price_json(row.high)},
                  {"low", price_json(row.low)},
                  {"close", price_json(row.close)},
                  {"volume", row.volume.value},
                  {"trades", row.count},
                  {"vwap", number_json(row.vwap)},
                  {"average", number_json(row.average)},
                  {"deviation", number_json(row.deviation)},
                  {"ma_5min", number_json(row.average_5min)},
                  {"trend", std::isnan(row.average_5min) ? Json(nullptr) : Json(word_of(row.trend))},
                  {"is_volatile", row.is_volatile != 0},
                  {"first_time", row.count == 0 ? Json(nullptr) : Json(row.first_time.value)},
                  {"last_time", row.count == 0 ? Json(nullptr) : Json(row.last_time.value)},
                  {"watermark", is_at_end ? Json(nullptr) : Json(row.watermark.value)},
                  {"index", row.index}});
}

void add_values(const DerivedRecord& record, const IndicatorValuesBody& values, const FunctionsReader& functions,
                Json& out) {
  Json numbers = Json::object(), affected = Json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(values.count, IndicatorValuesBody::kMaxValues); ++i) {
    const FunctionId id{static_cast<std::uint16_t>(record.header.function.value + i)};
    const std::string name(functions.name_of(id));
    numbers[name] = number_json(values.value[i]);
    if ((values.affected >> i & 1u) != 0) affected.push_back(name);
  }
  out.update(Json{{"start", values.start.value},
                  {"end", values.end.value},
                  {"bar_index", values.bar_index},
                  {"values", std::move(numbers)},
                  {"affected", std::move(affected)}});
}

void add_signal(const SignalBody& signal, Json& out) {
  Json fired = Json::array(), values = Json::array(), bound = Json::array();
  if ((signal.fired & SignalBody::kByZ) != 0) fired.push_back("z");
  if ((signal.fired & SignalBody::kByRobustZ) != 0) fired.push_back("robust");
  if ((signal.fired & SignalBody::kByVolume) != 0) fired.push_back("absolute");
  for (const double value : signal.value) values.push_back(number_json(value));
  constexpr std::uint64_t kIndexMask = (std::uint64_t{1} << 56) - 1;
  for (std::size_t i = 0; i < std::min<std::size_t>(signal.bound_count, signal.bound.size()); ++i) {
    bound.push_back(Json{{"step", signal.bound[i] >> 56}, {"index", signal.bound[i] & kIndexMask}});
  }
  out.update(Json{{"start", signal.start.value},
                  {"end", signal.end.value},
                  {"signal", word_of(signal.what)},
                  {"price", price_json(signal.price)},
                  {"values", std::move(values)},
                  {"status", word_of(signal.status)},
                  {"is_edge", signal.is_edge != 0},
                  {"fired", std::move(fired)},
                  {"index", signal.index},
                  {"bound_count", signal.bound_count},
                  {"bound", std::move(bound)}});
}

void add_gap(const ResultGapBody& gap, Json& out) {
  out.update(Json{{"first", gap.first.value}, {"count", gap.count}, {"shard", gap.shard}});
}

void add_alert(const AlertBody& alert, Json& out) {
  Json values = Json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(alert.value_count, AlertBody::kMaxValues); ++i) {
    values.push_back(number_json(alert.value[i]));
  }
  out.update(Json{{"rule", alert.rule},
                  {"name", std::string(text_of(alert.name))},
                  {"owner", alert.owner == AlertBody::kNoOwner ? Json(nullptr) : Json(alert.owner)},
                  {"severity", word_of(alert.severity)},
                  {"price", price_json(alert.price)},
                  {"values", values},
                  {"nth", alert.nth},
                  {"shard", alert.shard}});
  if (alert.source != 0) out["source"] = alert.source;
}

void add_correction(const CorrectionBody& correction, const FunctionsReader& functions, Json& out) {
  Json windows = Json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(correction.window_count, CorrectionBody::kMaxWindows); ++i) {
    windows.push_back(
        Json{{"function", name_json(functions.name_of(correction.function[i]))}, {"start", correction.start[i].value}});
  }
  const bool had = is_present(correction.old_price), has_new = is_present(correction.new_price);
  out.update(Json{{"kind", word_of(correction.kind)},
                  {"trade_id", correction.trade_id},
                  {"trade_time", correction.trade_time.value},
                  {"old_price", price_json(correction.old_price)},
                  {"old_size", had ? Json(correction.old_size.value) : Json(nullptr)},
                  {"new_price", price_json(correction.new_price)},
                  {"new_size", has_new ? Json(correction.new_size.value) : Json(nullptr)},
                  {"windows", std::move(windows)}});
}

}  // namespace

std::string number_text(double number) {
  if (std::isnan(number)) return "-";
  return printed(number == 0 || std::abs(number) >= 1 ? "%.4f" : "%.6g", number);
}

Json number_json(double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); }

std::string signal_text(const SignalBody& signal, int size_scale) {
  switch (signal.what) {
    case SignalValue::golden: return cross_text(signal, "over");
    case SignalValue::death: return cross_text(signal, "under");
    case SignalValue::up:
    case SignalValue::down:
      return std::string(word_of(signal.what)) + ' ' + percent(std::abs(signal.value[0])) +
             (signal.is_edge != 0 ? ", edge" : "");
    case SignalValue::swing: return percent(signal.value[0]) + " from low to high";
    case SignalValue::volume: return volume_anomaly_text(signal, size_scale);
    case SignalValue::match: return "match of " + count_text(signal.bound_count, "event");
  }
  return std::string(word_of(signal.what));
}

Look look_of(SignalValue what) noexcept {
  if (what == SignalValue::golden || what == SignalValue::up) return Look::rise;
  return what == SignalValue::death || what == SignalValue::down ? Look::fall : Look::plain;
}

Look look_of(Trend trend) noexcept {
  return trend == Trend::bullish ? Look::rise : trend == Trend::bearish ? Look::fall : Look::plain;
}

std::string quality_text(Quality quality) {
  std::string text;
  for (const std::string_view word : words_of(quality)) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

Json quality_json(Quality quality) {
  Json out = Json::array();
  for (const std::string_view word : words_of(quality)) out.push_back(word);
  return out;
}

std::string fields_text(const DerivedRecord& record, const FunctionsReader& functions, int size_scale) {
  switch (record.header.type) {
    case DerivedType::window_row: return row_text(record.as<WindowRowBody>(), size_scale);
    case DerivedType::indicator_values: return values_text(record, record.as<IndicatorValuesBody>(), functions);
    case DerivedType::signal: {
      const auto signal = record.as<SignalBody>();
      std::string text = signal_text(signal, size_scale);
      if (is_present(signal.price)) text += "  at " + price_text(signal.price);
      if (signal.status != SignalStatus::stands) text += "  " + std::string(word_of(signal.status));
      return text;
    }
    case DerivedType::correction: return correction_text(record.as<CorrectionBody>(), functions, size_scale);
    case DerivedType::gap: return gap_text(record.as<ResultGapBody>());
    case DerivedType::alert: return alert_text(record.as<AlertBody>());
    case DerivedType::none: break;
  }
  return std::string(word_of(record.header.type));
}

void add_fields(const DerivedRecord& record, const FunctionsReader& functions, Json& out) {
  const DerivedHeader& header = record.header;
  out.update(Json{{"function", name_json(functions.name_of(header.function))},
                  {"ts_event", header.ts_event.value},
                  {"ts_recv", header.ts_recv.value},
                  {"cause_seq", header.cause_seq.value},
                  {"input_first", header.input_first.value},
                  {"input_last", header.input_last.value},
                  {"basis", word_of(header.basis)},
                  {"revision", header.revision},
                  {"quality", quality_json(header.quality)}});
  switch (header.type) {
    case DerivedType::window_row: return add_row(record.as<WindowRowBody>(), out);
    case DerivedType::indicator_values: return add_values(record, record.as<IndicatorValuesBody>(), functions, out);
    case DerivedType::signal: return add_signal(record.as<SignalBody>(), out);
    case DerivedType::correction: return add_correction(record.as<CorrectionBody>(), functions, out);
    case DerivedType::gap: return add_gap(record.as<ResultGapBody>(), out);
    case DerivedType::alert: return add_alert(record.as<AlertBody>(), out);
    case DerivedType::none: return;
  }
}

}  // namespace tickplant::cli
