// What the tests of the normaliser share: a plant in memory, messages about two stocks, short names for records.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "feedhandlers/itch50/normaliser.hpp"
#include "feedhandlers/itch50/parser.hpp"
#include "tests/support/itch_published.hpp"

namespace tickplant::tests::itch {

using feedhandlers::OrderBook;
using feedhandlers::PublishedForms;
using feedhandlers::itch50::message_index;
using feedhandlers::itch50::Normaliser;
using ringbuf::InstrumentId;
using ringbuf::InstrumentKind;
using ringbuf::kNoInstrument;
using ringbuf::kNoPrice;
using ringbuf::LevelBody;
using ringbuf::OrderAction;
using ringbuf::OrderBody;
using ringbuf::OrderReason;
using ringbuf::Price;
using ringbuf::QuoteBody;
using ringbuf::RecordFlags;
using ringbuf::TradeBody;
using ringbuf::TradeEligibility;
using ringbuf::TradeKind;

inline constexpr platform::UnixNanos kMidnight{1'548'824'400'000'000'000};
inline constexpr platform::UnixNanos kRecv{kMidnight + 12 * 3'600'000'000'000};
inline constexpr ringbuf::FeedId kFeed{7};
inline constexpr StockLocate kAppleLocate{13};
inline constexpr StockLocate kOtherLocate{14};
inline constexpr InstrumentId kApple{1};
inline constexpr InstrumentId kOther{2};
inline constexpr Symbol kAppleStock = symbol("AAPL");
inline constexpr RecordFlags kEnd = RecordFlags::end_of_event;
inline constexpr RecordFlags kNone = RecordFlags::none;
inline constexpr RecordFlags kDoubt = RecordFlags::maybe_bad_book;

constexpr Price px(double amount) { return feedhandlers::itch50::to_price(dollars(amount)); }

inline OrderBody order(OrderAction action, std::uint64_t id, Side side, double price, std::uint64_t size,
                       OrderReason reason = OrderReason::plain) {
  return {id, px(price), {size}, action, side, reason, 0, {}};
}
inline OrderBody added(std::uint64_t id, Side side, double price, std::uint64_t size) {
  return order(OrderAction::add, id, side, price, size);
}
inline QuoteBody quote(Price bid, std::uint64_t bid_size, Price ask, std::uint64_t ask_size) {
  return {bid, ask, {bid_size}, {ask_size}};
}
inline TradeBody trade(double price, std::uint64_t size, std::uint64_t match, Side side, TradeKind kind) {
  return {px(price), {size}, match, side, kind, TradeEligibility::all, 0, {}};
}
inline LevelBody level(double price, std::uint64_t size, std::uint32_t orders, std::uint16_t index, Side side) {
  return {px(price), {size}, orders, index, side, {}};
}

class Itch50Normaliser : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  /// A day of its own with other forms.
  void start(PublishedForms forms) {
    normaliser_.emplace(plant_.publisher, plant_.directory, book_, "XNAS", kFeed, forms);
    plant_.publisher.begin_packet(kRecv, 0);
    normaliser_->begin_session(kMidnight, {.trading_date = 20190130});
    (void)published_.take();
  }

  /// What the message became, without the times: those are checked here, and a definition's stamp as well.
  template <class Message>
  Texts send(const Message& message) {
    EXPECT_EQ(parse(encoded(message), *normaliser_), feedhandlers::itch50::ParseOutcome::ok);
    Records records = published_.take();
    for (ringbuf::Record& record : records) {
      EXPECT_EQ(record.header.ts_event, kMidnight + static_cast<std::int64_t>(message.header.timestamp.nanos));
      EXPECT_EQ(record.header.ts_recv, kRecv);
      if (record.header.type == ringbuf::RecordType::definition) {
        EXPECT_EQ(record.as<ringbuf::DefinitionBody>().directory_stamp, entry_of(record.header.instrument).stamp);
        std::fill_n(record.body.begin(), 8, std::byte{0});
      }
      record.header.ts_event = record.header.ts_recv = {};
    }
    return texts_of(records);
  }

  /// Time stamps grow by one from message to message.
  Header now(StockLocate locate = kAppleLocate) { return {locate, {}, {++nanos_}}; }

  template <class Body>
  static std::string record(InstrumentId instrument, const Body& body, RecordFlags flags) {
    return text_of(ringbuf::make_record(instrument, {}, {}, body, flags));
  }
  static std::string definition(InstrumentId instrument, StockLocate locate, RecordFlags flags = kEnd) {
    return record(instrument, ringbuf::DefinitionBody{0, kFeed, locate.value, {}}, flags);
  }

  void define_both() {
    (void)send(StockDirectory{.header = now(), .stock = kAppleStock});
    (void)send(StockDirectory{.header = now(kOtherLocate), .stock = symbol("MSFT")});
  }
  Texts add(std::uint64_t id, Side side, double price, std::uint32_t shares) {
    return send(AddOrder{now(), {id}, side, shares, kAppleStock, dollars(price)});
  }
  Texts remove(std::uint64_t id, StockLocate locate = kAppleLocate) { return send(OrderDelete{now(locate), {id}}); }
  Texts execute(std::uint64_t id, std::uint32_t shares) { return send(OrderExecuted{now(), {id}, shares, {900}}); }
  Texts replace(std::uint64_t old_id, std::uint64_t new_id, std::uint32_t shares, double price) {
    return send(OrderReplace{now(), {old_id}, {new_id}, shares, dollars(price)});
  }

  ringbuf::ImageEntry image(InstrumentId id) const {
    ringbuf::ImageEntry entry;
    EXPECT_EQ(ringbuf::ImageReader{plant_.image}.read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  ringbuf::InstrumentEntry entry_of(InstrumentId id) const {
    ringbuf::InstrumentEntry entry;
    EXPECT_EQ(plant_.directory.reader().read(id, entry), ringbuf::TableRead::value);
    return entry;
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  Published published_{plant_};
  std::optional<Normaliser> normaliser_;
  std::uint64_t nanos_ = 34'200'000'000'000;
};

}  // namespace tickplant::tests::itch
