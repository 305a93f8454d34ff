#include "clients/cpp/history_tables.hpp"

#include "clients/cpp/expected_segments.hpp"

namespace tickplant::clients {

using OfTicks = HistoryTables<ringbuf::Record>;
using OfResults = HistoryTables<ringbuf::DerivedRecord>;

OfTicks::HistoryTables(const Plant& plant, const Wish& wish)
    : directory(plant.open("instruments", kInstrumentsSegment)),
      instruments(directory->payload()),
      filter(instruments, {.symbols = wish.symbols, .types = wish.types, .market_wide = wish.market_wide}) {}

std::vector<std::string> OfTicks::rings(const Plant& plant) const { return plant.tick_rings(); }

OfResults::HistoryTables(const Plant& plant, const Wish& wish)
    : functions(plant),
      directory(plant.open("instruments", kInstrumentsSegment)),
      instruments(directory->payload()),
      filter(instruments, functions.functions,
             {.symbols = wish.symbols, .functions = wish.functions, .types = wish.types}) {}

std::vector<std::string> OfResults::rings(const Plant&) const {
  std::vector<std::string> names;
  for (std::uint32_t shard = 0; shard < functions.functions.head().shard_count; ++shard) {
    names.push_back(derived_ring_name(shard));
  }
  return names;
}

}  // namespace tickplant::clients
