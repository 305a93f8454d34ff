// What tests of the DBN normaliser share: a plant in memory with a book of any size, records as short text.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/dbn_encoder.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"

namespace tickplant::tests::dbn {

inline constexpr std::int64_t kUnit = 1'000'000'000;
inline constexpr std::uint64_t kTime = 1'719'878'400'000'000'000;  // 2024-07-02 00:00 UTC
inline constexpr std::uint8_t kLast = 0x80;
inline constexpr std::uint8_t kTop = 0x40;
using Texts = std::vector<std::string>;

/// "level bid 100x5 at 0 doubt end": so that a list of records compares and prints well.
inline std::string text_of(const ringbuf::Record& record) {
  using ringbuf::RecordFlags;
  const auto price = [](ringbuf::Price p) {
    return ringbuf::is_present(p) ? std::to_string(p.value / kUnit) : std::string("none");
  };
  const auto side = [](ringbuf::Side s) {
    return s == ringbuf::Side::bid ? " bid " : s == ringbuf::Side::ask ? " ask " : " none ";
  };
  std::string text = "type " + std::to_string(static_cast<int>(record.header.type));
  if (record.header.type == ringbuf::RecordType::order) {
    const auto body = record.as<ringbuf::OrderBody>();
    static constexpr std::array kActions{"", "add ", "cancel ", "execute ", "modify "};
    text = kActions.at(static_cast<std::size_t>(body.action)) + std::to_string(body.order_id) + side(body.side) +
           price(body.price) + "x" + std::to_string(body.size.value);
  } else if (record.header.type == ringbuf::RecordType::level) {
    const auto body = record.as<ringbuf::LevelBody>();
    text = "level" + std::string(side(body.side)) + price(body.price) + "x" + std::to_string(body.size.value) + " at " +
           std::to_string(body.index);
  } else if (record.header.type == ringbuf::RecordType::quote) {
    const auto body = record.as<ringbuf::QuoteBody>();
    text = "quote " + price(body.bid_price) + "x" + std::to_string(body.bid_size.value) + " " + price(body.ask_price) +
           "x" + std::to_string(body.ask_size.value);
  } else if (record.header.type == ringbuf::RecordType::trade) {
    const auto body = record.as<ringbuf::TradeBody>();
    text = "trade" + std::string(side(body.side)) + price(body.price) + "x" + std::to_string(body.size.value);
  } else if (record.header.type == ringbuf::RecordType::book_clear) {
    text = "clear";
  }
  if (has(record.header.flags, RecordFlags::maybe_bad_book)) text += " doubt";
  if (has(record.header.flags, RecordFlags::late)) text += " late";
  if (has(record.header.flags, RecordFlags::end_of_event)) text += " end";
  return text;
}

class DbnPlant : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(feedhandlers::PublishedForms forms,
             const feedhandlers::OrderBookConfig& config = FeedInMemory::kBookConfig) {
    plant_.reset();
    book_.emplace(config);
    plant_.emplace(*book_, forms);
    plant_->feed.begin_file({});
  }

  FeedInMemory& plant() { return *plant_; }
  feedhandlers::OrderBook& book() { return *book_; }
  const auto& counters() { return plant_->feed.normaliser().counters(); }

  /// What the record became, without its instrument's definition and the position behind it.
  template <class Message>
  std::vector<ringbuf::Record> records_of(Message message, Form form = {}) {
    if (message.header.ts_event == 0) message.header.ts_event = kTime + ++nanos_;
    if constexpr (requires { message.ts_recv; }) {
      if (message.ts_recv == 0) message.ts_recv = kTime + nanos_;
    }
    const Bytes bytes = encoded(message, form);
    const feedhandlers::dbn::RecordBytes record{bytes};
    plant_->feed.on_batch({.records = {&record, 1}, .first_number = 1, .end_offset = 0});
    std::vector<ringbuf::Record> records;
    for (const ringbuf::Record& published : plant_->take()) {
      if (published.header.type != ringbuf::RecordType::definition &&
          published.header.type != ringbuf::RecordType::source_position)
        records.push_back(published);
    }
    return records;
  }
  template <class Message>
  Texts send(const Message& message, Form form = {}) {
    Texts texts;
    for (const ringbuf::Record& record : records_of(message, form)) texts.push_back(text_of(record));
    return texts;
  }
  std::string symbol_of(const ringbuf::Record& record) {
    return plant_->directory.reader().symbol_of(record.header.instrument);
  }
  ringbuf::DepthEntry depth(ringbuf::InstrumentId id = {1}) {
    ringbuf::DepthEntry entry;
    EXPECT_EQ(ringbuf::DepthReader{plant_->depth}.read(id, entry), ringbuf::TableRead::value);
    return entry;
  }

  static Mbo order(char action, std::uint64_t id, char side, std::int64_t price, std::uint32_t size,
                   std::uint8_t flags = kLast, std::uint32_t instrument = 1) {
    Mbo m;
    m.header.instrument = instrument;
    m.action = action;
    m.order = id;
    m.side = side;
    m.price = price == kUndefinedPrice ? price : price * kUnit;
    m.size = size;
    m.flags = flags;
    return m;
  }
  /// Best prices 100 and 101.
  static Mbp10 ten(char action, std::uint32_t bid_size, std::uint8_t flags = kLast) {
    Mbp10 m;
    m.action = action;
    m.price = 100 * kUnit;
    m.size = 3;
    m.flags = flags;
    m.levels[0] = {100 * kUnit, 101 * kUnit, bid_size, 4, 1, 1};
    return m;
  }
  static Mbp1 top(char action, std::uint32_t bid_size, std::uint8_t flags = kLast) {
    Mbp1 m;
    m.action = action;
    m.price = 100 * kUnit;
    m.size = 3;
    m.flags = flags;
    m.levels[0] = {100 * kUnit, 101 * kUnit, bid_size, 4, 1, 1};
    return m;
  }

 private:
  std::optional<feedhandlers::OrderBook> book_;
  std::optional<FeedInMemory> plant_;
  std::uint64_t nanos_ = 0;
};

}  // namespace tickplant::tests::dbn
