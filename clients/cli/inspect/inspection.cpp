#include "clients/cli/inspect/inspection.hpp"

#include <algorithm>
#include <filesystem>

#include "clients/cli/inspect/offline_plant.hpp"
#include "clients/cli/number_text.hpp"
#include "config/text_kinds.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/sources/detect_format.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "feedhandlers/trading_date.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::cli {
namespace {

namespace itch50 = feedhandlers::itch50;
namespace sequencing = feedhandlers::sequencing;
namespace sources = feedhandlers::sources;
using ringbuf::Price;
using ringbuf::Record;
using ringbuf::RecordType;

bool is_itch(std::span<const std::byte> message) noexcept {
  return itch50::message_bytes(static_cast<char>(message.front())) == message.size();
}

const char* name_of(sources::Compression compression) {
  switch (compression) {
    case sources::Compression::gzip: return "gzip";
    case sources::Compression::zstd: return "zstd";
    default: return "none";
  }
}

/// Every open order was once an add of 38 bytes with its frame, so a file bounds them; compression hides at most 20
/// times the bytes.
std::size_t orders_that_fit(const std::string& path, sources::Compression compression) {
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(path, ignored);
  const std::uint64_t unpacked =
      ignored ? UINT64_MAX / 32 : bytes * (compression == sources::Compression::none ? 1 : 20);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(unpacked / 38, 1 << 16, 1 << 24));
}

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

class Inspection {
 public:
  Inspection(const std::string& path, const InspectOptions& options)
      : path_(path),
        options_(options),
        zone_(options.time_zone),
        stream_(sources::ByteStream::open(path)),
        container_(sources::detect_container(stream_, is_itch)),
        plant_(options.order_capacity != 0 ? options.order_capacity : orders_that_fit(path, stream_.compression())),
        feed_(plant_.publisher(), plant_.directory(), plant_.book(), options.venue, kFeed, {}) {
    facts_.file = path;
    facts_.time_zone = options.time_zone;
    facts_.compression = name_of(stream_.compression());
  }

  Facts run() {
    switch (container_) {
      case sources::Container::day_file: read_day_file(); break;
      case sources::Container::pcap: read_capture("pcap"); break;
      case sources::Container::pcapng: read_capture("pcapng"); break;
      case sources::Container::unknown: throw sources::unknown_format(stream_, path_);
    }
    collect();
    return std::move(facts_);
  }

 private:
  static constexpr ringbuf::FeedId kFeed{1};

  /// What the feed does not see, since its place was taken or gone.
  struct Dropped {
    std::uint64_t packets = 0;
    std::uint64_t duplicate_messages = 0;
    std::uint64_t late_messages = 0;
  };

  auto deliver() {
    return [this](const feedhandlers::Packet& packet, const feedhandlers::moldudp64::Datagram& datagram) {
      feed_.on_packet(packet, datagram, 0, [this](itch50::Message message) { observe(message); });
      after_batch();
    };
  }

  /// As a live line does it, by the times of the capture.
  void put_in_order(const feedhandlers::Packet& packet) {
    const sequencing::ReorderCounters before = reorder_.counters();
    reorder_.on_packet(packet, deliver());
    const sequencing::ReorderCounters& after = reorder_.counters();
    const std::uint64_t packets =
        after.duplicate_packets + after.late_packets - before.duplicate_packets - before.late_packets;
    const std::uint64_t duplicates = after.duplicate_messages - before.duplicate_messages;
    if (packets + duplicates == 0) return;
    Dropped& dropped = dropped_[feedhandlers::moldudp64::parse(packet.payload).session.text()];
    dropped.packets += packets;
    dropped.duplicate_messages += duplicates;
    dropped.late_messages += after.late_messages - before.late_messages;
  }

  void read_day_file() {
    facts_.format = "itch50/binaryfile";
    begin_day(std::nullopt);
    sources::DayFileSource source(std::move(stream_));
    sources::MessageBatch batch;
    sources::DayFileStatus status;
    while ((status = source.next(batch)) == sources::DayFileStatus::messages) {
      feed_.on_messages(batch.messages, batch.first_number, [this](itch50::Message message) { observe(message); });
      after_batch();
    }
    facts_.truncated_tail = status == sources::DayFileStatus::truncated_tail;
    facts_.problem = source.problem();
    if (facts_.truncated_tail && source.truncated_bytes() > 0) {
      facts_.problem += " (" + std::to_string(source.truncated_bytes()) + " bytes of a message at the end)";
    }
    if (source.bytes_after_end() > 0) {
      facts_.problem =
          std::to_string(source.bytes_after_end()) + " bytes follow the end-of-session mark and were left alone";
    }
  }

