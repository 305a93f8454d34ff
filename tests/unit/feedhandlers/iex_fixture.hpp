// What the tests of the IEX feed share: a plant in memory, packets numbered by themselves, records as text.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/iex_feed_in_memory.hpp"

namespace tickplant::tests::iex {

using ringbuf::InstrumentId;
using ringbuf::kNoInstrument;
using ringbuf::kNoPrice;
using ringbuf::Price;
using ringbuf::QuoteBody;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;
using ringbuf::StatusBody;
using ringbuf::StatusKind;
using ringbuf::TradingStatus;

inline constexpr std::int64_t kStart = 1'503'746'516'000'000'000;
inline constexpr platform::UnixNanos kMidnight{1'503'720'000'000'000'000};
inline constexpr feedhandlers::TradingDay kDay{.midnight = kMidnight, .date = 20170826, .utc_offset_seconds = -14'400};
inline constexpr Symbol kStock = symbol("ZXIET");
inline constexpr Symbol kOtherStock = symbol("WWE");
inline constexpr InstrumentId kFirst{1};
inline constexpr InstrumentId kSecond{2};
inline constexpr RecordFlags kEnd = RecordFlags::end_of_event;
inline constexpr RecordFlags kNone = RecordFlags::none;
inline constexpr RecordFlags kDoubt = RecordFlags::maybe_bad_book;

constexpr Price px(double amount) { return {dollars(amount) * 100'000}; }

/// Instrument, type, flags and body: all that does not hang on time and place.
inline std::string text_of(const Record& record) {
  std::ostringstream out;
  out << "type " << static_cast<int>(record.header.type) << " of " << record.header.instrument.value << std::hex
      << " flags " << static_cast<int>(record.header.flags) << " body";
  for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 4>>(record.body)) out << ' ' << word;
  return out.str();
}
using Texts = std::vector<std::string>;

template <class Body>
std::string record(InstrumentId instrument, const Body& body, RecordFlags flags = kEnd) {
  return text_of(ringbuf::make_record(instrument, {}, {}, body, flags));
}

inline QuoteBody quote(Price bid, std::uint64_t bid_size, Price ask, std::uint64_t ask_size) {
  return {bid, ask, {bid_size}, {ask_size}};
}
inline ringbuf::LevelBody level(double price, std::uint64_t size, std::uint16_t index, Side side) {
  return {px(price), {size}, 0, index, side, {}};
}

inline std::vector<RecordType> types_of(const Records& records) {
  std::vector<RecordType> types;
  for (const Record& one : records) types.push_back(one.header.type);
  return types;
}

class IexFixture : public testing::Test {
 protected:
  void start(std::uint16_t protocol, feedhandlers::PublishedForms forms = {}) {
    protocol_ = protocol;
    next_ = 1;
    offset_ = 0;
    plant_.emplace(forms);
    plant_->feed.begin_day(kDay);
    (void)plant_->take();
  }

  Records receive(std::string_view payload) {
    recv_ = recv_ + 1'000;
    plant_->feed.on_packet({.payload = as_span(payload), .ts_recv = recv_}, 0);
    return plant_->take();
  }
  /// A packet of the session, in its place; the messages follow those sent before.
  Bytes packet(const std::vector<Bytes>& messages) {
    const Bytes bytes = segment({.protocol = protocol_, .stream_offset = offset_, .first_sequence = next_}, messages);
    next_ += messages.size();
    offset_ += bytes.size() - 40;
    return bytes;
  }
  /// What the message became, without definitions and the position at the end.
  template <class Message>
  Texts send(const Message& message) {
    Texts texts;
    for (const Record& one : receive(packet({encode(message)}))) {
      if (one.header.type == RecordType::definition || one.header.type == RecordType::source_position) continue;
      EXPECT_EQ(one.header.ts_event.value, message.timestamp);
      EXPECT_EQ(one.header.ts_recv, recv_);
      texts.push_back(text_of(one));
    }
    return texts;
  }
  /// Makes the first instrument known.
  void define() { (void)send(SecurityDirectory{0, now(), kStock, 100, 0, 0}); }

  std::int64_t now() { return ++time_; }

  std::optional<FeedInMemory> plant_;
  std::uint16_t protocol_ = kDeep;
  std::uint64_t next_ = 1;
  std::uint64_t offset_ = 0;
  std::int64_t time_ = kStart;
  platform::UnixNanos recv_{kStart};
};

}  // namespace tickplant::tests::iex
