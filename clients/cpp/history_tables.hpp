// The tables of a plant that its history is read with, and what is wanted of it: of ticks, and of results.
//
// Mappings of our own: a ring is read to its end with the tables it was written with.
//
// Threads: as Plant: one.
#pragma once

#include <string>
#include <vector>

#include "clients/cpp/derived_filter.hpp"
#include "clients/cpp/derived_view.hpp"
#include "clients/cpp/history_wish.hpp"
#include "clients/cpp/journal_names.hpp"
#include "clients/cpp/plant.hpp"
#include "clients/cpp/record_filter.hpp"

namespace tickplant::clients {

/// `Record`: ringbuf::Record, of ticks, or ringbuf::DerivedRecord, of results.
template <class Record>
struct HistoryTables;

template <>
struct HistoryTables<ringbuf::Record> {
  using Wish = HistoryWish;

  /// Throws SetupError.
  HistoryTables(const Plant& plant, const Wish& wish);

  [[nodiscard]] NamesOfNow names() const noexcept { return {instruments}; }
  [[nodiscard]] bool are_replaced() const noexcept { return directory.is_replaced(); }
  [[nodiscard]] std::vector<std::string> rings(const Plant& plant) const;

  AttachedSegment directory;
  ringbuf::InstrumentDirectoryReader instruments;
  RecordFilter filter;
};

template <>
struct HistoryTables<ringbuf::DerivedRecord> {
  using Wish = DerivedHistoryWish;

  /// Throws SetupError, also where nothing is computed.
  HistoryTables(const Plant& plant, const Wish& wish);

  [[nodiscard]] NamesOfNow names() const noexcept { return {instruments, &functions.functions}; }
  [[nodiscard]] bool are_replaced() const noexcept {
    return directory.is_replaced() || functions.segment.is_replaced();
  }
  /// Of all shards.
  [[nodiscard]] std::vector<std::string> rings(const Plant& plant) const;

  AttachedFunctions functions;
  AttachedSegment directory;
  ringbuf::InstrumentDirectoryReader instruments;
  DerivedFilter filter;
};

}  // namespace tickplant::clients
