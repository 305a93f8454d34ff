#include "clients/cli/live/market_table.hpp"

#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::ImageEntry;
using ringbuf::Price;
using ringbuf::Size;

std::string full_symbol(const MarketRow& row) { return row.symbol + '@' + row.venue; }

std::string price_and_size(Price price, Size size, int scale) {
  return ringbuf::is_present(price) ? price_text(price) + " x " + size_text(size, scale) : "-";
}

std::string status_text(const ImageEntry& image) {
  std::string text(word_of(image.trading_status));
  return text == "unknown" ? "-" : text;
}

Json image_quality_json(ringbuf::Quality quality) {
  Json out = Json::array();
  for (const std::string_view word : words_of(quality)) out.push_back(word);
  return out;
}

std::string image_quality_text(ringbuf::Quality quality) {
  std::string text;
  for (const std::string_view word : words_of(quality)) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

std::string change_text(const ImageEntry& image) {
  const auto change = change_basis_points(image);
  return change ? percent_text(*change) : "-";
}

Look look_of_change(const ImageEntry& image) noexcept {
  const std::int64_t change = change_basis_points(image).value_or(0);
  return change > 0 ? Look::rise : change < 0 ? Look::fall : Look::plain;
}

std::string market_table(const std::vector<MarketRow>& rows, const Style& style) {
  TextTable table(
      {{"symbol", true}, {"last"}, {"chg %"}, {"bid"}, {"ask"}, {"volume"}, {"trades"}, {"vwap"}, {"status", true}});
  for (const MarketRow& row : rows) {
    const ImageEntry& image = row.image;
    table.add({printable(full_symbol(row)),
               {price_text(image.last_price), look_of_change(image)},
               {change_text(image), look_of_change(image)},
               price_and_size(image.bid_price, image.bid_size, row.size_scale),
               price_and_size(image.ask_price, image.ask_size, row.size_scale),
               size_text(image.volume, row.size_scale),
               count_text(image.trade_count),
               rounded_price_text(image.vwap(), 4),
               status_text(image)},
              image_quality_text(image.quality));
  }
  return table.text(style);
}

std::string image_text(const MarketRow& row, WallClock& clock, const Style& style) {
  const ImageEntry& image = row.image;
  std::string out = fact_line("symbol", style.bold(printable(full_symbol(row))));
  if (!row.has_image) return out + fact_line("image", style.dim("nothing yet"));
  out += fact_line(
      "status", status_text(image) + (image.short_sale == 0 ? "" : ", short sale " + std::string(1, image.short_sale)));
  out += fact_line(
      "last", !ringbuf::is_present(image.last_price)
                  ? "-"
                  : style.as(look_of_change(image), price_and_size(image.last_price, image.last_size, row.size_scale) +
                                                        "  " + change_text(image) + " %") +
                        "  at " + clock.time_text(image.last_trade_time));
  out += fact_line("bid", price_and_size(image.bid_price, image.bid_size, row.size_scale));
  out += fact_line("ask", price_and_size(image.ask_price, image.ask_size, row.size_scale));
  out += fact_line("day", "open " + price_text(image.open) + "  high " + price_text(image.high) + "  low " +
                              price_text(image.low) + "  previous close " + price_text(image.previous_close));
  out += fact_line("volume", size_text(image.volume, row.size_scale) + " in " + count_text(image.trade_count, "trade") +
                                 ", vwap " + rounded_price_text(image.vwap(), 6));
  if (ringbuf::is_present(image.band_upper)) {
    out += fact_line("price band", price_text(image.band_lower) + " to " + price_text(image.band_upper) +
                                       ", reference " + price_text(image.band_reference));
  }
  if (image.auction_paired.value > 0 || ringbuf::is_present(image.auction_reference)) {
    out += fact_line("auction", "paired " + size_text(image.auction_paired, row.size_scale) + "  imbalance " +
                                    size_text(image.auction_imbalance, row.size_scale) + ' ' +
                                    std::string(word_of(image.auction_side)) + "  reference " +
                                    price_text(image.auction_reference) + "  near " + price_text(image.auction_near) +
                                    "  far " + price_text(image.auction_far));
  }
  out += fact_line("newest", "record " + std::to_string(image.stamp) + " at " + clock.date_time_text(image.ts_event));
  if (image.quality != ringbuf::Quality::none) out += style.warning("  ! " + image_quality_text(image.quality)) + '\n';
  return out;
}

Json row_json(const MarketRow& row) {
  return {{"symbol", full_symbol(row)}, {"image", row.has_image ? image_json(row.image) : Json(nullptr)}};
}

Json image_json(const ImageEntry& image) {
  const auto change = change_basis_points(image);
  const bool traded = ringbuf::is_present(image.last_price);
  return {{"sequence", image.stamp},
          {"ts_event", image.ts_event.value},
          {"ts_recv", image.ts_recv.value},
          {"status", word_of(image.trading_status)},
          {"short_sale", code_json(image.short_sale)},
          {"quality", image_quality_json(image.quality)},
          {"bid_price", price_json(image.bid_price)},
          {"bid_size", image.bid_size.value},
          {"ask_price", price_json(image.ask_price)},
          {"ask_size", image.ask_size.value},
          {"last_price", price_json(image.last_price)},
          {"last_size", image.last_size.value},
          {"last_trade_time", traded ? Json(image.last_trade_time.value) : Json(nullptr)},
          {"last_trade_id", traded ? Json(image.last_trade_id) : Json(nullptr)},
          {"change_from",
           change ? Json(ringbuf::is_present(image.previous_close) ? "previous_close" : "open") : Json(nullptr)},
          {"change_percent", change ? Json(static_cast<double>(*change) / 100) : Json(nullptr)},
          {"volume", image.volume.value},
          {"trades", image.trade_count},
          {"vwap", price_json(image.vwap())},
          {"open", price_json(image.open)},
          {"high", price_json(image.high)},
          {"low", price_json(image.low)},
          {"previous_close", price_json(image.previous_close)},
          {"trading_date", image.trading_date == 0 ? Json(nullptr) : Json(image.trading_date)},
          {"band_reference", price_json(image.band_reference)},
          {"band_upper", price_json(image.band_upper)},
          {"band_lower", price_json(image.band_lower)},
          {"auction_paired", image.auction_paired.value},
          {"auction_imbalance", image.auction_imbalance.value},
          {"auction_side", word_of(image.auction_side)},
          {"auction_reference", price_json(image.auction_reference)},
          {"auction_near", price_json(image.auction_near)},
          {"auction_far", price_json(image.auction_far)}};
}

}  // namespace tickplant::cli
