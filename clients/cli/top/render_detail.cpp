#include "clients/cli/top/render_detail.hpp"

#include <algorithm>

#include "clients/cli/live/book_ladder.hpp"
#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli::top {
namespace {

constexpr std::size_t kFactsWidth = 28;

Line fact(const char* name, const std::string& value, Look look = Look::plain) {
  return Line(to_left(name, 9), Look::dim).add(value, look);
}

Frame facts_of(const MarketRow& row) {
  const ringbuf::ImageEntry& image = row.image;
  Frame lines{Line(printable(row.symbol + '@' + row.venue), Look::bold)};
  lines.push_back(fact("status", std::string(word_of(image.trading_status))));
  lines.push_back(fact("last", price_text(image.last_price), look_of_change(image)));
  lines.push_back(fact("size", size_text(image.last_size, row.size_scale)));
  lines.push_back(fact("chg %", change_text(image), look_of_change(image)));
  lines.push_back(Line());
  lines.push_back(fact("open", price_text(image.open)));
  lines.push_back(fact("high", price_text(image.high)));
  lines.push_back(fact("low", price_text(image.low)));
  lines.push_back(fact("previous", price_text(image.previous_close)));
  lines.push_back(Line());
  lines.push_back(fact("volume", size_text(image.volume, row.size_scale)));
  lines.push_back(fact("trades", count_text(image.trade_count)));
  lines.push_back(fact("vwap", rounded_price_text(image.vwap(), 6)));
  lines.push_back(fact("rec/s", rate_text(row.updates_per_second)));
  if (ringbuf::is_present(image.band_upper)) {
    lines.push_back(fact("band", price_text(image.band_lower) + " - " + price_text(image.band_upper)));
  }
  if (image.quality != ringbuf::Quality::none) lines.push_back(Line("messages were missed", Look::warning));
  return lines;
}

}  // namespace

Frame detail_lines(const Model& model, std::size_t width, std::size_t height, bool unicode) {
  if (!model.detail) return {Line(" not known any more", Look::dim).fit(width)};
  const MarketRow& row = model.detail->row;
  const std::size_t levels = std::clamp<std::size_t>(height / 2 > 0 ? height / 2 - 1 : 0, 1, ringbuf::kDepthLevels);
  const std::size_t bar = width > 72 + kFactsWidth ? width - 48 - kFactsWidth : width > 76 ? 7 : 0;
  const std::vector<LadderLine> book = ladder(model.detail->depth, levels, row.size_scale, bar, unicode);
  const Frame facts = facts_of(row);
  const std::size_t left = width > kFactsWidth ? width - kFactsWidth : width;

  Frame lines;
  for (std::size_t i = 0; i < std::min(height, std::max(book.size(), facts.size())); ++i) {
    Line line(" ");
    if (i < book.size()) line.add(book[i].text, book[i].look);
    line.fit(left);
    if (i < facts.size()) {
      for (const Piece& piece : facts[i].pieces()) line.add(piece.text, piece.look);
    }
    lines.push_back(line.fit(width));
  }
  return lines;
}

}  // namespace tickplant::cli::top
