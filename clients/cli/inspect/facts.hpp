// What `tickplant inspect` says about a file: plain values, printed as JSON (facts_json.hpp) or as a table
// (facts_table.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/calendar_date.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::cli {

struct InstrumentFacts {
  std::string symbol;
  // Executions of displayed orders that are printable, and hidden trades; crosses and the rest apart.
  std::uint64_t trades = 0;
  std::uint64_t shares = 0;
  ringbuf::Int128 notional = 0;  // 1e-9 x shares
  ringbuf::Price first = ringbuf::kNoPrice;
  ringbuf::Price last = ringbuf::kNoPrice;
  ringbuf::Price high = ringbuf::kNoPrice;
  ringbuf::Price low = ringbuf::kNoPrice;
  std::uint64_t crosses = 0;
  std::uint64_t cross_shares = 0;
  ringbuf::Int128 cross_notional = 0;
  std::uint64_t non_printable = 0;
  std::uint64_t non_printable_shares = 0;
  std::uint64_t open_orders = 0;
  std::uint64_t bid_levels = 0;
  std::uint64_t ask_levels = 0;
  ringbuf::Price best_bid = ringbuf::kNoPrice;
  ringbuf::Price best_ask = ringbuf::kNoPrice;
  std::uint64_t best_bid_size = 0;
  std::uint64_t best_ask_size = 0;
  bool maybe_bad_book = false;

  /// Rounded once, to six decimals; kNoPrice without a trade.
  [[nodiscard]] ringbuf::Price vwap() const noexcept { return mean_price(notional, shares); }
  [[nodiscard]] ringbuf::Price vwap_with_crosses() const noexcept {
    return mean_price(notional + cross_notional, shares + cross_shares);
  }

 private:
  /// Prices of equities are never negative.
  [[nodiscard]] static ringbuf::Price mean_price(ringbuf::Int128 notional, std::uint64_t shares) noexcept {
    if (shares == 0) return ringbuf::kNoPrice;
    constexpr std::int64_t kMicro = ringbuf::kPriceScale / 1'000'000;
    const ringbuf::Int128 divisor = static_cast<ringbuf::Int128>(shares) * kMicro;
    return {static_cast<std::int64_t>((notional + divisor / 2) / divisor) * kMicro};
  }
};

struct SessionFacts {
  std::string session;
  std::uint64_t first_sequence = 0;
  std::uint64_t next_sequence = 0;
  std::uint64_t packets = 0;
  std::uint64_t messages = 0;
  std::uint64_t duplicate_messages = 0;
  std::uint64_t missed_messages = 0;
  std::uint64_t late_messages = 0;  // of the missed, came too late to be put in order
};

struct GapFacts {
  std::string session;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct MessageType {
  std::string type;
  std::string meaning;
};

struct Facts {
  std::string file;
  std::string format;       // protocol, framing where it is one of its own, container: "itch50/moldudp64/pcap"
  std::string compression;  // "none", "gzip", "zstd"
  std::optional<platform::CalendarDate> trading_date;
  std::string trading_date_from;  // "option", "capture time", "YYYYMMDD in the file name"; empty: unknown
  std::string time_zone;

  std::uint64_t messages = 0;
  std::map<std::string, std::uint64_t> messages_by_type;  // in the venue's own word for the type: "A", "46", "mbo"
  std::vector<MessageType> message_types;                 // those words with what they mean, in the order to show them
  std::map<std::string, std::uint64_t> actions;           // DBN: records about orders, levels and trades, by action
  std::uint64_t bad_lengths = 0;
  std::uint64_t unknown_types = 0;
  bool truncated_tail = false;
  std::string problem;  // one line when the file is cut or damaged
  std::map<std::string, std::uint64_t> unknown_references_by_type;
  std::uint64_t refused_orders = 0;
  std::uint64_t over_executions = 0;
  std::uint64_t crossed_after_add = 0;
  std::uint64_t backward_times = 0;
  std::uint64_t unknown_instruments = 0;

  std::optional<std::int64_t> first_time;  // ns since local midnight
  std::optional<std::int64_t> last_time;
  platform::UnixNanos midnight{};

  // captures only
  bool is_capture = false;
  std::uint64_t packets = 0;
  std::uint64_t skipped_frames = 0;  // not UDP over IP, fragments, cut by the capture
  std::uint64_t damaged_packets = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t unsequenced_packets = 0;
  std::uint64_t reordered_packets = 0;  // came too early and waited for those before them
  std::uint64_t left_out_packets = 0;   // of a session that another one had followed, or with an impossible number
  std::string numbered = "message";     // what sequence numbers count
  std::vector<SessionFacts> sessions;
  std::vector<GapFacts> gaps;

  std::uint64_t open_orders = 0;
  std::uint64_t records = 0;
  std::vector<InstrumentFacts> instruments;  // in the order the venue named them
};

}  // namespace tickplant::cli
