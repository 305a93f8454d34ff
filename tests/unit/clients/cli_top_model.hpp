// A small market for tests of `top`: every number fixed.
#pragma once

#include "clients/cli/top/model.hpp"
#include "clients/cli/top/render.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::tests {

inline cli::MarketRow market_row(std::uint32_t id, const char* symbol, double last, double close,
                                 std::uint64_t volume) {
  cli::MarketRow row;
  row.id = {id};
  row.symbol = symbol;
  row.venue = "XNAS";
  row.has_image = true;
  row.updates = 100 * id;
  row.updates_per_second = 1.5 * id;
  row.image.last_price = dollars(last);
  row.image.last_size = {100};
  row.image.previous_close = dollars(close);
  row.image.open = dollars(close);
  row.image.bid_price = dollars(last - 0.01);
  row.image.ask_price = dollars(last + 0.01);
  row.image.bid_size = {100 * id};
  row.image.ask_size = {1'200 * id};
  row.image.volume = {volume};
  row.image.notional_low = static_cast<std::uint64_t>(dollars(last).value) * volume;
  row.image.trade_count = volume / 100;
  row.image.trading_status = ringbuf::TradingStatus::trading;
  return row;
}

inline cli::top::Model market_model() {
  using ringbuf::counter::SourceState;
  cli::top::Model model;
  cli::PlantFacts& facts = model.facts;
  facts.name = "demo";
  facts.state = clients::PlantState::live;
  facts.pid = 4242;
  facts.epoch = 3;
  facts.now = {1'000'000'000'000};
  facts.ready_at = platform::UnixNanos{facts.now.value - 754'000'000'000};
  facts.instruments = 5;
  cli::FeedFacts nasdaq;
  nasdaq.name = "nasdaq";
  nasdaq.source = SourceState::live;
  nasdaq.packets_line_a = 123'456;
  nasdaq.packets_line_b = 123'444;
  nasdaq.last_packet = facts.now + -3'000'000;
  cli::FeedFacts archive;
  archive.name = "archive";
  archive.source = SourceState::failed;
  archive.gaps = 2;
  archive.missed_messages = 1'030;
  facts.feeds = {nasdaq, archive};
  cli::RingFacts ring;
  ring.name = "ticks";
  ring.slot_bytes = 64;
  ring.delay = {4'096, 1'200, 8'300, 20'500};
  facts.rings = {ring};
  model.messages_per_second = 2'001;
  model.records_per_second = 4'812;
  model.history = {0, 1'000, 2'000, 4'000, 8'000, 4'812};
  model.wall_time = "09:42:34 New_York";
  model.rows = {market_row(1, "AAPL", 189.02, 187.5, 1'234'500), market_row(2, "MSFT", 402.1, 405, 800'000),
                market_row(3, "PENNY", 0.1234, 0.12, 9'900'000), market_row(4, "TSLA", 187.41, 187.41, 2'500'300)};
  model.rows[1].image.trading_status = ringbuf::TradingStatus::halted;
  model.rows[2].image.quality = ringbuf::Quality::gap_inside;
  cli::MarketRow quiet;
  quiet.id = {5};
  quiet.symbol = "ZZZ";
  quiet.venue = "XNAS";
  model.rows.push_back(quiet);
  return model;
}

/// The lines as one text, blanks at their ends left out.
inline std::string frame_text(const cli::top::Frame& frame) {
  std::string text;
  for (const cli::top::Line& line : frame) text += line.text({}) + '\n';
  return text;
}

}  // namespace tickplant::tests
