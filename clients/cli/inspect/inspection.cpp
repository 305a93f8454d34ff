#include "clients/cli/inspect/inspection.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "clients/cli/inspect/dbn_inspection.hpp"
#include "clients/cli/inspect/iex_inspection.hpp"
#include "clients/cli/inspect/inspected.hpp"
#include "clients/cli/inspect/itch_inspection.hpp"
#include "clients/cli/inspect/mdp3_inspection.hpp"
#include "clients/cli/number_text.hpp"
#include "feedhandlers/sources/byte_stream.hpp"
#include "feedhandlers/sources/detect_format.hpp"
#include "feedhandlers/sources/pcap_source.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

namespace sources = feedhandlers::sources;

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

/// A protocol that captures may hold.
struct CaptureProtocol {
  const char* time_zone;
  bool (*fits)(std::span<const std::byte> payload) noexcept;
  std::unique_ptr<CaptureInspection> (*inspect)(Inspected& inspected, const Destinations& destinations);
};

template <class Inspection>
std::unique_ptr<CaptureInspection> make(Inspected& inspected, const Destinations& destinations) {
  if constexpr (std::is_constructible_v<Inspection, Inspected&, const Destinations&>) {
    return std::make_unique<Inspection>(inspected, destinations);
  } else {
    return std::make_unique<Inspection>(inspected);
  }
}

constexpr const char* kNewYork = "America/New_York";
constexpr CaptureProtocol kCaptureProtocols[] = {
    {kNewYork, ItchInspection::fits, make<ItchInspection>},
    {kNewYork, IexInspection::fits, make<IexInspection>},
    {"America/Chicago", Mdp3Inspection::fits, make<Mdp3Inspection>},
};

/// The packets of a capture. The first ones are kept until it is known who is to read them.
class CapturedPackets {
 public:
  explicit CapturedPackets(sources::ByteStream stream) : source_(std::move(stream)) {
    feedhandlers::Packet packet;
    while (kept_.size() < kLookedAt && (status_ = source_.next(packet)) == sources::SourceStatus::packet) {
      kept_.push_back({packet, {packet.payload.begin(), packet.payload.end()}});
    }
  }

  /// The protocol that most of the first packets fit. A capture in which none does is read as the first protocol all
  /// the same: it may be damaged, or heartbeats alone.
  [[nodiscard]] const CaptureProtocol& protocol() const noexcept {
    const CaptureProtocol* best = &kCaptureProtocols[0];
    std::ptrdiff_t most = 0;
    for (const CaptureProtocol& protocol : kCaptureProtocols) {
      const auto fitting =
          std::count_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return protocol.fits(kept.payload); });
      if (fitting > most) best = &protocol, most = fitting;
    }
    return *best;
  }

  /// Where the first packets were sent to, each once.
  [[nodiscard]] Destinations destinations() const {
    Destinations all;
    for (const Kept& kept : kept_) {
      const Destination one{kept.packet.destination_address, kept.packet.destination_port};
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }
    return all;
  }

  void read(CaptureInspection& inspection) {
    for (Kept& kept : kept_) {
      kept.packet.payload = kept.payload;
      inspection.on_packet(kept.packet);
    }
    kept_.clear();
    feedhandlers::Packet packet;
    while (status_ == sources::SourceStatus::packet &&
           (status_ = source_.next(packet)) == sources::SourceStatus::packet) {
      inspection.on_packet(packet);
    }
  }

  void collect(Facts& facts) const {
    facts.is_capture = true;
    facts.truncated_tail = status_ == sources::SourceStatus::truncated_tail;
    facts.problem = source_.problem();
    facts.packets = source_.counters().packets;
    facts.skipped_frames = source_.counters().frames - source_.counters().packets;
  }

 private:
  static constexpr std::size_t kLookedAt = 1'024;
  struct Kept {
    feedhandlers::Packet packet;
    std::vector<std::byte> payload;
  };
  sources::PcapSource source_;
  std::vector<Kept> kept_;
  sources::SourceStatus status_ = sources::SourceStatus::packet;
};

Facts read_capture(const std::string& path, const InspectOptions& options, std::size_t order_capacity,
                   sources::ByteStream stream, const std::string& container) {
  CapturedPackets packets(std::move(stream));
  const CaptureProtocol& protocol = packets.protocol();
  Inspected inspected(path, options, protocol.time_zone, order_capacity);
  const auto inspection = protocol.inspect(inspected, packets.destinations());
  packets.read(*inspection);
  inspection->finish();
  inspected.collect_books();
  Facts& facts = inspected.facts;
  packets.collect(facts);
  facts.format += '/' + container;
  const std::uint64_t bad = facts.unknown_types + facts.bad_lengths + facts.damaged_packets + facts.left_out_packets;
  if (facts.messages > 0 || facts.packets == 0 || bad == 0) return std::move(facts);
  throw platform::SetupError{
      path + ": " + count_text(facts.packets, "UDP packet") + ", but none of them is of a protocol known here",
      "inspect reads captures of NASDAQ ITCH 5.0 in MoldUDP64, IEX TOPS and DEEP, and CME MDP 3.0"};
}

Facts read_day_file(const std::string& path, const InspectOptions& options, std::size_t order_capacity,
                    sources::ByteStream stream) {
  Inspected inspected(path, options, kNewYork, order_capacity);
  ItchInspection(inspected).read_day_file(std::move(stream));
  inspected.collect_books();
  return std::move(inspected.facts);
}

/// Databento's days are those of UTC.
Facts read_dbn(const std::string& path, const InspectOptions& options, std::size_t order_capacity,
               feedhandlers::dbn::DbnSource source) {
  Inspected inspected(path, options, "UTC", order_capacity);
  DbnInspection(inspected).read(std::move(source));
  inspected.collect_books();
  return std::move(inspected.facts);
}

}  // namespace

Facts inspect_file(const std::string& path, const InspectOptions& options) {
  using feedhandlers::dbn::DbnSource;
  DbnSource::refuse_dbz(path);
  sources::ByteStream stream = sources::ByteStream::open(path);
  const sources::Compression compression = stream.compression();
  const std::size_t orders = options.order_capacity != 0 ? options.order_capacity : orders_that_fit(path, compression);
  Facts facts;
  switch (sources::detect_container(stream, ItchInspection::is_message)) {
    case sources::Container::day_file: facts = read_day_file(path, options, orders, std::move(stream)); break;
    case sources::Container::pcap: facts = read_capture(path, options, orders, std::move(stream), "pcap"); break;
    case sources::Container::pcapng: facts = read_capture(path, options, orders, std::move(stream), "pcapng"); break;
    case sources::Container::unknown:
      if (!DbnSource::is_dbn(stream)) throw sources::unknown_format(stream, path);
      facts = read_dbn(path, options, orders, DbnSource::from(std::move(stream), "'" + path + "'"));
      break;
  }
  facts.compression = name_of(compression);
  return facts;
}

}  // namespace tickplant::cli
