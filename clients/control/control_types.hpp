// What the daemon says at its control socket, as plain values. Prices in 1e-9, times in ns UTC, as everywhere
// (docs/shared-memory.md); numbers that are absent are NaN.
//
// Threads: plain values. Not here: asking (control_client.hpp), the contract (clients/protocol/control.capnp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/unix_nanos.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::clients {

/// What this user may do.
enum class ControlRole : std::uint8_t { none, reader, trader, admin };

/// "admin".
[[nodiscard]] std::string_view name_of(ControlRole role) noexcept;

struct PlantDescription {
  enum class FeedState : std::uint8_t { waiting, live, silent, ended, failed, stopped };
  struct Feed {
    std::uint16_t id = 0;
    std::string name, venue, protocol, ring;
    FeedState state = FeedState::waiting;
    std::uint64_t messages = 0, records = 0, gaps = 0, missed_messages = 0;  // since the plant's memory was made
    std::int64_t last_packet_at_ns = 0;                                      // 0: none yet
    std::uint32_t wished_count = 0;        // symbols that subscriptions at the socket want of it
    std::vector<std::string> wished = {};  // the first 100; "*": all
  };
  struct Segment {
    std::string name, file;
    std::uint64_t bytes = 0;
  };
  std::string name, version, folder;  // the daemon's version; absolute
  std::uint32_t pid = 0;
  std::uint64_t epoch = 0;
  std::int64_t created_at_ns = 0, now_ns = 0;
  std::uint32_t instrument_count = 0;
  std::vector<Feed> feeds;
  std::vector<Segment> segments;
};

struct ListedRing {
  std::string name;
  std::uint64_t slots = 0;
  std::uint32_t slot_bytes = 0;
  std::uint64_t published = 0, durable = 0;  // sequences; durable: in the journal and on disk
};

struct ListedInstrument {
  std::uint32_t id = 0;
  std::string symbol, venue;
  std::uint16_t feed = 0;
  ringbuf::InstrumentStatus status = ringbuf::InstrumentStatus::unknown;
};

/// Empty texts: all.
struct InstrumentWish {
  std::string prefix = {};  // of the symbol
  std::string venue = {};
  std::vector<ringbuf::InstrumentStatus> statuses = {};
};

/// The fields of an image that most want; tickplant::clients::ImageView has all, in shared memory.
struct ControlImage {
  std::uint32_t instrument = 0;
  std::string symbol;
  bool is_known = false;
  std::uint64_t sequence = 0;
  platform::UnixNanos ts_event{}, ts_recv{}, last_trade_time{};
  ringbuf::Price bid_price = ringbuf::kNoPrice, ask_price = ringbuf::kNoPrice, last_price = ringbuf::kNoPrice,
                 vwap = ringbuf::kNoPrice, open = ringbuf::kNoPrice, high = ringbuf::kNoPrice, low = ringbuf::kNoPrice,
                 previous_close = ringbuf::kNoPrice;
  ringbuf::Size bid_size{}, ask_size{}, last_size{}, volume{};
  std::uint64_t trade_count = 0;
  std::uint32_t trading_date = 0;
  ringbuf::TradingStatus trading_status = ringbuf::TradingStatus::unknown;
  ringbuf::Quality quality = ringbuf::Quality::none;
  int size_scale = 0;
};

struct ControlDepth {
  struct Level {
    ringbuf::Price price = ringbuf::kNoPrice;
    ringbuf::Size size{};
    std::uint32_t order_count = 0;
  };
  std::string symbol;
  bool is_known = false, is_in_doubt = false;
  std::uint64_t sequence = 0;
  platform::UnixNanos ts_event{};
  std::vector<Level> bids, asks;  // best first
};

