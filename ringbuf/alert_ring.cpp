#include "ringbuf/alert_ring.hpp"

#include <algorithm>

#include "ringbuf/broadcast_reader.hpp"

namespace tickplant::ringbuf {

AlertPlaces find_alert_remains(std::span<const std::byte> payload, std::uint64_t slot_count, Sequence last) {
  const auto& control = object_at<BroadcastControl<>>(payload, 0);
  AlertPlaces places;
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = control.taken[i].load(std::memory_order_acquire);
  if (last.value <= control.taken[kAlertPlacesCover].load(std::memory_order_acquire)) return places;
  DerivedRecord record;
  auto reader = DerivedReader::over(payload, slot_count, last);
  if (reader.poll(&record) != ReadStatus::record || record.header.type != DerivedType::alert) return places;
  // It is of the batch behind the page, or of the one that the page was being told of: less than 2^31 from its words.
  const auto alert = record.as<AlertBody>();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto ahead = static_cast<std::int32_t>(alert.taken[i] - static_cast<std::uint32_t>(places[i]));
    if (ahead > 0) places[i] += static_cast<std::uint64_t>(ahead);
  }
  if (alert.shard < places.size()) places[alert.shard] = std::max(places[alert.shard], alert.source);
  return places;
}

}  // namespace tickplant::ringbuf
