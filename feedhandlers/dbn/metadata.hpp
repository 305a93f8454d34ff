// The header of a DBN file, versions 1 to 3: what was asked for, and which instrument numbers stand for which symbols.
//
//   prelude   "DBN" 3, version 1, length of the rest 4
//   version   1      2, 3
//   dataset 16, schema 2, start 8, end 8, limit 8
//             record count 8, stype_in 1, stype_out 1, ts_out 1, reserved 47
//                    stype_in 1, stype_out 1, ts_out 1, symbol length 2, reserved 53
//   schema definition: length 4, bytes
//   symbols, partial, not found: each a count 4 and that many symbols
//   mappings: count 4; each a symbol, count 4 of intervals; each of these start date 4, end date 4, symbol
//
// Symbols have the length that the header tells, 22 bytes in version 1. Version 3 pads the whole to eight bytes.
//
// Threads: any; no state. Allocates, no more than a few times what the header holds: it is read once, before data
// flows. Not here: getting the bytes (dbn_source.hpp), looking names up (instrument_names.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/dbn/fields.hpp"
#include "feedhandlers/dbn/parser.hpp"

namespace tickplant::feedhandlers::dbn {

inline constexpr std::array kMagic{std::byte{'D'}, std::byte{'B'}, std::byte{'N'}};
inline constexpr std::size_t kPreludeBytes = 8;
inline constexpr std::uint8_t kOldestVersion = 1;
inline constexpr std::uint8_t kNewestVersion = 3;

enum class Schema : std::uint16_t {
  mbo = 0,
  mbp_1 = 1,
  mbp_10 = 2,
  tbbo = 3,
  trades = 4,
  ohlcv_1s = 5,
  ohlcv_1m = 6,
  ohlcv_1h = 7,
  ohlcv_1d = 8,
  definition = 9,
  statistics = 10,
  status = 11,
  imbalance = 12,
  ohlcv_eod = 13,
  cmbp_1 = 14,
  cbbo_1s = 15,
  cbbo_1m = 16,
  tcbbo = 17,
  bbo_1s = 18,
  bbo_1m = 19,
  mixed = 0xffff,  // a live session with several
};

/// What symbols are; there are more kinds, which make no difference here.
namespace stype {
inline constexpr std::uint8_t kInstrumentId = 0;
inline constexpr std::uint8_t kRawSymbol = 1;
inline constexpr std::uint8_t kNone = 255;
}  // namespace stype

struct MappingInterval {
  std::uint32_t start_date = 0;  // 20240701, UTC
  std::uint32_t end_date = 0;    // the first day that is not part of it
  std::string symbol;            // of kind stype_out
  friend bool operator==(const MappingInterval&, const MappingInterval&) = default;
};
struct SymbolMapping {
  std::string symbol;  // of kind stype_in
  std::vector<MappingInterval> intervals;
  friend bool operator==(const SymbolMapping&, const SymbolMapping&) = default;
};

struct Metadata {
  std::uint8_t version = kNewestVersion;
  std::string dataset;  // "GLBX.MDP3"
  Schema schema = Schema::mixed;
  platform::UnixNanos start{};
  platform::UnixNanos end = platform::kNoTime;  // kNoTime: open
  std::uint64_t limit = 0;                      // of records, 0 = none
  std::uint8_t stype_in = stype::kNone;
  std::uint8_t stype_out = stype::kInstrumentId;
  bool ts_out = false;
  std::size_t symbol_bytes = 71;
  std::vector<std::string> symbols;
  std::vector<std::string> partial;    // resolved for some of the days
  std::vector<std::string> not_found;  // resolved for none
  std::vector<SymbolMapping> mappings;

  [[nodiscard]] RecordLayout layout() const noexcept { return {version, ts_out}; }
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

enum class MetadataOutcome : std::uint8_t {
  ok,
  too_short,          // for its fixed part
  bad_symbol_length,  // 0, or more than a record has room for
  bad_list,           // a list claims more than there is
};

/// Reads a header from front to back; every length is checked before it is used.
class MetadataReader {
 public:
  explicit MetadataReader(std::span<const std::byte> rest) noexcept : rest_(rest) {}