  void read_capture(const std::string& container) {
    facts_.format = "itch50/moldudp64/" + container;
    facts_.is_capture = true;
    sources::PcapSource source(std::move(stream_));
    feedhandlers::Packet packet;
    sources::SourceStatus status;
    while ((status = source.next(packet)) == sources::SourceStatus::packet) {
      if (!day_has_begun_) begin_day(packet.ts_recv);
      if (packet.ts_recv == platform::kNoTime) packet.ts_recv = feed_.normaliser().last_time();
      put_in_order(packet);
    }
    reorder_.flush(deliver());
    if (!day_has_begun_) begin_day(std::nullopt);
    facts_.truncated_tail = status == sources::SourceStatus::truncated_tail;
    facts_.problem = source.problem();
    facts_.packets = source.counters().packets;
    facts_.skipped_frames = source.counters().frames - source.counters().packets;
    refuse_other_protocols();
  }

  /// Option, then capture time, then file name; else times are of a day nobody knows, counted from 1970-01-01 UTC.
  void begin_day(std::optional<platform::UnixNanos> captured) {
    day_has_begun_ = true;
    if (options_.trading_date) {
      facts_.trading_date = options_.trading_date;
      facts_.trading_date_from = "option";
    } else if (captured && *captured > platform::UnixNanos{0}) {
      facts_.trading_date = zone_.local_date(*captured);
      facts_.trading_date_from = "capture time";
    } else if (const auto guess = feedhandlers::guess_trading_date(path_)) {
      facts_.trading_date = guess->date;
      facts_.trading_date_from = feedhandlers::describe(guess->rule);
    }
    itch50::TradingDay day;
    if (facts_.trading_date) {
      day.midnight = zone_.local_midnight(*facts_.trading_date);
      day.date = platform::to_yyyymmdd(*facts_.trading_date);
      day.utc_offset_seconds =
          static_cast<std::int32_t>(zone_.utc_offset_nanos(day.midnight) / platform::kNanosPerSecond);
    }
    facts_.midnight = day.midnight;
    feed_.begin_day(day);
  }

  /// A capture in which no packet is MoldUDP64 with ITCH inside is for another feed handler.
  void refuse_other_protocols() {
    const auto& counters = feed_.counters();
    std::uint64_t good = 0;
    for (const std::uint64_t count : counters.messages) good += count;
    const std::uint64_t bad = counters.unknown_types + counters.bad_lengths;
    if (good > 0 || facts_.packets == 0 || bad + counters.damaged_packets + left_out_packets() == 0) return;
    throw platform::SetupError{
        path_ + ": " + count_text(facts_.packets, "UDP packet") +
            ", but none of them is MoldUDP64 with ITCH 5.0 inside",
        "inspect reads NASDAQ TotalView-ITCH 5.0 in day files, pcap and pcapng captures (.gz and .zst too)"};
  }

  void observe(itch50::Message message) {
    const std::uint64_t index = messages_seen_++;
    if (!options_.on_depth || message.size() < itch50::kCommonHeaderBytes) return;
    const char type = static_cast<char>(message.front());
    if (!changes_a_book(type)) return;
    const itch50::SystemEvent header{message.data()};  // the fields that all messages share
    const ringbuf::InstrumentId id = feed_.normaliser().known_instrument(header.stock_locate());
    ringbuf::DepthEntry depth;
    if (id == ringbuf::kNoInstrument) return;
    if (plant_.depth().read(id, depth) != ringbuf::TableRead::value) depth = {};
    options_.on_depth({index, static_cast<std::int64_t>(header.timestamp().nanos), type, &symbol_of(id), &depth});
  }

  void after_batch() {
    plant_.drain([this](const Record& record) { count(record); });
    if (options_.on_progress) options_.on_progress(messages_seen_);
  }

  InstrumentFacts& facts_of(ringbuf::InstrumentId id) {
    while (facts_.instruments.size() < id.value) {
      const ringbuf::InstrumentId next{static_cast<std::uint32_t>(facts_.instruments.size() + 1)};
      const std::string text = plant_.directory().reader().symbol_of(next);
      facts_.instruments.emplace_back().symbol = text.substr(0, text.rfind('@'));
    }
    return facts_.instruments[id.value - 1];
  }
  const std::string& symbol_of(ringbuf::InstrumentId id) { return facts_of(id).symbol; }

  void count(const Record& record) {
    ++facts_.records;
    switch (record.header.type) {
      case RecordType::definition: facts_of(record.header.instrument); break;
      case RecordType::trade: count_trade(facts_of(record.header.instrument), record.as<ringbuf::TradeBody>()); break;
      case RecordType::gap: {
        const auto gap = record.as<ringbuf::GapBody>();
        facts_.gaps.push_back({session_text(gap.session), gap.first, gap.last});
        break;
      }
      default: break;
    }
  }