struct ControlBar {
  std::uint32_t instrument = 0;
  std::string symbol, window;
  platform::UnixNanos start{}, end{};
  ringbuf::Price open = ringbuf::kNoPrice, high = ringbuf::kNoPrice, low = ringbuf::kNoPrice, close = ringbuf::kNoPrice;
  ringbuf::Size volume{};
  std::uint64_t count = 0;
  double vwap = ringbuf::kNoValue, average = ringbuf::kNoValue, deviation = ringbuf::kNoValue;
  ringbuf::RowKind kind{};
  ringbuf::Trend trend{};
  ringbuf::Basis basis{};
  std::uint32_t revision = 0;
  ringbuf::Quality quality = ringbuf::Quality::none;
  std::uint64_t sequence = 0, cause_sequence = 0;
};

struct ControlSignal {
  std::uint32_t instrument = 0;
  std::string symbol, name;
  platform::UnixNanos time{};
  ringbuf::Price price = ringbuf::kNoPrice;
  ringbuf::SignalValue what{};
  ringbuf::SignalStatus status{};
  ringbuf::Basis basis{};
  std::vector<double> values;
  ringbuf::Quality quality = ringbuf::Quality::none;
  std::uint64_t sequence = 0, cause_sequence = 0;
};

struct ControlDerived {
  std::string symbol;
  bool is_known = false;
  ringbuf::Trend trend{};
  ringbuf::Quality quality = ringbuf::Quality::none;
  platform::UnixNanos ts_event{};
  double average_5min = ringbuf::kNoValue;
  std::vector<ControlBar> bars;
  std::vector<ControlSignal> signals;
};

// ---- streams

/// Where a past begins: the oldest record there is, a sequence of each ring, a time of receipt.
using ControlFrom = std::variant<std::monostate, ringbuf::Sequence, platform::UnixNanos>;

struct TickWish {
  std::vector<std::string> symbols = {};        // "AAPL@XNAS", or "AAPL" at every venue; none: all
  std::vector<ringbuf::RecordType> types = {};  // none: all
  std::vector<std::string> rings = {};          // none: all
  bool market_wide = true;                      // records about no single instrument, too
};

enum class ControlJoin : std::uint8_t { newest, image, oldest };

struct LostRecords {
  std::string ring;
  std::uint64_t first = 0, last = 0;
};

/// In this order: what was lost, images, records.
struct TickBatch {
  struct Image {
    std::uint32_t instrument = 0;
    ringbuf::ImageEntry entry;
    // In it, and not told record by record:
    std::uint64_t merged_updates = 0, merged_trades = 0, merged_volume = 0;
  };
  std::vector<LostRecords> lost;
  std::vector<Image> images;
  std::vector<ringbuf::Record> records;
  bool has_more = false;         // ask again at once
  std::uint64_t lost_count = 0;  // of the stream, so far

  [[nodiscard]] bool is_empty() const noexcept { return lost.empty() && images.empty() && records.empty(); }
};

struct ResultWish {
  std::vector<std::string> symbols = {};
  std::vector<std::string> functions = {};  // "T60", "T60.*"; none: all
  bool bars = true, signals = true;
};

struct ResultBatch {
  std::vector<ControlBar> bars;
  std::vector<ControlSignal> signals;
  std::vector<LostRecords> lost;
  bool has_more = false;
};

// ---- who reads

struct ReaderPosition {
  std::string ring;
  std::uint64_t next = 0;                                // sequence that is read next
  std::uint64_t latency_ns_p50 = 0, latency_ns_max = 0;  // since it reported last; 0: not measured
};

struct ReportedReader {
  std::string client;
  std::uint32_t uid = 0, pid = 0;
  std::int64_t at_ns = 0;
  ReaderPosition position;
  std::uint64_t published = 0, slots = 0;  // of its ring, now

  /// Records that it has not read yet.
  [[nodiscard]] std::uint64_t behind() const noexcept {
    return published + 1 > position.next ? published + 1 - position.next : 0;
  }
};

// ---- changes

/// What was done, and by which name audit file and log call it.
struct ChangeDone {
  std::string request_id;
  std::vector<std::string> lines = {};
};

enum class FeedAction : std::uint8_t { start, stop, restart };

}  // namespace tickplant::clients
