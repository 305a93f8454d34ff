#include "daemon/stages/file_feed_stage.hpp"

#include <algorithm>

#include "feedhandlers/sources/detect_format.hpp"
#include "feedhandlers/trading_date.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
namespace moldudp64 = feedhandlers::moldudp64;
namespace sources = feedhandlers::sources;
using feedhandlers::Packet;

constexpr std::size_t kPacketsPerTurn = 64;
// More than a batch of messages, or a packet, turns into. In a ring that is not twice as long nothing can be promised.
constexpr std::uint64_t kRecordsAtOnce = 4096;

std::variant<sources::DayFileSource, sources::PcapSource> open_source(const config::SourceConfig& source) {
  sources::ByteStream stream = sources::ByteStream::open(source.path);
  if (source.kind == config::SourceKind::day_file) return sources::DayFileSource(std::move(stream));
  return sources::PcapSource(std::move(stream));
}

}  // namespace

FileFeedStage::FileFeedStage(const FeedSetup& setup)
    : FeedStage(setup),
      source_(open_source(setup.config.source)),
      reorder_({.wait_nanos = setup.config.source.reorder_wait_ns}),
      packets_(add_counter(counter::kPackets, "datagrams, or batches of a day file", "packets")),
      gate_(setup.ring.gating_page(), setup.ring.slot_count),
      room_wanted_(std::min(kRecordsAtOnce * setup.ring.publishers.size(), setup.ring.slot_count / 2)) {}

bool FileFeedStage::has_room() const noexcept { return gate_.room(publisher_.last_of_all()) >= room_wanted_; }

std::size_t FileFeedStage::do_work() noexcept {
  next_turn_ = kNever;
  if (has_ended_) return 0;
  if (!has_room()) {
    next_turn_ = clock_.now() + kWaitNanos;
    return 0;
  }
  begin_turn();
  const std::size_t count = std::holds_alternative<sources::DayFileSource>(source_)
                                ? read_messages(std::get<sources::DayFileSource>(source_))
                                : read_packets(std::get<sources::PcapSource>(source_));
  last_packet_ = clock_.now();
  packets_.add(count);
  dropped_duplicates_ = reorder_.counters().duplicate_messages;
  FeedStage::count();
  return count + 1;  // the end of a file is work, too
}

std::size_t FileFeedStage::read_messages(sources::DayFileSource& source) noexcept {
  if (!day_has_begun_) begin_day(std::nullopt);
  sources::MessageBatch batch;
  const sources::DayFileStatus status = source.next(batch);
  if (status == sources::DayFileStatus::messages) {
    set_state(counter::SourceState::live);
    feed_.on_messages(batch.messages, batch.first_number);
    next_sequence_ = batch.first_number + batch.messages.size();
    return 1;
  }
  finish(status == sources::DayFileStatus::end || status == sources::DayFileStatus::end_of_session);
  return 0;
}

std::size_t FileFeedStage::read_packets(sources::PcapSource& source) noexcept {
  const auto in_order = [this](const Packet& packet, const moldudp64::Datagram& datagram) {
    deliver(packet, datagram);
  };
  Packet packet;
  for (std::size_t count = 0; count < kPacketsPerTurn; ++count) {
    if (!has_room()) return count;
    const sources::SourceStatus status = source.next(packet);
    if (status != sources::SourceStatus::packet) {
      reorder_.flush(in_order);
      finish(status == sources::SourceStatus::end);
      return count;
    }
    set_state(counter::SourceState::live);
    if (!day_has_begun_) begin_day(packet.ts_recv);
    if (packet.ts_recv == platform::kNoTime) packet.ts_recv = feed_.normaliser().last_time();
    reorder_.on_packet(packet, in_order);
  }
  return kPacketsPerTurn;
}

void FileFeedStage::deliver(const Packet& packet, const moldudp64::Datagram& datagram) noexcept {
  next_sequence_ = datagram.range.end;
  feed_.on_packet(packet, datagram, 0);
}

/// Config, then capture time, then the file's name, then today.
void FileFeedStage::begin_day(std::optional<platform::UnixNanos> captured) {
  day_has_begun_ = true;
  if (config_.trading_date) return feed_.begin_day(day_of(*config_.trading_date));
  if (captured && *captured > platform::UnixNanos{0}) return feed_.begin_day(day_of(*captured));
  if (const auto guess = feedhandlers::guess_trading_date(config_.source.path)) {
    return feed_.begin_day(day_of(guess->date));
  }
  feed_.begin_day(day_of(clock_.now()));
}

void FileFeedStage::finish(bool is_whole) noexcept {
  has_ended_ = true;
  set_state(is_whole ? counter::SourceState::ended : counter::SourceState::failed);
}

}  // namespace tickplant::daemon
