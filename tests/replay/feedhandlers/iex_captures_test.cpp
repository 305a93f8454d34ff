// Real captures of TOPS and DEEP through the whole feed, against facts that independent decoders computed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "feedhandlers/sources/pcap_source.hpp"
#include "tests/support/iex_feed_in_memory.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::iextp::MessageProtocol;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::PcapSource;
using feedhandlers::sources::SourceStatus;
using ringbuf::has;
using ringbuf::Price;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;
using ringbuf::TradingStatus;

/// Everything of a capture: the feed behind it, and its records counted.
struct Replayed {
  explicit Replayed(const std::filesystem::path& file, feedhandlers::PublishedForms forms = {},
                    const FeedCapacity& capacity = {})
      : plant(forms, capacity), source(ByteStream::open(file)) {
    Packet packet;
    while ((end = source.next(packet)) == SourceStatus::packet) {
      plant.feed.on_packet(packet, 0);
      for (const Record& record : plant.take()) {
        ++types[record.header.type];
        if (record.header.type == RecordType::trade) trades.push_back(record);
        if (record.header.type == RecordType::source_position) position = record.as<ringbuf::SourcePositionBody>();
        flagged += has(record.header.flags, RecordFlags::maybe_bad_book) || has(record.header.flags, RecordFlags::late);
        if (keeps_all) records.push_back(record);
      }
      if (plant.publisher.record_count() > 1000) keeps_all = false;
    }
  }

  [[nodiscard]] std::uint64_t messages() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : plant.feed.counters().messages) sum += count;
    return sum;
  }

  FeedInMemory plant;
  PcapSource source;
  SourceStatus end{};
  std::map<RecordType, std::uint64_t> types;
  Records trades;
  Records records;  // of a short capture all
  bool keeps_all = true;
  std::uint64_t flagged = 0;
  ringbuf::SourcePositionBody position;
};

std::vector<RecordType> types_of(const Records& records) {
  std::vector<RecordType> types;
  for (const Record& record : records) types.push_back(record.header.type);
  return types;
}

constexpr FeedCapacity kWholeMarket{.instruments = 10'000, .slots = 4096, .levels = 65'536};

class IexDeepSession : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto file = shared_data() / "iex/20170826-iex-deep.pcap.gz";
    if (std::filesystem::exists(file)) session_ = new Replayed(file, {}, kWholeMarket);
  }
  static void TearDownTestSuite() {
    delete session_;
    session_ = nullptr;
  }
  void SetUp() override {
    if (session_ == nullptr) GTEST_SKIP() << "private capture absent: iex/20170826-iex-deep.pcap.gz";
  }
  static const FeedInMemory& plant() { return session_->plant; }
  static Replayed* session_;
};
Replayed* IexDeepSession::session_ = nullptr;