  /// `version` from the prelude, one of those that are read; `rest` is what follows the prelude, whole.
  [[nodiscard]] MetadataOutcome read(std::uint8_t version, Metadata& out) {
    if (rest_.size() < kFixedBytes) return MetadataOutcome::too_short;
    out = {};
    out.version = version;
    out.dataset = text(16);
    out.schema = static_cast<Schema>(number<std::uint16_t>());
    out.start = to_time(number<std::uint64_t>());
    const auto end = number<std::uint64_t>();
    out.end = end == 0 ? platform::kNoTime : to_time(end);
    out.limit = number<std::uint64_t>();
    if (version == 1) (void)number<std::uint64_t>();  // record count, as a rule not known when this was written
    out.stype_in = number<std::uint8_t>();
    out.stype_out = number<std::uint8_t>();
    out.ts_out = number<std::uint8_t>() != 0;
    out.symbol_bytes = version == 1 ? kSymbolBytesV1 : number<std::uint16_t>();
    rest_ = rest_.subspan(version == 1 ? 47 : 53);
    if (out.symbol_bytes == 0 || out.symbol_bytes > kMaxSymbolBytes) return MetadataOutcome::bad_symbol_length;

    if (const auto schema_bytes = number<std::uint32_t>(); schema_bytes <= rest_.size()) {
      rest_ = rest_.subspan(schema_bytes);
    } else {
      return MetadataOutcome::bad_list;
    }
    const bool complete = read_symbols(out.symbol_bytes, out.symbols) && read_symbols(out.symbol_bytes, out.partial) &&
                          read_symbols(out.symbol_bytes, out.not_found) && read_mappings(out);
    return complete ? MetadataOutcome::ok : MetadataOutcome::bad_list;
  }

 private:
  static constexpr std::size_t kFixedBytes = 104;  // up to and with the length of the schema definition
  static constexpr std::size_t kSymbolBytesV1 = 22;
  static constexpr std::size_t kMaxSymbolBytes = 1024;

  template <class Unsigned>
  Unsigned number() noexcept {
    const auto value = load_little<Unsigned>(rest_.data());
    rest_ = rest_.subspan(sizeof(Unsigned));
    return value;
  }
  std::string text(std::size_t bytes) {
    const std::string_view all{static_cast<const char*>(static_cast<const void*>(rest_.data())), bytes};
    rest_ = rest_.subspan(bytes);
    return std::string(all.substr(0, all.find('\0')));
  }

  /// A count, where at least that many entries of `entry_bytes` can follow.
  std::optional<std::size_t> count_of(std::size_t entry_bytes) noexcept {
    if (rest_.size() < sizeof(std::uint32_t)) return std::nullopt;
    const std::size_t count = number<std::uint32_t>();
    if (count > rest_.size() / entry_bytes) return std::nullopt;
    return count;
  }

  bool read_symbols(std::size_t symbol_bytes, std::vector<std::string>& symbols) {
    const auto count = count_of(symbol_bytes);
    if (!count) return false;
    symbols.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) symbols.push_back(text(symbol_bytes));
    return true;
  }

  bool read_mappings(Metadata& out) {
    const auto count = count_of(out.symbol_bytes + sizeof(std::uint32_t));
    if (!count) return false;
    out.mappings.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
      if (rest_.size() < out.symbol_bytes) return false;
      SymbolMapping& mapping = out.mappings.emplace_back();
      mapping.symbol = text(out.symbol_bytes);
      const auto intervals = count_of(2 * sizeof(std::uint32_t) + out.symbol_bytes);
      if (!intervals) return false;
      mapping.intervals.reserve(*intervals);
      for (std::size_t k = 0; k < *intervals; ++k) {
        MappingInterval& interval = mapping.intervals.emplace_back();
        interval.start_date = number<std::uint32_t>();
        interval.end_date = number<std::uint32_t>();
        interval.symbol = text(out.symbol_bytes);
      }
    }
    return true;
  }

  std::span<const std::byte> rest_;
};

}  // namespace tickplant::feedhandlers::dbn
