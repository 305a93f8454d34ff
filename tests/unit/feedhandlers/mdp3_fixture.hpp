// What the tests of the MDP 3.0 normaliser and feed share: a plant in memory, short names for entries and records.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/mdp3_in_memory.hpp"

namespace tickplant::tests::mdp3 {

using namespace feedhandlers;
using namespace feedhandlers::mdp3;
using ringbuf::OrderAction;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;

inline constexpr std::int64_t kUnit = 1'000'000'000;
inline constexpr std::int32_t kSecurity = 170'506;
inline constexpr std::int32_t kOther = -42;

inline Level level(std::uint8_t action, char type, std::int64_t price, std::int32_t size, std::uint8_t price_level,
                   std::uint32_t rpt_seq, std::int32_t security = kSecurity) {
  return {price * kUnit, size, security, rpt_seq, 1, price_level, action, type};
}
inline constexpr std::uint8_t kNew = 0, kChange = 1, kDelete = 2, kDeleteThru = 3, kDeleteFrom = 4, kOverlay = 5;

/// A record as text: "quote 100x5 101x7 end", so that a list of them compares and prints well.
inline std::string text_of(const ringbuf::Record& record) {
  const auto price = [](ringbuf::Price p) {
    return ringbuf::is_present(p) ? std::to_string(p.value / kUnit) : std::string("none");
  };
  const auto side = [](Side s) { return s == Side::bid ? " bid " : s == Side::ask ? " ask " : " none "; };
  std::string text;
  switch (record.header.type) {
    case RecordType::level: {
      const auto body = record.as<ringbuf::LevelBody>();
      text = "level" + std::string(side(body.side)) + price(body.price) + "x" + std::to_string(body.size.value) +
             " at " + std::to_string(body.index);
      break;
    }
    case RecordType::quote: {
      const auto body = record.as<ringbuf::QuoteBody>();
      text = "quote " + price(body.bid_price) + "x" + std::to_string(body.bid_size.value) + " " +
             price(body.ask_price) + "x" + std::to_string(body.ask_size.value);
      break;
    }
    case RecordType::order: {
      const auto body = record.as<ringbuf::OrderBody>();
      static constexpr std::array kActions{"", "add", "cancel", "execute", "modify"};
      text = std::string(kActions.at(static_cast<std::size_t>(body.action))) + " " + std::to_string(body.order_id) +
             side(body.side) + price(body.price) + "x" + std::to_string(body.size.value);
      break;
    }
    case RecordType::trade: {
      const auto body = record.as<ringbuf::TradeBody>();
      text = "trade " + std::to_string(body.trade_id) + side(body.side) + price(body.price) + "x" +
             std::to_string(body.size.value);
      break;
    }
    case RecordType::trade_cancel: {
      const auto body = record.as<ringbuf::TradeCancelBody>();
      text = (body.kind == ringbuf::TradeCancelKind::corrected ? "corrected " : "cancelled ") +
             std::to_string(body.trade_id) + " " + price(body.price) + "x" + std::to_string(body.size.value);
      break;
    }
    case RecordType::gap: {
      const auto body = record.as<ringbuf::GapBody>();
      text = "gap " + std::to_string(body.first) + "-" + std::to_string(body.last) + " of " + body.session.data();
      break;
    }
    case RecordType::source_position: {
      const auto body = record.as<ringbuf::SourcePositionBody>();
      text = "position " + std::to_string(body.next_sequence) + " of " + body.session.data();
      break;
    }
    case RecordType::book_clear: {
      const auto body = record.as<ringbuf::BookClearBody>();
      text = "clear " + std::to_string(static_cast<int>(body.reason));
      break;
    }
    case RecordType::definition: text = "definition"; break;
    default: text = "type " + std::to_string(static_cast<int>(record.header.type)); break;
  }
  if (has(record.header.flags, RecordFlags::maybe_bad_book)) text += " doubt";
  if (has(record.header.flags, RecordFlags::late)) text += " late";
  if (has(record.header.flags, RecordFlags::end_of_event)) text += " end";
  return text;
}
using Texts = std::vector<std::string>;

class Mdp3Plant : public testing::Test {
 protected:
  void SetUp() override { plant_.emplace(); }
  void start(FeedOptions options, PublishedForms forms = {}) { plant_.emplace(options, forms); }

  FeedInMemory& plant() { return *plant_; }
  std::uint64_t now() { return ++time_; }
  PacketWriter packet() { return PacketWriter(++sequence_, now()); }

  /// What the packet became, without its position where `with_position` is false.
  Texts send(const PacketWriter& writer, bool with_position = false) {
    plant().send(writer);
    Texts texts;
    for (const ringbuf::Record& record : plant().take())
      if (with_position || record.header.type != RecordType::source_position) texts.push_back(text_of(record));
    return texts;
  }
  /// One message of levels, an event of its own.
  Texts book(const std::vector<Level>& levels, const std::vector<LevelOrder>& orders = {}) {
    return send(packet().book(now(), kEnd, levels, orders));
  }
  /// Bid 100x5 and ask 101x7, of numbers 1 and 2.
  void open_book(std::int32_t security = kSecurity) {
    (void)book({level(kNew, '0', 100, 5, 1, 1, security), level(kNew, '1', 101, 7, 1, 2, security)});
  }
  Texts side(Side which, std::int32_t security = kSecurity) {
    Texts texts;
    const auto id = plant().feed.normaliser().known_instrument({security});
    plant().book.for_each_level(id, which, [&](const OrderBook::Level& l) {
      texts.push_back(std::to_string(l.price.value / kUnit) + "x" + std::to_string(l.size.value));
    });
    return texts;
  }
  bool is_doubtful(std::int32_t security = kSecurity) {
    return plant().feed.normaliser().is_doubtful(SecurityId{security});
  }
  ringbuf::DepthEntry depth(std::int32_t security = kSecurity) {
    ringbuf::DepthEntry entry;
    const auto id = plant().feed.normaliser().known_instrument({security});
    EXPECT_EQ(ringbuf::DepthReader{plant().depth}.read(id, entry), ringbuf::TableRead::value);
    return entry;
  }

  std::optional<FeedInMemory> plant_;
  std::uint32_t sequence_ = 0;
  std::uint64_t time_ = 1'000;
};

}  // namespace tickplant::tests::mdp3