  static void count_trade(InstrumentFacts& facts, const ringbuf::TradeBody& trade) {
    if (trade.kind == ringbuf::TradeKind::cross) {
      ++facts.crosses;
      facts.cross_shares += trade.size.value;
      return;
    }
    if (!has(trade.eligibility, ringbuf::TradeEligibility::volume)) {
      ++facts.non_printable;
      facts.non_printable_shares += trade.size.value;
      return;
    }
    ++facts.trades;
    facts.shares += trade.size.value;
    facts.notional += static_cast<ringbuf::Int128>(trade.price.value) * static_cast<ringbuf::Int128>(trade.size.value);
    if (facts.trades == 1) facts.first = facts.high = facts.low = trade.price;
    facts.last = trade.price;
    facts.high = std::max(facts.high, trade.price);
    facts.low = std::min(facts.low, trade.price);
  }

  static std::string session_text(const std::array<char, 10>& session) {
    std::string text(session.data(), session.size());
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
    return text;
  }

  void collect() {
    after_batch();
    const auto& feed = feed_.counters();
    const auto& normaliser = feed_.normaliser().counters();
    for (std::size_t row = 0; row < itch50::kMessageTypeCount; ++row) {
      const char type = itch50::kMessageTypes[row].type;
      facts_.messages += feed.messages[row];
      if (feed.messages[row] > 0) facts_.messages_by_type[type] = feed.messages[row];
      if (normaliser.unknown_references[row] > 0) {
        facts_.unknown_references_by_type[type] = normaliser.unknown_references[row];
      }
    }
    facts_.bad_lengths = feed.bad_lengths;
    facts_.unknown_types = feed.unknown_types;
    facts_.refused_orders = normaliser.refused_orders;
    facts_.over_executions = normaliser.over_executions;
    facts_.crossed_after_add = normaliser.crossed_after_add;
    facts_.backward_times = normaliser.backward_times;
    facts_.unknown_instruments = normaliser.unknown_instruments;
    if (feed_.normaliser().first_time() != platform::kNoTime) {
      facts_.first_time = feed_.normaliser().first_time() - facts_.midnight;
      facts_.last_time = feed_.normaliser().last_time() - facts_.midnight;
    }
    collect_sessions();
    collect_books();
  }

  [[nodiscard]] std::uint64_t left_out_packets() const {
    return reorder_.counters().implausible_packets + reorder_.counters().old_session_packets;
  }

  void collect_sessions() {
    facts_.damaged_packets = feed_.counters().damaged_packets;
    facts_.heartbeats = feed_.counters().heartbeats;
    facts_.unsequenced_packets = feed_.sessions().unsequenced().packets;
    facts_.reordered_packets = reorder_.counters().held_packets;
    facts_.left_out_packets = left_out_packets();
    for (const auto& session : feed_.sessions().sessions()) {
      const auto& counters = session.tracker.counters();
      const Dropped& dropped = dropped_[session.id.text()];
      facts_.sessions.push_back({session.id.text(), session.tracker.first(), session.tracker.next_expected(),
                                 counters.packets + dropped.packets, counters.messages,
                                 counters.duplicate_messages + dropped.duplicate_messages, counters.missed_messages,
                                 counters.late_messages + dropped.late_messages});
    }
    std::sort(facts_.sessions.begin(), facts_.sessions.end(),
              [](const SessionFacts& a, const SessionFacts& b) { return a.session < b.session; });
  }

  void collect_books() {
    const feedhandlers::OrderBook& book = plant_.book();
    facts_.open_orders = book.open_orders();
    for (std::size_t i = 0; i < facts_.instruments.size(); ++i) {
      const ringbuf::InstrumentId id{static_cast<std::uint32_t>(i + 1)};
      InstrumentFacts& facts = facts_.instruments[i];
      const ringbuf::QuoteBody bbo = book.bbo(id);
      facts.open_orders = book.open_orders(id);
      facts.bid_levels = book.level_count(id, ringbuf::Side::bid);
      facts.ask_levels = book.level_count(id, ringbuf::Side::ask);
      facts.best_bid = bbo.bid_price;
      facts.best_ask = bbo.ask_price;
      facts.best_bid_size = bbo.bid_size.value;
      facts.best_ask_size = bbo.ask_size.value;
      facts.maybe_bad_book = book.is_maybe_bad(id);
    }
  }

  const std::string& path_;
  const InspectOptions& options_;
  platform::TimeZone zone_;
  sources::ByteStream stream_;
  sources::Container container_;
  OfflinePlant plant_;
  itch50::Itch50Feed feed_;
  sequencing::ReorderBuffer reorder_;       // with the waits of a live line's defaults
  std::map<std::string, Dropped> dropped_;  // by session
  Facts facts_;
  bool day_has_begun_ = false;
  std::uint64_t messages_seen_ = 0;
};

}  // namespace

Facts inspect_file(const std::string& path, const InspectOptions& options) {
  if (!config::is_mic(options.venue)) {
    throw platform::SetupError{"the venue is '" + options.venue + "', not a MIC",
                               "give four capital letters or digits, like XNAS"};
  }
  return Inspection(path, options).run();
}

}  // namespace tickplant::cli
