// A feed of packets over a plant in memory, as a config makes it: what the tests of feeds behind lines A and B share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/make_packet_feed.hpp"
#include "feedhandlers/sequencing/copy_comparison.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::tests {

/// Where a feed has come from line A, and, a moment later, from line B.
class FeedOnLines : public testing::Test {
 protected:
  using Line = feedhandlers::Line;
  using RecordType = ringbuf::RecordType;
  static constexpr std::uint32_t kInstruments = 16;
  static constexpr std::uint64_t kSlots = 1024;
  static constexpr std::uint32_t kCompared = feedhandlers::sequencing::CopyComparison::kEvery;  // the first such number

  static config::FeedConfig config_of(config::Protocol protocol) {
    config::FeedConfig config;
    config.name = "test";
    config.protocol = protocol;
    config.source.compare_lines = true;
    return config;
  }
  void start(const config::FeedConfig& config, std::span<const feedhandlers::mdp3::ChannelLines> channels = {}) {
    feed_ = feedhandlers::make_packet_feed(config, {publisher_, directory_, "XNAS", {1}, {}}, kInstruments, host_,
                                           channels);
  }
  void start(config::Protocol protocol) { start(config_of(protocol)); }

  void receive(Line line, std::string_view payload) { receive(line, payload, platform::UnixNanos{now_ += 1000}); }
  void receive(Line line, std::string_view payload, platform::UnixNanos ts_recv, std::uint16_t port = 0) {
    feedhandlers::Packet packet;
    packet.payload = std::as_bytes(std::span{payload});
    packet.ts_recv = ts_recv;
    packet.line = line;
    packet.destination_port = port;
    feed_->on_packet(packet);
  }
  void receive_on_both(std::string_view payload) {
    receive(Line::a, payload);
    receive(Line::b, payload);
  }
  /// The types of all records since the last call.
  std::vector<RecordType> take() {
    std::vector<RecordType> types;
    for (ringbuf::Record record; reader_.poll(&record) == ringbuf::ReadStatus::record;)
      types.push_back(record.header.type);
    return types;
  }
  [[nodiscard]] bool is_doubted(std::string_view symbol) const {
    ringbuf::ImageEntry entry;
    const ringbuf::InstrumentId id = directory_.reader().find(symbol, "XNAS");
    EXPECT_EQ(ringbuf::ImageReader{image_}.read(id, entry), ringbuf::TableRead::value) << symbol;
    return has(entry.quality, ringbuf::Quality::gap_inside);
  }

  class Host : public feedhandlers::FeedHost {
   public:
    [[nodiscard]] feedhandlers::TradingDay day_of(platform::UnixNanos) const noexcept override { return kDay; }
    [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos) noexcept override { return 0; }
  };
  static constexpr feedhandlers::TradingDay kDay{.midnight = {1'548'824'400'000'000'000}, .date = 20190130};

  ringbuf::PrivatePayload ring_{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image_{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest_{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth_{kInstruments + 1};
  feedhandlers::TickPublisher publisher_{ringbuf::TickWriter::over(ring_.bytes(), kSlots), ringbuf::ImageWriter{image_},
                                         ringbuf::NewestWriter{newest_}, ringbuf::DepthWriter{depth_}};
  ringbuf::TickReader reader_{ringbuf::TickReader::over(ring_.bytes(), kSlots, {1})};
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), kInstruments};
  Host host_;
  std::unique_ptr<feedhandlers::PacketFeed> feed_;
  std::int64_t now_ = 1'548'860'000'000'000'000;
};

}  // namespace tickplant::tests
