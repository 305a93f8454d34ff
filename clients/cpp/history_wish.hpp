// What a reader of history wants: from when on, which rings, symbols and types.
//
// Threads: plain values. Not here: carrying it out (history.hpp).
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "clients/cpp/derived_subscription.hpp"
#include "clients/cpp/subscription.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::clients {

/// Where a history begins.
///   nothing               with the oldest record that is kept
///   Sequence              of each ring
///   UnixNanos             with the first record of each ring that was received then or later: ts_recv, which never
///                         falls within a ring, not ts_event
///   nanoseconds           the same, so long before now
using HistoryFrom = std::variant<std::monostate, ringbuf::Sequence, platform::UnixNanos, std::chrono::nanoseconds>;

struct HistoryWish {
  HistoryFrom from = {};
  std::vector<std::string> symbols = {};  // as Subscription
  RecordTypes types = RecordTypes::all();
  std::vector<std::string> rings = {};                // of ticks, by name; empty: all, also those that come later
  bool market_wide = true;                            // as Subscription
  std::optional<platform::UnixNanos> until = {};      // ts_recv, not included; nothing: for ever
  std::optional<std::filesystem::path> journal = {};  // its folder; nothing: where it lies by default
};

/// The same of what is computed.
struct DerivedHistoryWish {
  HistoryFrom from = {};
  std::vector<std::string> symbols = {};    // as DerivedSubscription
  std::vector<std::string> functions = {};  // as DerivedSubscription
  DerivedTypes types = DerivedTypes::all();
  std::vector<std::string> rings = {};                // by name: "derived.1"; empty: those of all shards
  std::optional<platform::UnixNanos> until = {};      // ts_recv, not included; nothing: for ever
  std::optional<std::filesystem::path> journal = {};  // its folder; nothing: where it lies by default
};

}  // namespace tickplant::clients
