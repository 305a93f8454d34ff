// What every inspection has: the file's facts, the offline plant that the feed handler writes into, and what can be
// said from its records and books whatever the protocol is.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/inspect/facts.hpp"
#include "clients/cli/inspect/inspection.hpp"
#include "clients/cli/inspect/offline_plant.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/session_table.hpp"
#include "feedhandlers/trading_day.hpp"
#include "platform/calendar_date.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::cli {

class Inspected {
 public:
  static constexpr ringbuf::FeedId kFeed{1};

  /// Throws SetupError: unknown time zone, a venue that is no MIC. `time_zone`: the protocol's. `order_capacity`: open
  /// orders at one time.
  Inspected(std::string path, const InspectOptions& options, const char* time_zone, std::size_t order_capacity);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const InspectOptions& options() const noexcept { return options_; }
  [[nodiscard]] const platform::TimeZone& zone() const noexcept { return zone_; }
  /// The one asked for, else the protocol's.
  [[nodiscard]] std::string_view venue_or(std::string_view of_protocol) const noexcept {
    return options_.venue ? std::string_view(*options_.venue) : of_protocol;
  }

  /// Finds the trading date: the option, then `captured`, then the file's name. When none says so: date 0, and
  /// 1970-01-01 UTC as its midnight.
  feedhandlers::TradingDay find_day(std::optional<platform::UnixNanos> captured);

  /// Counts what was published since the last call. After each packet or batch; `messages`: read so far.
  void after_batch(std::uint64_t messages);
  /// The books as they are now, into the facts. Once, at the end.
  void collect_books();
  void collect_sessions(const feedhandlers::sequencing::SessionTable& sessions);
  /// A row for whoever asked for depth: message number `message`, of `type`, changed the book of `id`.
  void show_depth(std::uint64_t message, platform::UnixNanos time, char type, ringbuf::InstrumentId id);
  /// The times of the first and the newest message.
  void set_times(platform::UnixNanos first, platform::UnixNanos last);

  InstrumentFacts& facts_of(ringbuf::InstrumentId id);
  [[nodiscard]] const std::string& symbol_of(ringbuf::InstrumentId id) { return facts_of(id).symbol; }

  Facts facts;
  OfflinePlant plant;

 private:
  void count(const ringbuf::Record& record);

  std::string path_;
  const InspectOptions& options_;
  platform::TimeZone zone_;
};

/// Where packets are sent to: a group and a port, most often.
struct Destination {
  std::uint32_t address = 0;
  std::uint16_t port = 0;
  friend bool operator==(const Destination&, const Destination&) = default;
};
using Destinations = std::vector<Destination>;

/// The packets of a capture, as one protocol understands them.
class CaptureInspection {
 public:
  virtual ~CaptureInspection() = default;
  virtual void on_packet(const feedhandlers::Packet& packet) = 0;
  /// There are no more; the feed's counters go into the facts, and what the format is but for the container.
  virtual void finish() = 0;
};

}  // namespace tickplant::cli
