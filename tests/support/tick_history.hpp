// A day in which record number q is a function of q alone, and what ring and tables hold when it has come so far.
// Whoever takes over such a ring knows what comes next, and whoever reads it knows what should be there.
//
// Threads: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::tests {

namespace tick_history {

inline constexpr std::uint32_t kInstruments = 8;  // ids 1 to 7
inline constexpr std::uint64_t kBatch = 5;        // records between two ends of a batch

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
  value = (value ^ value >> 27) * 0x94d049bb133111ebu;
  return value ^ value >> 31;
}

[[nodiscard]] constexpr platform::UnixNanos time_of(std::uint64_t q) noexcept {
  return {1'600'000'000'000'000'000 + static_cast<std::int64_t>(q) * 1000};
}

/// Every 48th record begins a new day: often enough to die in it, the first one before anything was said about any
/// instrument.
[[nodiscard]] constexpr bool begins_session(std::uint64_t q) noexcept { return q % 48 == 1; }

[[nodiscard]] inline ringbuf::SessionBody session_of(std::uint64_t q) noexcept {
  ringbuf::SessionBody session;
  session.trading_date = static_cast<std::int32_t>(20'000'000 + q % 1'000'000);
  session.feed = {1};
  return session;
}

/// The day that record q + 1 belongs to; 0 = none was begun.
[[nodiscard]] inline std::int32_t trading_date_behind(std::uint64_t q) noexcept {
  while (q > 0 && !begins_session(q)) --q;
  return q == 0 ? 0 : session_of(q).trading_date;
}

/// Calls `take(instrument, body, flags)` with what record q says, unless it begins a session.
template <class Take>
void describe(std::uint64_t q, Take&& take) {
  using namespace ringbuf;
  const std::uint64_t chance = mix(q);
  const InstrumentId id{1 + static_cast<std::uint32_t>(chance % (kInstruments - 1))};
  const Price price{static_cast<std::int64_t>(100'000'000'000 + (chance >> 8) % 1000 * 10'000'000)};
  const Size size{1 + (chance >> 20) % 1000};
  const RecordFlags flags = (chance >> 32) % 16 == 0 ? RecordFlags::maybe_bad_book : RecordFlags::end_of_event;
  switch ((chance >> 40) % 10) {
    case 0:
    case 1:
    case 2:
    case 3: {
      TradeBody trade;
      trade.price = price;
      trade.size = size;
      trade.trade_id = q;
      trade.eligibility = static_cast<TradeEligibility>((chance >> 50) % 3 == 0 ? (chance >> 53) % 8 : 7);
      return take(id, trade, flags);
    }
    case 4:
    case 5:
    case 6: return take(id, QuoteBody{price, {price.value + 10'000'000}, size, {size.value + 1}}, flags);
    case 7: {
      OrderBody order;
      order.order_id = q;
      order.price = price;
      order.size = size;
      return take(id, order, flags);
    }
    case 8: {
      StatusBody status;
      status.trading_status = static_cast<TradingStatus>((chance >> 50) % 8);
      status.kind = static_cast<StatusKind>(1 + (chance >> 53) % 5);
      status.code = static_cast<char>('0' + (chance >> 56) % 3);
      status.price = {price, {price.value + 1}, {price.value - 1}};
      return take(id, status, flags);
    }
    default: {
      ImbalanceBody imbalance;
      imbalance.paired_size = size;
      imbalance.reference_price = price;
      imbalance.side = (chance >> 50) % 2 == 0 ? Side::bid : Side::ask;
      return take(id, imbalance, flags);
    }
  }
}

/// All 64 bytes of record q.
[[nodiscard]] inline ringbuf::Record record_of(std::uint64_t q) {
  ringbuf::Record record;
  if (begins_session(q)) {
    record = ringbuf::make_record(ringbuf::kNoInstrument, time_of(q), time_of(q), session_of(q),
                                  ringbuf::RecordFlags::end_of_event);
  } else {
    describe(q, [&](ringbuf::InstrumentId id, const auto& body, ringbuf::RecordFlags flags) {
      record = ringbuf::make_record(id, time_of(q), time_of(q), body, flags);
    });
  }
  record.header.stamp = q;
  return record;
}

[[nodiscard]] inline bool is_record_of(std::uint64_t q, const ringbuf::Record& record) {
  const ringbuf::Record wanted = record_of(q);
  return std::memcmp(&wanted, &record, sizeof record) == 0;
}

[[nodiscard]] constexpr std::array<ringbuf::InstrumentId, kInstruments - 1> all_instruments() noexcept {
  std::array<ringbuf::InstrumentId, kInstruments - 1> ids{};
  for (std::uint32_t i = 0; i < ids.size(); ++i) ids[i] = {i + 1};
  return ids;
}

/// Publishes the record that is due, and ends the batch where one ends.
inline void publish_next(feedhandlers::TickPublisher& publisher) {
  const std::uint64_t q = publisher.last().value + 1;
  publisher.begin_packet(time_of(q), 0);
  if (begins_session(q)) {
    publisher.begin_session(time_of(q), session_of(q), all_instruments());
  } else {
    describe(q, [&](ringbuf::InstrumentId id, const auto& body, ringbuf::RecordFlags flags) {
      publisher.publish(id, time_of(q), body, flags);
    });
  }
  if (q % kBatch == 0) publisher.end_batch();
}

/// The tables as the history up to through() leaves them.
class Tables {
 public:
  Tables() : bytes_(kInstruments * (ringbuf::kImageEntryBytes + ringbuf::kNewestEntryBytes)) {}

  void advance_to(std::uint64_t q) {
    while (through_ < q) enter(++through_);
  }
  [[nodiscard]] std::uint64_t through() const noexcept { return through_; }

  [[nodiscard]] std::span<ringbuf::ImageSlot> image() noexcept {
    return ringbuf::array_at<ringbuf::ImageSlot>(bytes_.bytes(), 0, kInstruments);
  }
  [[nodiscard]] std::span<ringbuf::NewestSlot> newest() noexcept {
    return ringbuf::array_at<ringbuf::NewestSlot>(bytes_.bytes(), kInstruments * ringbuf::kImageEntryBytes,
                                                  kInstruments);
  }

 private:
  void enter(std::uint64_t q) {
    const ringbuf::Record record = record_of(q);
    newest_writer_.apply(record);
    image_writer_.apply(record);
    if (!begins_session(q)) return;
    image_writer_.begin_day(session_of(q).trading_date);
    for (const ringbuf::InstrumentId id : all_instruments()) image_writer_.on_session(record.header, id, session_of(q));
  }

  ringbuf::PrivatePayload bytes_;
  ringbuf::ImageWriter image_writer_{image()};
  ringbuf::NewestWriter newest_writer_{newest()};
  std::uint64_t through_ = 0;
};

}  // namespace tick_history
}  // namespace tickplant::tests
