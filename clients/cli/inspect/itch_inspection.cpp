#include "clients/cli/inspect/itch_inspection.hpp"

#include "clients/cli/number_text.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

namespace itch50 = feedhandlers::itch50;
namespace moldudp64 = feedhandlers::moldudp64;
namespace sequencing = feedhandlers::sequencing;
namespace sources = feedhandlers::sources;

bool changes_a_book(char type) {
  switch (type) {
    case 'A':
    case 'F':
    case 'E':
    case 'C':
    case 'X':
    case 'D':
    case 'U': return true;
    default: return false;
  }
}

}  // namespace

ItchInspection::ItchInspection(Inspected& inspected)
    : inspected_(inspected),
      feed_(inspected.plant.publisher(), inspected.plant.directory(), inspected.plant.book(),
            inspected.venue_or("XNAS"), Inspected::kFeed, {}) {}

bool ItchInspection::is_message(std::span<const std::byte> message) noexcept {
  return itch50::message_bytes(static_cast<char>(message.front())) == message.size();
}

bool ItchInspection::fits(std::span<const std::byte> payload) noexcept {
  const moldudp64::Datagram datagram = moldudp64::parse(payload);
  if (datagram.damage != moldudp64::Damage::none || datagram.kind != moldudp64::PacketKind::messages) return false;
  std::uint64_t good = 0;
  moldudp64::for_each_message(datagram, datagram.range, [&](std::uint64_t, itch50::Message message) {
    good += !message.empty() && is_message(message) ? 1 : 0;
  });
  return good * 2 > datagram.range.count();
}

void ItchInspection::read_day_file(sources::ByteStream stream) {
  Facts& facts = inspected_.facts;
  begin_day(std::nullopt);
  sources::DayFileSource source(std::move(stream));
  sources::MessageBatch batch;
  sources::DayFileStatus status;
  while ((status = source.next(batch)) == sources::DayFileStatus::messages) {
    feed_.on_messages(batch.messages, batch.first_number, [this](itch50::Message message) { observe(message); });
    inspected_.after_batch(messages_seen_);
  }
  facts.truncated_tail = status == sources::DayFileStatus::truncated_tail;
  facts.problem = source.problem();
  if (facts.truncated_tail && source.truncated_bytes() > 0) {
    facts.problem += " (" + std::to_string(source.truncated_bytes()) + " bytes of a message at the end)";
  }
  if (source.bytes_after_end() > 0) {
    facts.problem =
        std::to_string(source.bytes_after_end()) + " bytes follow the end-of-session mark and were left alone";
  }
  finish();
  facts.format = "itch50/binaryfile";
}

/// As a live line does it, by the times of the capture.
void ItchInspection::on_packet(const feedhandlers::Packet& captured) {
  feedhandlers::Packet packet = captured;
  if (!day_has_begun_) begin_day(packet.ts_recv);
  if (packet.ts_recv == platform::kNoTime) packet.ts_recv = feed_.normaliser().last_time();
  put_in_order(packet);
}

auto ItchInspection::deliver() {
  return [this](const feedhandlers::Packet& packet, const moldudp64::Datagram& datagram) {
    feed_.on_packet(packet, datagram, 0, [this](itch50::Message message) { observe(message); });
    inspected_.after_batch(messages_seen_);
  };
}

void ItchInspection::put_in_order(const feedhandlers::Packet& packet) {
  const sequencing::ReorderCounters before = reorder_.counters();
  reorder_.on_packet(packet, deliver());
  const sequencing::ReorderCounters& after = reorder_.counters();
  const std::uint64_t packets =
      after.duplicate_packets + after.late_packets - before.duplicate_packets - before.late_packets;
  const std::uint64_t duplicates = after.duplicate_messages - before.duplicate_messages;
  if (packets + duplicates == 0) return;
  Dropped& dropped = dropped_[moldudp64::parse(packet.payload).session.text()];
  dropped.packets += packets;
  dropped.duplicate_messages += duplicates;
  dropped.late_messages += after.late_messages - before.late_messages;
}

void ItchInspection::begin_day(std::optional<platform::UnixNanos> captured) {
  day_has_begun_ = true;
  feed_.begin_day(inspected_.find_day(captured));
}

void ItchInspection::observe(itch50::Message message) {
  const std::uint64_t index = messages_seen_++;
  if (!inspected_.options().on_depth || message.size() < itch50::kCommonHeaderBytes) return;
  const char type = static_cast<char>(message.front());
  if (!changes_a_book(type)) return;
  const itch50::SystemEvent header{message.data()};  // the fields that all messages share
  inspected_.show_depth(index, inspected_.facts.midnight + static_cast<std::int64_t>(header.timestamp().nanos), type,
                        feed_.normaliser().known_instrument(header.stock_locate()));
}

void ItchInspection::finish() {
  reorder_.flush(deliver());
  if (!day_has_begun_) begin_day(std::nullopt);
  inspected_.after_batch(messages_seen_);
  Facts& facts = inspected_.facts;
  const auto& feed = feed_.counters();
  const auto& normaliser = feed_.normaliser().counters();
  for (std::size_t row = 0; row < itch50::kMessageTypeCount; ++row) {
    const std::string type(1, itch50::kMessageTypes[row].type);
    facts.message_types.push_back({type, std::string(itch50::kMessageTypes[row].name)});
    facts.messages += feed.messages[row];
    if (feed.messages[row] > 0) facts.messages_by_type[type] = feed.messages[row];
    if (normaliser.unknown_references[row] > 0) {
      facts.unknown_references_by_type[type] = normaliser.unknown_references[row];
    }
  }
  facts.bad_lengths = feed.bad_lengths;
  facts.unknown_types = feed.unknown_types;
  facts.refused_orders = normaliser.refused_orders;
  facts.over_executions = normaliser.over_executions;
  facts.crossed_after_add = normaliser.crossed_after_add;
  facts.backward_times = normaliser.backward_times;
  facts.unknown_instruments = normaliser.unknown_instruments;
  inspected_.set_times(feed_.normaliser().first_time(), feed_.normaliser().last_time());
  facts.damaged_packets = feed.damaged_packets;
  facts.heartbeats = feed.heartbeats;
  facts.reordered_packets = reorder_.counters().held_packets;
  facts.left_out_packets = reorder_.counters().implausible_packets + reorder_.counters().old_session_packets;
  facts.format = "itch50/moldudp64";
  inspected_.collect_sessions(feed_.sessions());
  for (SessionFacts& session : facts.sessions) {
    const Dropped& dropped = dropped_[session.session];
    session.packets += dropped.packets;
    session.duplicate_messages += dropped.duplicate_messages;
    session.late_messages += dropped.late_messages;
  }
}

}  // namespace tickplant::cli