TEST_F(IexDeepSession, IsReadToItsEndThroughTaggedFrames) {
  EXPECT_EQ(session_->end, SourceStatus::end);
  EXPECT_EQ(session_->source.counters().frames, 20'145u);
  EXPECT_EQ(session_->source.counters().packets, 20'145u);
  EXPECT_EQ(plant().feed.protocol(), MessageProtocol::deep);
  EXPECT_EQ(plant().feed.counters().heartbeats, 13'220u);
  EXPECT_EQ(plant().feed.counters().damaged_packets, 0u);
  EXPECT_EQ(plant().feed.counters().foreign_packets, 0u);
}

TEST_F(IexDeepSession, HasTheMessagesThatOthersCounted) {
  EXPECT_EQ(session_->messages(), 48'635u);
  const std::map<char, std::uint64_t> expected{{'S', 5},      {'D', 3},   {'H', 8'895}, {'O', 8'445}, {'P', 8'697},
                                               {'E', 16'884}, {'8', 138}, {'5', 116},   {'T', 165},   {'B', 1},
                                               {'A', 5'286},  {'Q', 0},   {'X', 0},     {'I', 0}};
  for (const auto& [type, count] : expected) EXPECT_EQ(plant().messages(type), count) << type;
  EXPECT_EQ(plant().feed.counters().unknown_types, 0u);
  EXPECT_EQ(plant().feed.counters().bad_lengths, 0u);
  EXPECT_EQ(plant().feed.counters().grown_messages, 0u);
}

TEST_F(IexDeepSession, IsWholeAndInOneSession) {
  ASSERT_EQ(plant().feed.sessions().sessions().size(), 1u);
  const auto& session = plant().feed.sessions().sessions()[0];
  EXPECT_EQ(session.id.text(), "43fc000001");
  EXPECT_EQ(session.tracker.first(), 1u);
  EXPECT_EQ(session.tracker.next_expected(), 48'636u);
  EXPECT_EQ(session.tracker.counters().gaps, 0u);
  EXPECT_EQ(session.tracker.counters().duplicate_messages, 0u);
  EXPECT_EQ(session_->types[RecordType::gap], 0u);
  EXPECT_EQ(session_->position.next_sequence, 48'636u);
  EXPECT_EQ(session_->position.byte_offset, 1'351'076u) << "of all payloads";
  EXPECT_EQ(session_->types[RecordType::source_position], 20'145u - 13'220u) << "one a packet with messages";
}

TEST_F(IexDeepSession, HasNineTimesThatGoBackAndNoBookInDoubt) {
  EXPECT_EQ(plant().feed.normaliser().counters().backward_times, 9u);
  EXPECT_EQ(plant().feed.normaliser().counters().unknown_levels, 0u);
  EXPECT_EQ(plant().feed.normaliser().counters().refused_levels, 0u);
  EXPECT_EQ(plant().feed.normaliser().counters().unknown_instruments, 0u);
  EXPECT_EQ(session_->flagged, 0u);
}

TEST_F(IexDeepSession, DefinesEachSymbolOnceAndThoseOfTheDirectoryWithTheirLot) {
  EXPECT_EQ(plant().directory.reader().count(), 8'445u);
  EXPECT_EQ(session_->types[RecordType::definition], 8'445u);
  ringbuf::InstrumentEntry entry;
  ASSERT_EQ(plant().directory.reader().read(plant().id_of("ZXIET"), entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.lot, 100u);
}

TEST_F(IexDeepSession, TradesAsOthersCounted) {
  ASSERT_EQ(session_->trades.size(), 165u);
  std::uint64_t shares = 0;
  std::uint64_t crosses = 0;
  std::uint64_t only_volume = 0;
  for (const Record& record : session_->trades) {
    const auto trade = record.as<ringbuf::TradeBody>();
    shares += trade.size.value;
    crosses += trade.kind == ringbuf::TradeKind::cross;
    only_volume += trade.eligibility == ringbuf::TradeEligibility::volume;
  }
  EXPECT_EQ(shares, 3'941'406u);
  EXPECT_EQ(crosses, 14u);
  EXPECT_EQ(only_volume, 4u + 5 + 3 + 4) << "ISO in extended hours, extended hours, their cross, odd lots";
  EXPECT_EQ(session_->types[RecordType::trade_cancel], 1u);
}

TEST_F(IexDeepSession, KeepsTheVolumeAndVwapThatOthersComputed) {
  const auto vwap_of = [](std::string_view symbol) { return plant().image_of(symbol).vwap(); };
  EXPECT_EQ(plant().image_of("ZXIET").volume.value, 3'108'274u);
  EXPECT_EQ(plant().image_of("ZXIET").trade_count, 106u);
  EXPECT_EQ(vwap_of("ZXIET"), Price{82'835'856'163});
  EXPECT_EQ(plant().image_of("ZEXIT").volume.value, 828'494u);
  EXPECT_EQ(vwap_of("ZEXIT"), Price{10'003'905'677});
  EXPECT_EQ(plant().image_of("ZIEXT").volume.value, 4'238u);
  EXPECT_EQ(vwap_of("ZIEXT"), Price{1'009'032'515});
  EXPECT_EQ(plant().image_of("WWE").volume.value, 200u);
  EXPECT_EQ(vwap_of("WWE"), Price{20'895'000'000});
  EXPECT_EQ(vwap_of("ELLO"), Price{8'495'000'000});
  EXPECT_FALSE(is_present(plant().image_of("WWE").last_price)) << "all its trades were in extended hours";
}

TEST_F(IexDeepSession, EndsWithTheBooksThatOthersBuilt) {
  const auto quote_of = [](std::string_view symbol) { return plant().book.bbo(plant().id_of(symbol)); };
  EXPECT_EQ(quote_of("ZXIET"), (ringbuf::QuoteBody{ringbuf::kNoPrice, {89'980'000'000}, {}, {4'400}}));
  EXPECT_EQ(quote_of("ZEXIT"), (ringbuf::QuoteBody{{10'010'000'000}, ringbuf::kNoPrice, {1'690'739}, {}}));
  EXPECT_EQ(quote_of("ZIEXT"), (ringbuf::QuoteBody{{1'090'000'000}, ringbuf::kNoPrice, {560}, {}}));
  EXPECT_EQ(quote_of("WWE"), ringbuf::QuoteBody{});
  EXPECT_EQ(plant().book.level_count(plant().id_of("ZXIET"), Side::ask), 3u);
  EXPECT_EQ(plant().book.level_count(plant().id_of("ZIEXT"), Side::bid), 3u);
  for (const std::string_view symbol : {"ZXIET", "ZEXIT", "ZIEXT", "WWE", "ELLO"}) {
    const ringbuf::ImageEntry image = plant().image_of(symbol);
    EXPECT_EQ((ringbuf::QuoteBody{image.bid_price, image.ask_price, image.bid_size, image.ask_size}), quote_of(symbol))
        << "the newest quote record of " << symbol;
    const ringbuf::DepthEntry depth = plant().depth_of(symbol);
    EXPECT_EQ(depth.bid_count, plant().book.level_count(plant().id_of(symbol), Side::bid)) << symbol;
    EXPECT_EQ(depth.ask_count, plant().book.level_count(plant().id_of(symbol), Side::ask)) << symbol;
    EXPECT_EQ(depth.bid[0].size, quote_of(symbol).bid_size) << symbol;
    EXPECT_EQ(depth.ask[0].price, quote_of(symbol).ask_price) << symbol;
  }
}

TEST_F(IexDeepSession, DoesNotLiftIexsOwnHaltByTheListingMarketsTrading) {
  std::map<TradingStatus, std::uint64_t> statuses;
  for (std::uint32_t id = 1; id <= 8'445; ++id) {
    ringbuf::ImageEntry entry;
    ASSERT_EQ(ringbuf::ImageReader{plant().image}.read({id}, entry), ringbuf::TableRead::value);
    ++statuses[entry.trading_status];
  }
  // 62 are halted on IEX, 8 by their market, one of them by both; most are told "trading" after the former.
  EXPECT_EQ(statuses[TradingStatus::halted], 69u);
  EXPECT_EQ(statuses[TradingStatus::trading], 8'445u - 69u);
}

TEST(IexCaptures, ReadTheTopsPacketsOfAPcapng) {
  TP_SHARED_DATA(file, "iex/iextools-example1.pcapng");
  const Replayed capture(file);
  EXPECT_EQ(capture.end, SourceStatus::truncated_tail) << "the file ends inside its third packet";
  EXPECT_EQ(capture.plant.feed.protocol(), MessageProtocol::tops);
  EXPECT_EQ(capture.source.counters().packets, 2u);
  EXPECT_EQ(capture.plant.feed.counters().heartbeats, 1u);
  EXPECT_EQ(capture.messages(), 53u);
  const std::map<char, std::uint64_t> expected{{'S', 1}, {'H', 13}, {'O', 13}, {'P', 13}, {'Q', 13}};
  for (const auto& [type, count] : expected) EXPECT_EQ(capture.plant.messages(type), count) << type;
  EXPECT_EQ(capture.position.next_sequence, 54u);
  EXPECT_EQ(capture.position.byte_offset, 1'429u);
  EXPECT_EQ(capture.plant.directory.reader().count(), 13u);
  EXPECT_EQ(capture.types.at(RecordType::quote), 13u);
  EXPECT_EQ(capture.types.at(RecordType::status), 1u + 3 * 13) << "no quote says anything new about halts";
  EXPECT_EQ(capture.plant.image_of("AAPL").trading_status, TradingStatus::unknown) << "not in the packet that is whole";
  EXPECT_EQ(capture.plant.image_of("AA").trading_status, TradingStatus::trading);
}

/// The records of a capture of one packet, without the position at their end.
Records records_of(const std::filesystem::path& file, std::uint64_t first_sequence, std::uint64_t messages) {
  const Replayed capture(file);
  EXPECT_EQ(capture.end, SourceStatus::end);
  EXPECT_EQ(capture.plant.feed.protocol(), MessageProtocol::tops);
  EXPECT_EQ(capture.plant.feed.counters().damaged_packets, 0u);
  EXPECT_EQ(capture.messages(), messages);
  EXPECT_EQ(capture.position.next_sequence, first_sequence + messages);
  EXPECT_EQ(capture.position.message_count, messages);
  EXPECT_EQ(capture.flagged, 0u) << "TOPS joined in its middle is complete with the next quote";
  Records records = capture.records;
  if (records.empty() || records.back().header.type != RecordType::source_position) {
    ADD_FAILURE() << "no position";
    return records;
  }
  records.pop_back();
  return records;
}

TEST(IexCaptures, ReadAQuoteOfBothTopsVersions) {
  for (const char* path : {"pcap/omi/Iex/Tops.IexTp.v1.5/QuoteUpdateMessage.pcap",
                           "pcap/omi/Iex/Tops.IexTp.v1.6/QuoteUpdateMessage.pcap"}) {
    TP_SHARED_DATA(file, path);
    const Records records = records_of(file, 49'821, 1);
    ASSERT_EQ(types_of(records), (std::vector{RecordType::definition, RecordType::status, RecordType::quote})) << path;
    EXPECT_EQ(records[1].as<ringbuf::StatusBody>().trading_status, TradingStatus::trading);
    EXPECT_EQ(records[2].as<ringbuf::QuoteBody>(),
              (ringbuf::QuoteBody{{24'190'000'000}, {24'250'000'000}, {0x4955}, {0xed05}}));
    EXPECT_EQ(records[2].header.ts_event.value, 0x150db3379ce348c0);
    EXPECT_EQ(records[2].header.ts_recv.value, 1'517'065'700'931'787'000);
  }
}

TEST(IexCaptures, ReadATrade) {
  TP_SHARED_DATA(file, "pcap/omi/Iex/Tops.IexTp.v1.5/TradeReportMessage.pcap");
  const Records records = records_of(file, 34'347, 1);
  ASSERT_EQ(types_of(records), (std::vector{RecordType::definition, RecordType::trade}));
  const auto trade = records[1].as<ringbuf::TradeBody>();
  EXPECT_EQ(trade.price, Price{999'800'000});
  EXPECT_EQ(trade.size.value, 100u);
  EXPECT_EQ(trade.trade_id, 972'306u);
  EXPECT_EQ(trade.eligibility, ringbuf::TradeEligibility::volume) << "extended hours";
  EXPECT_EQ(trade.condition, (std::array{'F', 'T', '\0', '\0'}));
}

TEST(IexCaptures, ReadAnAuction) {
  TP_SHARED_DATA(file, "pcap/omi/Iex/Tops.IexTp.v1.5/AuctionInformationMessage.pcap");
  const Records records = records_of(file, 34'362, 1);
  ASSERT_EQ(types_of(records),
            (std::vector{RecordType::definition, RecordType::imbalance, RecordType::auction_prices}));
  const auto imbalance = records[1].as<ringbuf::ImbalanceBody>();
  EXPECT_EQ(imbalance.paired_size.value, 0u);
  EXPECT_EQ(imbalance.imbalance_size.value, 251u);
  EXPECT_EQ(imbalance.reference_price, Price{1'000'000'000});
  EXPECT_EQ(imbalance.side, Side::ask);
  EXPECT_EQ(imbalance.auction, 'H');
  const auto prices = records[2].as<ringbuf::AuctionPricesBody>();
  EXPECT_EQ(prices.price[0], Price{1'000'000'000});
  EXPECT_EQ(prices.price[1], Price{1'000'000'000});
}

TEST(IexCaptures, ReadAnOfficialPrice) {
  TP_SHARED_DATA(file, "pcap/omi/Iex/Tops.IexTp.v1.5/OfficialPriceMessage.pcap");
  const Records records = records_of(file, 45'626, 1);
  ASSERT_EQ(types_of(records), (std::vector{RecordType::definition, RecordType::status}));
  EXPECT_EQ(records[1].as<ringbuf::StatusBody>().code, 'Q');
  EXPECT_EQ(records[1].as<ringbuf::StatusBody>().price[0], Price{100'000'000'000});
}

TEST(IexCaptures, ReadHaltsAndRestrictions) {
  TP_SHARED_DATA(halt, "pcap/omi/Iex/Tops.IexTp.v1.5/OperationalHaltStatusMessage.pcap");
  TP_SHARED_DATA(short_sale, "pcap/omi/Iex/Tops.IexTp.v1.5/ShortSalePriceTestStatusMessage.pcap");
  TP_SHARED_DATA(trading, "pcap/omi/Iex/Tops.IexTp.v1.5/TradingStatusMessage.pcap");
  TP_SHARED_DATA(system, "pcap/omi/Iex/Tops.IexTp.v1.5/SystemEventMessage.pcap");
  const Records halted = records_of(halt, 34'266, 4);
  ASSERT_EQ(types_of(halted), (std::vector{RecordType::definition, RecordType::status, RecordType::status,
                                           RecordType::quote, RecordType::status}));
  EXPECT_EQ(halted[1].as<ringbuf::StatusBody>().code, 'N');
  EXPECT_EQ(halted[2].as<ringbuf::StatusBody>().trading_status, TradingStatus::trading);
  EXPECT_EQ(halted[3].as<ringbuf::QuoteBody>(), ringbuf::QuoteBody{});
  EXPECT_EQ(halted[4].as<ringbuf::StatusBody>().code, 'S');
  EXPECT_EQ(halted[4].header.instrument, ringbuf::kNoInstrument);
  const Records restricted = records_of(short_sale, 34'270, 1);
  ASSERT_EQ(types_of(restricted), (std::vector{RecordType::definition, RecordType::status}));
  EXPECT_EQ(restricted[1].as<ringbuf::StatusBody>().kind, ringbuf::StatusKind::short_sale);
  EXPECT_EQ(restricted[1].as<ringbuf::StatusBody>().code, '1');
  EXPECT_EQ(restricted[1].as<ringbuf::StatusBody>().detail, 'N');
  const Records stopped = records_of(trading, 55'295, 1);
  ASSERT_EQ(types_of(stopped), (std::vector{RecordType::definition, RecordType::status}));
  EXPECT_EQ(stopped[1].as<ringbuf::StatusBody>().trading_status, TradingStatus::halted);
  EXPECT_EQ(stopped[1].as<ringbuf::StatusBody>().reason, (std::array{'N', 'A', ' ', ' '}));
  const Records opened = records_of(system, 35'579, 1);
  ASSERT_EQ(types_of(opened), std::vector{RecordType::status});
  EXPECT_EQ(opened[0].as<ringbuf::StatusBody>().trading_status, TradingStatus::trading);
}

TEST(IexCaptures, ReadTheSecurityDirectory) {
  TP_SHARED_DATA(file, "pcap/omi/Iex/Tops.IexTp.v1.5/SecurityDirectoryMessage.pcap");
  const Replayed capture(file);
  EXPECT_EQ(capture.messages(), 52u);
  EXPECT_EQ(capture.position.next_sequence, 34'110u + 52);
  ringbuf::InstrumentEntry entry;
  ASSERT_EQ(capture.plant.directory.reader().read(capture.plant.id_of("ZEXIT"), entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.lot, 100u);
  EXPECT_EQ(entry.kind, ringbuf::InstrumentKind::equity);
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
