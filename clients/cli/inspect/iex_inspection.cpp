#include "clients/cli/inspect/iex_inspection.hpp"

namespace tickplant::cli {

namespace iex = feedhandlers::iex;
namespace iextp = feedhandlers::iextp;

IexInspection::IexInspection(Inspected& inspected)
    : inspected_(inspected),
      feed_(inspected.plant.publisher(), inspected.plant.directory(), inspected.plant.book(),
            inspected.venue_or("IEXG"), Inspected::kFeed, {}) {}

bool IexInspection::fits(std::span<const std::byte> payload) noexcept {
  const iextp::Datagram datagram = iextp::parse(payload);
  return datagram.damage == iextp::Damage::none &&
         (datagram.protocol == iextp::MessageProtocol::tops || datagram.protocol == iextp::MessageProtocol::deep);
}

void IexInspection::on_packet(const feedhandlers::Packet& captured) {
  feedhandlers::Packet packet = captured;
  if (!day_has_begun_) begin_day(packet.ts_recv);
  if (packet.ts_recv == platform::kNoTime) packet.ts_recv = feed_.normaliser().last_time();
  feed_.on_packet(packet, 0, [this](iex::Message message) { observe(message); });
  inspected_.after_batch(messages_seen_);
}

void IexInspection::begin_day(std::optional<platform::UnixNanos> captured) {
  day_has_begun_ = true;
  feed_.begin_day(inspected_.find_day(captured));
}

void IexInspection::observe(iex::Message message) {
  const std::uint64_t index = messages_seen_++;
  if (!inspected_.options().on_depth || message.empty()) return;
  const char type = static_cast<char>(message.front());
  const bool is_level = type == '8' || type == '5';
  if (!is_level || message.size() < iex::message_bytes(type)) return;
  const iex::PriceLevelBuy update{message.data()};
  inspected_.show_depth(index, update.timestamp(), type, feed_.normaliser().known_instrument(update.symbol()));
}

void IexInspection::finish() {
  if (!day_has_begun_) begin_day(std::nullopt);
  inspected_.after_batch(messages_seen_);
  Facts& facts = inspected_.facts;
  const iex::FeedCounters& feed = feed_.counters();
  const iex::NormaliserCounters& normaliser = feed_.normaliser().counters();
  for (std::size_t row = 0; row < iex::kMessageTypeCount; ++row) {
    const std::string type(1, iex::kMessageTypes[row].type);
    facts.message_types.push_back({type, std::string(iex::kMessageTypes[row].name)});
    facts.messages += feed.messages[row];
    if (feed.messages[row] > 0) facts.messages_by_type[type] = feed.messages[row];
  }
  facts.bad_lengths = feed.bad_lengths;
  facts.unknown_types = feed.unknown_types;
  facts.backward_times = normaliser.backward_times;
  facts.unknown_instruments = normaliser.unknown_instruments;
  facts.damaged_packets = feed.damaged_packets;
  facts.left_out_packets = feed.foreign_packets;
  facts.heartbeats = feed.heartbeats;
  inspected_.set_times(feed_.normaliser().first_time(), feed_.normaliser().last_time());
  inspected_.collect_sessions(feed_.sessions());
  facts.format = feed_.protocol() == iextp::MessageProtocol::deep ? "iex-deep1.0/iextp" : "iex-tops1.6/iextp";
}

}  // namespace tickplant::cli
