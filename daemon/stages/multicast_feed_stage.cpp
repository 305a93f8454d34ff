#include "daemon/stages/multicast_feed_stage.hpp"

#include <algorithm>

#include "feedhandlers/moldudp64/request.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
namespace moldudp64 = feedhandlers::moldudp64;
namespace sequencing = feedhandlers::sequencing;
using feedhandlers::Line;
using feedhandlers::Packet;

sequencing::ReorderOptions reorder_options(const config::SourceConfig& source) {
  sequencing::ReorderOptions options;
  options.wait_nanos = source.reorder_wait_ns;
  options.recovery_wait_nanos = source.recovery_wait_ns;
  options.can_request = source.rerequest.present();
  return options;
}

sequencing::SessionId session_of(const ringbuf::SourcePositionBody& position) noexcept {
  return sequencing::SessionId::from_bytes(std::as_bytes(std::span{position.session}));
}

}  // namespace

MulticastFeedStage::MulticastFeedStage(const FeedSetup& setup,
                                       std::unique_ptr<feedhandlers::sources::UdpMulticastSource> source,
                                       const std::optional<ringbuf::SourcePositionBody>& resume_at)
    : FeedStage(setup),
      source_(std::move(source)),
      reorder_(reorder_options(setup.config.source)),
      packets_(add_counter(counter::kPackets, "datagrams of both lines and answers to re-requests", "packets")),
      packets_a_(add_counter(counter::kPacketsLineA, "datagrams of line A", "packets")),
      packets_b_(add_counter(counter::kPacketsLineB, "datagrams of line B", "packets")),
      packets_recovered_(add_counter(counter::kPacketsRecovered, "answers to re-requests", "packets")),
      bytes_(add_counter(counter::kBytes, "payload of those datagrams", "bytes")),
      held_(add_counter(counter::kHeldPackets, "packets that waited for an earlier one", "packets")),
      requests_(add_counter(counter::kRequests, "re-requests sent: messages that came on neither line", "requests")),
      kernel_drops_(add_counter(counter::kKernelDrops, "datagrams for which the sockets had no room", "packets")) {
  if (setup.ring.repair) publisher_.continue_behind(setup.ring.repair->last_ts_recv);
  if (!resume_at) return;
  const platform::UnixNanos now = clock_.now();
  feed_.resume(day_of(now), session_of(*resume_at), resume_at->next_sequence, now);
  reorder_.resume(session_of(*resume_at), resume_at->next_sequence);
  next_sequence_ = resume_at->next_sequence;
  day_has_begun_ = true;
}

std::size_t MulticastFeedStage::do_work() noexcept {
  begin_turn();
  const auto in_order = [this](const Packet& packet, const moldudp64::Datagram& datagram) {
    deliver(packet, datagram);
  };
  const std::size_t count = source_->poll([&](const Packet& packet) { reorder_.on_packet(packet, in_order); });
  const platform::UnixNanos now = clock_.now();
  if (count > 0) {
    last_packet_ = now;
  } else {
    reorder_.on_time(now, in_order);
  }
  ask_again(now);
  if (count > 0) {
    set_state(has_ended_ ? counter::SourceState::ended : counter::SourceState::live);
    count_lines();
    FeedStage::count();
  } else if (last_packet_ != platform::kNoTime && now - last_packet_ > kSilentNanos && !has_ended_) {
    set_state(counter::SourceState::silent);
  }
  beat(now);
  return count;
}

void MulticastFeedStage::deliver(const Packet& packet, const moldudp64::Datagram& datagram) noexcept {
  if (!day_has_begun_) [[unlikely]] {
    feed_.begin_day(day_of(packet.ts_recv), datagram.session, packet.ts_recv);
    day_has_begun_ = true;
  }
  has_ended_ = datagram.kind == moldudp64::PacketKind::end_of_session;
  next_sequence_ = datagram.range.end;
  Packet told = packet;
  // It waited in its socket while a heartbeat told a later time: no clock went wrong.
  const bool is_behind =
      packet.ts_recv < last_beat_ && last_beat_ - packet.ts_recv < sequencing::ReorderBuffer::kClockStepNanos;
  if (is_behind) told.ts_recv = last_beat_;
  feed_.on_packet(told, datagram, clock_.now() - packet.ts_recv);
}

void MulticastFeedStage::ask_again(platform::UnixNanos now) noexcept {
  while (const auto request = reorder_.take_request(now)) (void)source_->send_request(moldudp64::encode(*request));
}

platform::UnixNanos MulticastFeedStage::next_turn() const noexcept {
  const auto deadline = reorder_.next_deadline();
  return deadline ? std::min(*deadline, FeedStage::next_turn()) : FeedStage::next_turn();
}

void MulticastFeedStage::on_stop() noexcept {
  for (int turns = 0; turns < kDrainTurns && do_work() > 0; ++turns) continue;  // what the sockets hold already
  begin_turn();
  reorder_.flush([this](const Packet& packet, const moldudp64::Datagram& datagram) { deliver(packet, datagram); });
  count_lines();
  FeedStage::count();
}

void MulticastFeedStage::count_lines() noexcept {
  std::uint64_t packets = 0, bytes = 0, drops = 0;
  const auto& a = source_->counters(Line::a);
  const auto& b = source_->counters(Line::b);
  const auto& recovery = source_->counters(Line::recovery);
  for (const auto* line : {&a, &b, &recovery}) {
    packets += line->packets;
    bytes += line->bytes;
    drops += line->kernel_drops;
  }
  packets_.follow(packets);
  packets_a_.follow(a.packets);
  packets_b_.follow(b.packets);
  packets_recovered_.follow(recovery.packets);
  bytes_.follow(bytes);
  kernel_drops_.follow(drops);
  held_.follow(reorder_.counters().held_packets);
  requests_.follow(reorder_.counters().requests);
  dropped_duplicates_ = reorder_.counters().duplicate_messages;
}

}  // namespace tickplant::daemon
