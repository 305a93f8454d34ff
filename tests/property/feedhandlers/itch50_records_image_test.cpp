// Laws: image and newest are what a naive fold over the records gives, byte for byte, after every message of every day.
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "tests/property/feedhandlers/itch50_records_day.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::kNoInstrument;
using ringbuf::NewestEntry;
using ringbuf::Quality;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::StatusKind;
using ringbuf::TradeEligibility;

class Fold {
 public:
  void apply(const Record& record) {
    const InstrumentId id = record.header.instrument;
    if (record.header.type == RecordType::session) return start(record);
    if (record.header.type == RecordType::gap) return doubt(record);
    if (id == kNoInstrument) return;
    count(record, newest[id]);
    switch (record.header.type) {
      case RecordType::definition: known_[id]; break;
      case RecordType::quote: quote(record, touched(record)); break;
      case RecordType::trade: trade(record, touched(record)); break;
      case RecordType::status: status(record, touched(record)); break;
      case RecordType::imbalance: imbalance(record, touched(record)); break;
      case RecordType::auction_prices: auction(record); break;
      default: break;
    }
  }

  std::map<InstrumentId, ImageEntry> images;
  std::map<InstrumentId, NewestEntry> newest;

 private:
  std::int32_t trading_date_ = 0;

  void start(const Record& record) {
    trading_date_ = record.as<ringbuf::SessionBody>().trading_date;
    for (const auto& [id, unused] : known_) {
      const ImageEntry before = images[id];
      ImageEntry& entry = images[id] = {};
      entry.stamp = record.header.stamp;
      entry.ts_event = record.header.ts_event;
      entry.ts_recv = record.header.ts_recv;
      entry.trading_date = trading_date_;
      entry.previous_close = is_present(before.last_price) ? before.last_price : before.previous_close;
    }
  }

  void doubt(const Record& record) {
    for (auto& [id, entry] : images) {
      entry.stamp = record.header.stamp;
      entry.ts_event = record.header.ts_event;
      entry.ts_recv = record.header.ts_recv;
      entry.quality = Quality::gap_inside;
    }
  }

