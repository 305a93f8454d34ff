// What the simulated exchange says of its own books (tickplant-venue --truth), and whether a plant agrees.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "clients/cpp/image_view.hpp"
#include "tests/system/daemon/book_client.hpp"

namespace tickplant::tests {

inline nlohmann::json read_truth(const std::filesystem::path& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

inline constexpr std::int64_t kNanosPerE4 = 100'000;  // prices on the wire are in 1e-4, ours in 1e-9

/// Levels of one side as the client has them, in the form of the truth: [[price_e4, shares, orders], ...].
template <class Levels>
nlohmann::json levels_json(const Levels& levels) {
  auto json = nlohmann::json::array();
  for (const auto& [price, level] : levels) json.push_back({price / kNanosPerE4, level.size, level.orders});
  return json;
}

inline nlohmann::json depth_json(const std::array<ringbuf::DepthLevel, ringbuf::kDepthLevels>& levels,
                                 std::uint16_t count) {
  auto json = nlohmann::json::array();
  for (std::size_t i = 0; i < count; ++i) {
    json.push_back({levels[i].price.value / kNanosPerE4, levels[i].size.value, levels[i].order_count});
  }
  return json;
}

inline nlohmann::json best_ten(nlohmann::json levels) {
  while (levels.size() > ringbuf::kDepthLevels) levels.erase(levels.size() - 1);
  return levels;
}

/// The books of a client that kept them from the records, the depth table and the image: all equal the venue's. `at`:
/// "@XNAS" where the symbols alone are not unique. Trades that were lost stay lost: `with_trades` false leaves them
/// out.
inline void expect_books_equal_truth(const nlohmann::json& truth, const BookClient& client, clients::Plant& plant,
                                     const std::string& at = "", bool with_trades = true) {
  ASSERT_TRUE(truth.is_object());
  clients::ImageView view(plant);
  std::size_t orders = 0;
  for (const auto& stock : truth["stocks"]) {
    const std::string symbol = stock["symbol"];
    SCOPED_TRACE(symbol);
    const ringbuf::InstrumentId id = plant.instrument(symbol + at);
    const auto found = client.books.find(id.value);
    const ClientBook book = found == client.books.end() ? ClientBook{} : found->second;
    ASSERT_EQ(levels_json(book.bids), stock["bids"]);
    ASSERT_EQ(levels_json(book.asks), stock["asks"]);
    if (with_trades) {
      EXPECT_EQ(book.trades, stock["trades"]);
      EXPECT_EQ(book.shares, stock["shares"]);
    }

    ringbuf::DepthEntry depth;
    if (view.read(id, depth) != ringbuf::TableRead::value) depth = {};
    EXPECT_EQ(depth_json(depth.bid, depth.bid_count), best_ten(stock["bids"]));
    EXPECT_EQ(depth_json(depth.ask, depth.ask_count), best_ten(stock["asks"]));

    ringbuf::ImageEntry image;
    ASSERT_EQ(view.read(id, image), ringbuf::TableRead::value);
    if (with_trades) {
      EXPECT_EQ(image.trade_count, stock["trades"]);
      EXPECT_EQ(image.volume.value, stock["shares"]);
    }
    EXPECT_EQ(image.quality, ringbuf::Quality::none);
    orders += stock["open_orders"].get<std::size_t>();
  }
  EXPECT_GT(orders, 0u) << "an empty market proves nothing";
}

}  // namespace tickplant::tests
