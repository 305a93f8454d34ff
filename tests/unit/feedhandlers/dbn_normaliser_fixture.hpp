// What tests of the DBN normaliser send it: a message at a time, and what became of it.
//
// Threads: one.
// Not here: books of any size (dbn_fixture.hpp).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/dbn_encoder.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"
#include "tests/unit/feedhandlers/dbn_fixture.hpp"

namespace tickplant::tests::dbn {

class DbnNormaliser : public testing::Test {
 protected:
  void SetUp() override { begin({}); }

  void begin(const feedhandlers::dbn::Metadata& metadata) { plant_.feed.begin_file(metadata); }

  /// What the record became, without definitions and the position behind it.
  template <class Message>
  std::vector<ringbuf::Record> send(Message message, Form form = {}) {
    message.header.ts_event = message.header.ts_event == 0 ? kTime + ++nanos_ : message.header.ts_event;
    if constexpr (requires { message.ts_recv; }) {
      if (message.ts_recv == 0) message.ts_recv = kTime + nanos_;
    }
    const Bytes bytes = encoded(message, form);
    const feedhandlers::dbn::RecordBytes record{bytes};
    plant_.feed.on_batch({.records = {&record, 1}, .first_number = 1, .end_offset = 0});
    std::vector<ringbuf::Record> records;
    definitions_ = 0;
    for (const ringbuf::Record& published : plant_.take()) {
      definitions_ += published.header.type == ringbuf::RecordType::definition ? 1 : 0;
      if (published.header.type == ringbuf::RecordType::definition ||
          published.header.type == ringbuf::RecordType::source_position)
        continue;
      records.push_back(published);
    }
    return records;
  }

  static std::vector<ringbuf::RecordType> types(const std::vector<ringbuf::Record>& records) {
    std::vector<ringbuf::RecordType> types;
    for (const ringbuf::Record& record : records) types.push_back(record.header.type);
    return types;
  }
  std::string symbol_of(const ringbuf::Record& record) const {
    return plant_.directory.reader().symbol_of(record.header.instrument);
  }
  ringbuf::InstrumentEntry entry(ringbuf::InstrumentId id) const {
    ringbuf::InstrumentEntry entry;
    EXPECT_EQ(plant_.directory.reader().read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  const auto& counters() const { return plant_.feed.normaliser().counters(); }

  static Mbo order(char action, std::uint64_t id, char side, std::int64_t price, std::uint32_t size,
                   std::uint8_t flags = 0x80) {
    Mbo m;
    m.action = action;
    m.order = id;
    m.side = side;
    m.price = price * kUnit;
    m.size = size;
    m.flags = flags;
    return m;
  }
  static Mbp1 top(char action, std::uint32_t bid_size, std::uint8_t flags = 0x80) {
    Mbp1 m;
    m.action = action;
    m.price = 100 * kUnit;
    m.size = 3;
    m.flags = flags;
    m.sequence = 77;
    m.levels[0] = {100 * kUnit, 101 * kUnit, bid_size, 4, 1, 1};
    return m;
  }

  feedhandlers::OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  std::uint64_t nanos_ = 0;
  int definitions_ = 0;
};

}  // namespace tickplant::tests::dbn