  static void count(const Record& record, NewestEntry& entry) {
    entry.stamp = record.header.stamp;
    ++entry.update_count;
    if (record.header.type != RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    if (!has(trade.eligibility, TradeEligibility::volume)) return;
    ++entry.trade_count;
    entry.volume.value += trade.size.value;
  }

  ImageEntry& touched(const Record& record) {
    ImageEntry& entry = images[record.header.instrument];
    if (entry.stamp == 0) entry.trading_date = trading_date_;  // first heard of today
    entry.stamp = record.header.stamp;
    entry.ts_event = record.header.ts_event;
    entry.ts_recv = record.header.ts_recv;
    entry.quality = has(record.header.flags, RecordFlags::maybe_bad_book) ? Quality::gap_inside : Quality::none;
    return entry;
  }

  static void quote(const Record& record, ImageEntry& entry) {
    const auto body = record.as<ringbuf::QuoteBody>();
    entry.bid_price = body.bid_price;
    entry.bid_size = body.bid_size;
    entry.ask_price = body.ask_price;
    entry.ask_size = body.ask_size;
  }

  static void trade(const Record& record, ImageEntry& entry) {
    const auto body = record.as<ringbuf::TradeBody>();
    if (body.eligibility == TradeEligibility::none) return;
    EXPECT_EQ(body.eligibility, TradeEligibility::all) << "ITCH knows no other";
    ringbuf::Uint128 notional = static_cast<ringbuf::Uint128>(entry.notional_high) << 64 | entry.notional_low;
    for (std::uint64_t bit = 0; bit < 64; ++bit)  // price x size, by adding
      if ((body.size.value >> bit & 1) != 0) notional += static_cast<ringbuf::Uint128>(body.price.value) << bit;
    entry.notional_low = static_cast<std::uint64_t>(notional);
    entry.notional_high = static_cast<std::uint64_t>(notional >> 64);
    entry.volume.value += body.size.value;
    entry.trade_count += 1;
    entry.last_price = body.price;
    entry.last_size = body.size;
    entry.last_trade_time = record.header.ts_event;
    entry.last_trade_id = body.trade_id;
    if (!is_present(entry.open)) entry.open = entry.high = entry.low = body.price;
    entry.high = std::max(entry.high, body.price);
    entry.low = std::min(entry.low, body.price);
  }

  static void status(const Record& record, ImageEntry& entry) {
    const auto body = record.as<ringbuf::StatusBody>();
    if (body.kind == StatusKind::trading_action || body.kind == StatusKind::operational)
      entry.trading_status = body.trading_status;
    if (body.kind == StatusKind::short_sale) entry.short_sale = body.code;
    if (body.kind != StatusKind::price_band) return;
    entry.band_reference = body.price[0];
    entry.band_upper = body.price[1];
    entry.band_lower = body.price[2];
  }

  static void imbalance(const Record& record, ImageEntry& entry) {
    const auto body = record.as<ringbuf::ImbalanceBody>();
    entry.auction_paired = body.paired_size;
    entry.auction_imbalance = body.imbalance_size;
    entry.auction_reference = body.reference_price;
    entry.auction_side = body.side;
  }

  void auction(const Record& record) {
    const auto body = record.as<ringbuf::AuctionPricesBody>();
    if (body.kind != ringbuf::AuctionPricesKind::indicative) return;
    ImageEntry& entry = touched(record);
    entry.auction_near = body.price[0];
    entry.auction_far = body.price[1];
  }

  std::map<InstrumentId, bool> known_;
};

class Itch50RecordsImage : public RecordsLaw {
 protected:
  void on_records(const Records& records) override {
    for (const Record& record : records) fold_.apply(record);
    for (const Record& record : records) compare(record.header.instrument);
    const RecordType first = records.front().header.type;
    if (first == RecordType::session || first == RecordType::gap) compare_all();
  }

  void at_the_end() override {
    compare_all();
    std::uint64_t volume = 0;
    for (const auto& [id, entry] : fold_.images) volume += entry.volume.value;
    EXPECT_GT(volume, 10'000u) << "or little was compared";
  }

 private:
  void compare_all() {
    for (std::uint32_t id = 0; id <= FeedInMemory::kInstruments; ++id) compare({id});
  }

  void compare(InstrumentId id) {
    compare_entry<ImageEntry>("image", id, fold_.images,
                              [&](ImageEntry& out) { return ringbuf::ImageReader{plant_.image}.read(id, out); });
    compare_entry<NewestEntry>("newest", id, fold_.newest,
                               [&](NewestEntry& out) { return ringbuf::NewestReader{plant_.newest}.read(id, out); });
  }

  template <class Entry, class Read>
  static void compare_entry(std::string_view table, InstrumentId id, const std::map<InstrumentId, Entry>& expected,
                            Read&& read) {
    const auto found = expected.find(id);
    Entry entry;
    const ringbuf::TableRead outcome = read(entry);
    ASSERT_EQ(outcome, found == expected.end() ? ringbuf::TableRead::never : ringbuf::TableRead::value)
        << table << " of " << id.value;
    if (found == expected.end()) return;
    const auto wanted_bytes = std::as_bytes(std::span{&found->second, 1});
    const auto entry_bytes = std::as_bytes(std::span{&entry, 1});
    const auto [wanted, is] = std::mismatch(wanted_bytes.begin(), wanted_bytes.end(), entry_bytes.begin());
    ASSERT_EQ(wanted, wanted_bytes.end())
        << table << " of " << id.value << " differs at byte " << wanted - wanted_bytes.begin();
  }

  Fold fold_;
};

TEST_P(Itch50RecordsImage, FoldIntoTheTables) { hold(); }

INSTANTIATE_TEST_SUITE_P(Days, Itch50RecordsImage, testing::ValuesIn(all_days()), name_of);

}  // namespace
}  // namespace tickplant::tests::itch::this_file
