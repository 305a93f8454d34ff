#include "clients/cli/top/render_market.hpp"

#include <algorithm>
#include <numeric>

#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli::top {
namespace {

using ringbuf::TradingStatus;

constexpr std::size_t kWide = 110;  // from here on numbers are written out

struct MarketColumn {
  const char* title;
  std::size_t width;  // at least
  int importance;     // the least important goes first when there is no room
  bool to_left;
  Piece (*cell)(const MarketRow& row, bool wide);
};

std::string short_size(ringbuf::Size size, const MarketRow& row, bool wide) {
  return wide || row.size_scale != 0 ? size_text(size, row.size_scale) : short_count_text(size.value);
}

/// Nothing beside an absent price.
std::string size_at(ringbuf::Price price, ringbuf::Size size, const MarketRow& row, bool wide) {
  return ringbuf::is_present(price) ? short_size(size, row, wide) : "";
}

Piece status_of(TradingStatus status) {
  switch (status) {
    case TradingStatus::unknown: return {"", Look::plain};
    case TradingStatus::pre_open: return {"pre", Look::dim};
    case TradingStatus::trading: return {"open", Look::plain};
    case TradingStatus::halted: return {"HALT", Look::warning};
    case TradingStatus::paused: return {"pause", Look::warning};
    case TradingStatus::quote_only: return {"quote", Look::warning};
    case TradingStatus::auction: return {"cross", Look::warning};
    case TradingStatus::closed: return {"close", Look::dim};
  }
  return {"?", Look::plain};
}

Piece status_cell(const MarketRow& row, bool) {
  const Piece status = status_of(row.image.trading_status);
  const bool is_doubted = has(row.image.quality, ringbuf::Quality::gap_inside);
  return is_doubted ? Piece{status.text + '!', Look::warning} : status;
}

std::vector<MarketColumn> columns_for(bool wide) {
  std::vector<MarketColumn> columns{
      {"symbol", wide ? 14u : 8u, 9, true,
       [](const MarketRow& row, bool is_wide) {
         return Piece{printable(is_wide ? row.symbol + '@' + row.venue : row.symbol), Look::bold};
       }},
      {"last", 9, 9, false,
       [](const MarketRow& row, bool) {
         return Piece{price_text(row.image.last_price), look_of_change(row.image)};
       }},
      {"chg %", 7, 8, false,
       [](const MarketRow& row, bool) {
         return Piece{change_text(row.image), look_of_change(row.image)};
       }},
      {"bidsz", wide ? 7u : 5u, 4, false,
       [](const MarketRow& row, bool is_wide) {
         return Piece{size_at(row.image.bid_price, row.image.bid_size, row, is_wide), Look::dim};
       }},
      {"bid", 9, 7, false, [](const MarketRow& row, bool) { return Piece{price_text(row.image.bid_price)}; }},
      {"ask", 9, 7, false, [](const MarketRow& row, bool) { return Piece{price_text(row.image.ask_price)}; }},
      {"asksz", wide ? 7u : 5u, 4, false,
       [](const MarketRow& row, bool is_wide) {
         return Piece{size_at(row.image.ask_price, row.image.ask_size, row, is_wide), Look::dim};
       }},
      {wide ? "volume" : "vol", wide ? 12u : 6u, 6, false,
       [](const MarketRow& row, bool is_wide) { return Piece{short_size(row.image.volume, row, is_wide)}; }},
      {"trades", wide ? 8u : 6u, 3, false, [](const MarketRow& row, bool is_wide) {
         return Piece{is_wide ? count_text(row.image.trade_count) : short_count_text(row.image.trade_count)};
       }}};
  if (wide) {
    columns.push_back({"vwap", 10, 2, false,
                       [](const MarketRow& row, bool) { return Piece{rounded_price_text(row.image.vwap(), 4)}; }});
    columns.push_back(
        {"rec/s", 6, 1, false, [](const MarketRow& row, bool) { return Piece{rate_text(row.updates_per_second)}; }});
  }
  columns.push_back({"state", 6, 5, true, status_cell});
  return columns;
}

std::size_t width_of(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), widths.size());  // a blank before each
}

}  // namespace

Frame market_lines(const std::vector<MarketRow>& shown, const View& view, std::size_t page, std::size_t width) {
  const bool wide = width >= kWide;
  std::vector<MarketColumn> columns = columns_for(wide);
  const std::size_t first = std::min(view.first, shown.size());
  const std::size_t count = std::min(page, shown.size() - first);
  std::vector<std::vector<Piece>> cells(count);
  std::vector<std::size_t> widths;
  for (const MarketColumn& column : columns) {
    widths.push_back(column.width);
    for (std::size_t i = 0; i < count; ++i) {
      cells[i].push_back(column.cell(shown[first + i], wide));
      widths.back() = std::max(widths.back(), columns_of(cells[i].back().text));
    }
  }
  while (columns.size() > 1 && width_of(widths) > width) {
    const auto least =
        std::min_element(columns.begin(), columns.end(),
                         [](const MarketColumn& a, const MarketColumn& b) { return a.importance < b.importance; });
    const auto place = least - columns.begin();
    columns.erase(least);
    widths.erase(widths.begin() + place);
    for (auto& row : cells) row.erase(row.begin() + place);
  }

  const auto aligned = [&](const std::string& text, std::size_t i) {
    return ' ' + (columns[i].to_left ? to_left(text, widths[i]) : to_right(text, widths[i]));
  };
  Line titles;
  for (std::size_t i = 0; i < columns.size(); ++i) titles.add(aligned(columns[i].title, i));
  Frame lines{titles.fit(width).all_as(Look::heading)};
  for (std::size_t row = 0; row < count; ++row) {
    Line line;
    for (std::size_t i = 0; i < columns.size(); ++i) line.add(aligned(cells[row][i].text, i), cells[row][i].look);
    line.fit(width);
    if (view.selected && shown[first + row].id == *view.selected) line.all_as(Look::selected);
    lines.push_back(std::move(line));
  }
  if (shown.empty()) {
    const std::string why = view.filter.empty() ? " no instruments yet: the feed has not named any"
                                                : " no symbol holds '" + view.filter + '\'';
    lines.push_back(Line(why, Look::dim).fit(width));
  }
  return lines;
}

}  // namespace tickplant::cli::top
