#include "clients/cli/live/book_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::DepthEntry;
using ringbuf::DepthLevel;

/// A level as it is drawn.
struct Rung {
  std::string side;
  std::string price;
  std::string size;
  std::string orders;
  std::string total_text;
  std::uint64_t total = 0;  // size up to here
  Look look = Look::plain;
};

/// What the table says it has, within what there is.
std::span<const DepthLevel> side_of(const std::array<DepthLevel, ringbuf::kDepthLevels>& side, std::size_t count,
                                    std::size_t levels) {
  return {side.data(), std::min({count, levels, side.size()})};
}

std::vector<Rung> rungs_of(std::span<const DepthLevel> levels, const char* side, Look look, int scale) {
  std::vector<Rung> rungs;
  std::uint64_t total = 0;
  for (const DepthLevel& level : levels) {
    total += level.size.value;
    rungs.push_back({side, price_text(level.price), size_text(level.size, scale),
                     level.order_count == 0 ? "-" : count_text(level.order_count), size_text({total}, scale), total,
                     look});
  }
  return rungs;
}

std::string bar(std::uint64_t total, std::uint64_t most, std::size_t width, bool unicode) {
  if (most == 0 || width == 0) return "";
  const double share = static_cast<double>(total) / static_cast<double>(most);
  const auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
  std::string text;
  for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i) text += unicode ? "\u2588" : "#";
  return text;
}

std::string spread_text(std::span<const DepthLevel> bids, std::span<const DepthLevel> asks) {
  if (bids.empty() || asks.empty()) return "";
  const std::int64_t spread = asks[0].price.value - bids[0].price.value;
  if (spread == 0) return "      locked";
  return spread < 0 ? "      crossed by " + price_text({-spread}) : "      spread " + price_text({spread});
}

Json side_json(std::span<const DepthLevel> levels) {
  Json out = Json::array();
  for (const DepthLevel& level : levels) {
    out.push_back({{"price", price_json(level.price)}, {"size", level.size.value}, {"orders", level.order_count}});
  }
  return out;
}

}  // namespace

std::vector<LadderLine> ladder(const DepthEntry& depth, std::size_t levels, int size_scale, std::size_t bar_width,
                               bool unicode) {
  const auto bids = side_of(depth.bid, depth.bid_count, levels);
  const auto asks = side_of(depth.ask, depth.ask_count, levels);
  if (bids.empty() && asks.empty()) return {{"the book is empty", Look::dim}};
  std::vector<Rung> rungs = rungs_of(asks, "ask", Look::fall, size_scale);
  std::reverse(rungs.begin(), rungs.end());
  const std::size_t ask_count = rungs.size();
  for (Rung& rung : rungs_of(bids, "bid", Look::rise, size_scale)) rungs.push_back(std::move(rung));

  std::size_t price = 5, size = 4, orders = 6, total = 5;  // widths, at least those of the titles
  std::uint64_t most = 0;
  for (const Rung& rung : rungs) {
    price = std::max(price, rung.price.size());
    size = std::max(size, rung.size.size());
    orders = std::max(orders, rung.orders.size());
    total = std::max(total, rung.total_text.size());
    most = std::max(most, rung.total);
  }
  const auto line = [&](const Rung& rung) {
    std::string text = to_left(rung.side, 4) + "  " + to_right(rung.price, price) + "  " + to_right(rung.size, size) +
                       "  " + to_right(rung.orders, orders) + "  " + to_right(rung.total_text, total);
    const std::string its_bar = rung.look == Look::bold ? "" : bar(rung.total, most, bar_width, unicode);
    return its_bar.empty() ? text : text + "  " + its_bar;
  };
  std::vector<LadderLine> lines{{line({"side", "price", "size", "orders", "total", 0, Look::bold}), Look::bold}};
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    if (i == ask_count) {
      if (const std::string spread = spread_text(bids, asks); !spread.empty()) lines.push_back({spread, Look::dim});
    }
    lines.push_back({line(rungs[i]), rungs[i].look});
  }
  return lines;
}

Json book_json(const DepthEntry& depth, std::size_t levels) {
  return {{"maybe_bad", (depth.flags & DepthEntry::kMaybeBad) != 0},
          {"bids", side_json(side_of(depth.bid, depth.bid_count, levels))},
          {"asks", side_json(side_of(depth.ask, depth.ask_count, levels))}};
}

}  // namespace tickplant::cli
