// A whole simulated exchange: a few hundred to a few thousand stocks, participants who place, change and take away
// orders, a matching engine with price-time priority, auctions and halts; told to the world in ITCH 5.0.
//
//   Market market{{.seed = 7, .symbols = 400}};
//   Buffer out;                                   // frames: u16 length, big-endian, then the message; as MoldUDP64
//   market.begin_day(now, out);                   // blocks and BinaryFILE day files have them
//   market.open(now, out);
//   while (...) market.trade(now, out);
//   market.close(now, out);
//   market.book(i)...                             // what a receiver must know now
//
// The same seed and the same calls give the same bytes. Time is passed in; every message carries the `now` of its call.
//
// Threads: one. trade() allocates nothing once buffers and books have grown to their size.
// Not here: packets, lines and their faults (line_sender.hpp), pace (pacer.hpp), the program (tickplant_venue.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "feedhandlers/venue/itch_encoder.hpp"

namespace tickplant::feedhandlers::venue {

struct MarketOptions {
  std::uint64_t seed = 1;
  std::uint32_t symbols = 400;          // stock locates 1 to this; at most 20,000
  std::uint32_t live_orders = 40'000;   // about so many displayed orders rest, all stocks, once the day has got going
  std::uint32_t session_seconds = 600;  // the price moves and halts of one day are spread over so much trading time
  std::uint32_t day = 0;                // the same stocks on another day: other dice, empty books
};

/// What a receiver of the stream must know about one stock. Prices in 1e-4 dollars, as on the wire.
struct StockBook {
  struct Level {
    std::uint32_t price_e4 = 0;
    std::uint64_t shares = 0;
    std::uint32_t orders = 0;
    friend bool operator==(const Level&, const Level&) = default;
  };
  std::string symbol;
  StockLocate locate{};
  std::vector<Level> bids;  // best first
  std::vector<Level> asks;
  std::uint64_t open_orders = 0;  // displayed
  // Executions that count for volume: E, printable C, P, and Q of more than 0 shares. A broken trade stays counted, as
  // it does in a receiver's running volume.
  std::uint64_t trades = 0;
  std::uint64_t shares = 0;
  std::uint64_t notional_e4 = 0;  // sum of price x shares
  std::uint32_t last_e4 = 0;      // price of the last of them, 0 = none
};

class Market {
 public:
  /// Throws SetupError when an option is out of range.
  explicit Market(const MarketOptions& options);
  ~Market();
  Market(Market&&) noexcept;
  Market& operator=(Market&&) noexcept;

  // The day, in this order. Each appends whole frames to `out`; `now` never decreases.

  /// Start of messages, every stock with its state, start of system hours, circuit breaker levels, early orders and
  /// what the opening auction would give.
  void begin_day(SinceMidnight now, Buffer& out);
  /// Start of market hours and the opening crosses.
  void open(SinceMidnight now, Buffer& out);
  /// One happening of continuous trading: at least 1 message, typically 1 to 4.
  void trade(SinceMidnight now, Buffer& out);
  /// End of market hours, closing crosses, end of messages. Resting orders stay in the book.
  void close(SinceMidnight now, Buffer& out);

  /// Messages written so far.
  [[nodiscard]] std::uint64_t messages() const noexcept;
  /// Displayed orders that rest now, all stocks.
  [[nodiscard]] std::uint64_t live_orders() const noexcept;

  /// How many stocks there are.
  [[nodiscard]] std::uint32_t symbols() const noexcept;
  /// The stock with locate `index` + 1; `index` below symbols().
  [[nodiscard]] StockBook book(std::uint32_t index) const;

 private:
  struct Exchange;
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace tickplant::feedhandlers::venue
