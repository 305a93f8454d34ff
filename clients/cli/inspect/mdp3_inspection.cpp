#include "clients/cli/inspect/mdp3_inspection.hpp"

namespace tickplant::cli {

namespace mdp3 = feedhandlers::mdp3;

namespace {

/// Named by their ports, as CME's channels are.
std::vector<mdp3::ChannelLines> channels_of(const Destinations& destinations) {
  std::vector<mdp3::ChannelLines> channels;
  for (const Destination& one : destinations) channels.push_back({one.port, {one.address, one.port}, {}});
  return channels;
}

}  // namespace

Mdp3Inspection::Mdp3Inspection(Inspected& inspected, const Destinations& destinations)
    : inspected_(inspected),
      feed_(inspected.plant.publisher(), inspected.plant.directory(), inspected.plant.book(),
            inspected.venue_or("XCME"), Inspected::kFeed, {}, {.channels = channels_of(destinations)}) {}

bool Mdp3Inspection::fits(std::span<const std::byte> payload) noexcept {
  constexpr std::uint64_t kYear2001 = 1'000'000'000'000'000'000, kYear2096 = 4'000'000'000'000'000'000;
  const mdp3::Datagram datagram = mdp3::parse_packet(payload);
  if (datagram.damage != mdp3::Damage::none || datagram.message_count == 0) return false;
  if (datagram.sending_time < kYear2001 || datagram.sending_time > kYear2096) return false;
  bool are_known = true;
  mdp3::for_each_message(datagram, [&](const mdp3::Message& message) {
    are_known &= mdp3::template_index(message.template_id) != mdp3::kUnknownTemplate;
  });
  return are_known;
}

void Mdp3Inspection::on_packet(const feedhandlers::Packet& captured) {
  feedhandlers::Packet packet = captured;
  if (!day_has_begun_) begin_day(packet.ts_recv);
  if (packet.ts_recv == platform::kNoTime) packet.ts_recv = feed_.normaliser().last_time();
  const mdp3::Datagram datagram = mdp3::parse_packet(packet.payload);
  if (datagram.damage != mdp3::Damage::short_header) {
    last_sent_ = {static_cast<std::int64_t>(datagram.sending_time)};
    if (first_sent_ == platform::kNoTime) first_sent_ = last_sent_;
  }
  feed_.on_packet(packet, 0, [this](const mdp3::Message&) { ++messages_seen_; });
  inspected_.after_batch(messages_seen_);
}

void Mdp3Inspection::begin_day(std::optional<platform::UnixNanos> captured) {
  day_has_begun_ = true;
  feed_.begin_day(inspected_.find_day(captured));
}

void Mdp3Inspection::finish() {
  if (!day_has_begun_) begin_day(std::nullopt);
  inspected_.after_batch(messages_seen_);
  Facts& facts = inspected_.facts;
  const mdp3::FeedCounters& feed = feed_.counters();
  const mdp3::NormaliserCounters& normaliser = feed_.normaliser().counters();
  for (std::size_t row = 0; row < mdp3::kTemplateCount; ++row) {
    const std::string type = std::to_string(mdp3::kTemplates[row].id);
    facts.message_types.push_back({type, std::string(mdp3::kTemplates[row].name)});
    facts.messages += feed.messages[row];
    if (feed.messages[row] > 0) facts.messages_by_type[type] = feed.messages[row];
  }
  const auto refused = [&](mdp3::ParseOutcome outcome) { return feed.refused[static_cast<std::size_t>(outcome)]; };
  facts.unknown_types = refused(mdp3::ParseOutcome::unknown_template);
  for (std::size_t i = 0; i < feed.refused.size(); ++i) facts.bad_lengths += feed.refused[i];
  facts.bad_lengths -= facts.unknown_types;
  for (const std::uint64_t count : feed.damaged) facts.damaged_packets += count;
  facts.refused_orders = normaliser.refused_entries;
  facts.unknown_instruments = normaliser.unknown_instruments;
  facts.backward_times = normaliser.backward_times;
  inspected_.set_times(first_sent_, last_sent_);
  facts.left_out_packets = feed.foreign_packets;
  facts.numbered = "packet";
  for (std::size_t channel = 0; channel < feed_.channels().size(); ++channel) {
    const feedhandlers::sequencing::SequenceCounters packets = feed_.packets(channel);
    if (packets.packets == 0) continue;
    facts.sessions.push_back({std::to_string(feed_.channels().number(channel)), feed_.first_sequence(channel),
                              feed_.next_sequence(channel), packets.packets, packets.messages,
                              packets.duplicate_messages, packets.missed_messages, packets.late_messages});
  }
  facts.format = "cme-mdp3";
}

}  // namespace tickplant::cli
