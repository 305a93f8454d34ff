#include "feedhandlers/file_feed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "feedhandlers/dbn/dbn_feed.hpp"
#include "feedhandlers/dbn/dbn_source.hpp"
#include "feedhandlers/itch50/itch50_protocol.hpp"
#include "feedhandlers/journal/journal_feed.hpp"
#include "feedhandlers/make_packet_feed.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/sources/pcap_source.hpp"

namespace tickplant::feedhandlers {
namespace {

using platform::UnixNanos;

/// Live and from a capture the same packets go the same way.
class CaptureFeed final : public FileFeed {
 public:
  CaptureFeed(sources::PcapSource source, std::unique_ptr<PacketFeed> packets)
      : source_(std::move(source)), packets_(std::move(packets)) {}

  void begin_day(const TradingDay& day, const sequencing::SessionId& session, UnixNanos received) noexcept override {
    packets_->begin_day(day, session, received);
  }
  void publish_heartbeat(const HeartbeatTime& time) noexcept override { packets_->publish_heartbeat(time); }
  [[nodiscard]] FeedTotals totals() const noexcept override { return packets_->totals(); }

  FileProgress read() noexcept override {
    Packet packet;
    const sources::SourceStatus status = source_.next(packet);
    if (status == sources::SourceStatus::packet) {
      packets_->on_packet(packet);
      return FileProgress::more;
    }
    packets_->flush();
    return status == sources::SourceStatus::end ? FileProgress::ended : FileProgress::failed;
  }

 private:
  sources::PcapSource source_;
  std::unique_ptr<PacketFeed> packets_;
};

class DayFileFeed final : public FileFeed {
 public:
  DayFileFeed(sources::DayFileSource source, const FeedParts& parts, const OrderBookConfig& book, FeedHost& host)
      : host_(host),
        source_(std::move(source)),
        book_(book),
        feed_(parts.publisher, parts.directory, book_, parts.venue, parts.id, parts.forms) {}

  void begin_day(const TradingDay& day, const sequencing::SessionId& session, UnixNanos received) noexcept override {
    day_has_begun_ = true;
    feed_.begin_day(day, session, received);
  }
  void publish_heartbeat(const HeartbeatTime& time) noexcept override { feed_.publish_heartbeat(time); }
  [[nodiscard]] FeedTotals totals() const noexcept override {
    FeedTotals totals;
    itch50::add_totals(feed_, totals);
    totals.next_sequence = next_;
    return totals;
  }

  FileProgress read() noexcept override {
    if (!day_has_begun_) begin_day(host_.day_of(platform::kNoTime), {}, platform::kNoTime);
    sources::MessageBatch batch;
    switch (source_.next(batch)) {
      case sources::DayFileStatus::messages:
        feed_.on_messages(batch.messages, batch.first_number);
        next_ = batch.first_number + batch.messages.size();
        return FileProgress::more;
      case sources::DayFileStatus::end:
      case sources::DayFileStatus::end_of_session: return FileProgress::ended;
      default: return FileProgress::failed;
    }
  }

 private:
  FeedHost& host_;
  sources::DayFileSource source_;
  OrderBook book_;
  itch50::Itch50Feed feed_;
  std::uint64_t next_ = 0;
  bool day_has_begun_ = false;
};

class DbnFileFeed final : public FileFeed {
 public:
  DbnFileFeed(dbn::DbnSource source, const FeedParts& parts, const OrderBookConfig& book, FeedHost& host)
      : host_(host),
        publisher_(parts.publisher),
        id_(parts.id),
        source_(std::move(source)),
        book_(book),
        feed_(parts.publisher, parts.directory, book_, parts.id, parts.forms) {
    feed_.begin_file(source_.metadata());
  }

  void begin_day(const TradingDay& day, const sequencing::SessionId&, UnixNanos) noexcept override {
    day_has_begun_ = true;
    feed_.begin_day(day);
  }
  void publish_heartbeat(const HeartbeatTime& time) noexcept override {
    feedhandlers::publish_heartbeat(publisher_, id_, time);
  }
  [[nodiscard]] FeedTotals totals() const noexcept override {
    const dbn::FeedCounters& counters = feed_.counters();
    FeedTotals totals;
    for (const std::uint64_t count : counters.records) totals.messages += count;
    totals.bad_messages = counters.unknown_rtypes + counters.bad_lengths;
    totals.next_sequence = next_;
    return totals;
  }

  FileProgress read() noexcept override {
    if (!day_has_begun_) begin_day(host_.day_of(source_.metadata().start), {}, platform::kNoTime);
    dbn::RecordBatch batch;
    switch (source_.next(batch)) {
      case dbn::DbnStatus::records:
        feed_.on_batch(batch);
        next_ = batch.first_number + batch.records.size();
        return FileProgress::more;
      case dbn::DbnStatus::end: return FileProgress::ended;
      default: return FileProgress::failed;
    }
  }

 private:
  FeedHost& host_;
  TickPublisher& publisher_;
  ringbuf::FeedId id_;
  dbn::DbnSource source_;
  OrderBook book_;
  dbn::DbnFeed feed_;
  std::uint64_t next_ = 0;
  bool day_has_begun_ = false;
};

/// Which groups are the two lines of one channel a capture does not say, so each group and port counts as a channel.
std::vector<mdp3::ChannelLines> channels_of(const std::string& path) {
  sources::PcapSource source(sources::ByteStream::open(path));
  std::vector<mdp3::Endpoint> seen;
  Packet packet;
  while (source.next(packet) == sources::SourceStatus::packet) {
    const mdp3::Endpoint endpoint{packet.destination_address, packet.destination_port};
    if (std::find(seen.begin(), seen.end(), endpoint) == seen.end()) seen.push_back(endpoint);
  }
  std::vector<mdp3::ChannelLines> channels;
  for (const mdp3::Endpoint& endpoint : seen) channels.push_back({endpoint.port, endpoint, {}});
  return channels;
}

}  // namespace

std::unique_ptr<FileFeed> make_file_feed(const config::FeedConfig& config, const FeedParts& parts,
                                         std::uint64_t instrument_capacity, FeedHost& host) {
  const std::string& path = config.source.path;
  const OrderBookConfig book = book_config(config.protocol, instrument_capacity);
  if (config.source.kind == config::SourceKind::dbn_file)
    return std::make_unique<DbnFileFeed>(dbn::DbnSource::open(path), parts, book, host);
  if (config.source.kind == config::SourceKind::journal)
    return std::make_unique<journal::JournalFeed>(path, config.source.plays, parts, book);
  sources::ByteStream stream = sources::ByteStream::open(path);
  if (config.source.kind == config::SourceKind::day_file)
    return std::make_unique<DayFileFeed>(sources::DayFileSource(std::move(stream)), parts, book, host);
  std::vector<mdp3::ChannelLines> channels;
  if (config.protocol == config::Protocol::mdp3) channels = channels_of(path);
  sources::PcapSource source(std::move(stream));  // before memory is taken: it may be no capture
  return std::make_unique<CaptureFeed>(std::move(source),
                                       make_packet_feed(config, parts, instrument_capacity, host, channels));
}

}  // namespace tickplant::feedhandlers
