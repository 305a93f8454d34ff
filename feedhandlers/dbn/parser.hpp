// Tells DBN records apart: one switch on the type byte, one size check by version, one call.
//
// Nothing is decoded here; the handler gets a view (messages.hpp, definitions.hpp) and reads the fields it needs.
// Threads: any; no state. Does not allocate, lock or log.
// Not here: cutting a stream into records (dbn_source.hpp), counting what was refused (the caller), meaning
// (normaliser.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/dbn/definitions.hpp"
#include "feedhandlers/dbn/messages.hpp"

namespace tickplant::feedhandlers::dbn {

/// What the header of a file says about the layout of its records.
struct RecordLayout {
  std::uint8_t version = 3;  // 1 to 3
  bool ts_out = false;       // records may have kTsOutBytes more at their end
};

enum class ParseOutcome : std::uint8_t {
  ok,             // the handler was called once
  unknown_rtype,  // a type of a later version, perhaps; the handler was not called
  bad_length,     // not the size of its type in this version; the handler was not called
};

/// For callers that only ask whether a record is well-formed.
struct NoHandler {
  template <class Message>
  void on(const Message& /*message*/) const noexcept {}
};

/// One overload of `on` per record. A handler that forgets one does not compile.
template <class Handler, class Message>
concept Handles = requires(Handler& handler, Message message) {
  handler.on(message);
};

template <class Message, class Handler>
[[nodiscard]] inline ParseOutcome deliver(std::span<const std::byte> record, bool ts_out, Handler& handler) noexcept {
  static_assert(Handles<Handler, Message>, "the handler has no `on` for this record");
  if (record.size() != Message::kBytes && !(ts_out && record.size() == Message::kBytes + kTsOutBytes)) [[unlikely]]
    return ParseOutcome::bad_length;
  handler.on(Message{record.data()});
  return ParseOutcome::ok;
}

/// Calls `handler.on(message)` for the one record that `record` holds, in place and before returning.
/// `record` is a whole record as its length byte says. Its fields are the sender's: any value may stand in them.
template <class Handler>
ParseOutcome parse(std::span<const std::byte> record, RecordLayout layout, Handler&& handler) noexcept {
  if (record.size() < kHeaderBytes || record.size() != length_of(record.data())) [[unlikely]]
    return ParseOutcome::bad_length;
  const bool ts_out = layout.ts_out;
  const bool is_v1 = layout.version == 1;
  switch (rtype_of(record.data())) {
    case rtype::kMbo: return deliver<Mbo>(record, ts_out, handler);
    case rtype::kTrade: return deliver<Trade>(record, ts_out, handler);
    case rtype::kMbp1: return deliver<Mbp1>(record, ts_out, handler);
    case rtype::kMbp10: return deliver<Mbp10>(record, ts_out, handler);
    case rtype::kBbo1s:
    case rtype::kBbo1m: return deliver<Bbo>(record, ts_out, handler);
    case rtype::kCmbp1:
    case rtype::kTcbbo: return deliver<Cmbp1>(record, ts_out, handler);
    case rtype::kCbbo1s:
    case rtype::kCbbo1m: return deliver<Cbbo>(record, ts_out, handler);
    case rtype::kOhlcvDeprecated:
    case rtype::kOhlcv1s:
    case rtype::kOhlcv1m:
    case rtype::kOhlcv1h:
    case rtype::kOhlcv1d:
    case rtype::kOhlcvEod: return deliver<Ohlcv>(record, ts_out, handler);
    case rtype::kStatus: return deliver<Status>(record, ts_out, handler);
    case rtype::kImbalance: return deliver<Imbalance>(record, ts_out, handler);
    case rtype::kDefinition:
      if (is_v1) return deliver<DefinitionV1>(record, ts_out, handler);
      if (layout.version == 2) return deliver<DefinitionV2>(record, ts_out, handler);
      return deliver<DefinitionV3>(record, ts_out, handler);
    case rtype::kStatistics:
      if (layout.version < 3) return deliver<StatisticsV1>(record, ts_out, handler);
      return deliver<StatisticsV3>(record, ts_out, handler);
    case rtype::kSymbolMapping:
      if (is_v1) return deliver<SymbolMappingV1>(record, ts_out, handler);
      return deliver<SymbolMappingV2>(record, ts_out, handler);
    case rtype::kError:
      if (is_v1) return deliver<ErrorV1>(record, ts_out, handler);
      return deliver<ErrorV2>(record, ts_out, handler);
    case rtype::kSystem:
      if (is_v1) return deliver<SystemV1>(record, ts_out, handler);
      return deliver<SystemV2>(record, ts_out, handler);
    default: return ParseOutcome::unknown_rtype;
  }
}

}  // namespace tickplant::feedhandlers::dbn
