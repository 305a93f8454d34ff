// What was computed of an instrument last, and what the functions are called that computed it; read in place.
//
//   DerivedView view{plant};
//   DerivedImageEntry entry;
//   if (view.read(plant.instrument("AAPL"), entry) == TableRead::value) use(entry.average_5min, entry.trend);
//   view.functions().name_of(entry.window[0].function);      // "T60"
//
// An image holds what its ring holds up to complete_through(), and maybe a little more: entry.sequence says how far the
// entry is, entry.cause_seq which input that was caused by.
//
// Threads: as Plant: one. A read makes no system call and takes no memory.
// Not here: every result in order (derived_subscriber.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/attached_table.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/derived_image_table.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::clients {

using AttachedDerivedImage =
    AttachedTable<ringbuf::DerivedImageSlot, ringbuf::SegmentKind::derived_image, ringbuf::kDerivedImageSchema>;

/// The functions table of a plant, attached.
struct AttachedFunctions {
  /// Throws SetupError: nothing is computed in this plant, with what to do about it.
  explicit AttachedFunctions(const Plant& plant);

  AttachedSegment segment;
  ringbuf::FunctionsReader functions;
};

/// Does the plant's daemon, or did its last one, compute anything? What an earlier one computed does not count.
[[nodiscard]] bool computes_anything(const Plant& plant);

/// The derived ring of a shard: "derived", "derived.1", ...
[[nodiscard]] std::string derived_ring_name(std::uint32_t shard);
/// That of the shard which computes the instrument, of so many shards.
[[nodiscard]] std::string derived_ring_of(ringbuf::InstrumentId id, std::uint32_t shard_count);

/// "price_x_ma_5min" for "ticks.price_x_ma_5min", "sma(20)" for "T60.sma(20)": what the analytics file calls it.
[[nodiscard]] std::string_view own_name_of(const ringbuf::FunctionsReader& functions, ringbuf::FunctionId id) noexcept;
/// Names of all functions of that kind, each once, in the order of the table.
[[nodiscard]] std::vector<std::string> names_of(const ringbuf::FunctionsReader& functions, ringbuf::FunctionKind kind);

class DerivedView {
 public:
  /// `plant` outlives the view and stays where it is. Throws SetupError: nothing is computed, a table cannot be
  /// attached.
  explicit DerivedView(Plant& plant);

  /// A consistent copy. `never`: nothing was computed of it yet, or there is no such instrument. `busy`: its entry
  /// stays half written (the daemon died in it; its successor empties it).
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::DerivedImageEntry& out) const noexcept;
  /// Holds until refresh() returns true.
  [[nodiscard]] const ringbuf::FunctionsReader& functions() const noexcept { return attached_.functions.functions; }
  /// The entries of this instrument's shard hold every record of their ring up to here.
  [[nodiscard]] ringbuf::Sequence complete_through(ringbuf::InstrumentId id) const noexcept;

  /// Turns to the tables that have the names now: a successor that computes something else makes them anew. True when
  /// they are others than before. A few system calls: ask about ten times a second. Throws SetupError when the new ones
  /// cannot be attached; the view then stays as it was.
  bool refresh();

 private:
  struct Ring {
    AttachedSegment segment;
    ringbuf::DerivedReader reader;
  };
  struct Attached {
    explicit Attached(const Plant& plant);
    AttachedFunctions functions;
    AttachedDerivedImage image;
    std::vector<Ring> rings;  // by shard
  };
  Plant* plant_;
  std::uint64_t generation_;
  Attached attached_;
};

}  // namespace tickplant::clients
