// Where an instrument is now: last trade, best bid and offer, day values, and ten levels of its book; read in place.
//
//   ImageView view{plant};
//   ImageEntry image;
//   if (view.read(plant.instrument("AAPL"), image) == TableRead::value) use(image.last_price);
//
// Every instrument is looked up in the tables of the ring its feed writes. Tables of new rings are attached when first
// asked for.
//
// Threads: as Plant: one.
// Not here: how it got there (subscriber.hpp).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "clients/cpp/plant.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::clients {

class ImageView {
 public:
  /// `plant` outlives the view.
  explicit ImageView(Plant& plant);
  ImageView(ImageView&&) noexcept;
  ImageView& operator=(ImageView&&) noexcept;
  ~ImageView();

  /// Consistent copies. `never`: nothing was said about the instrument yet. `busy`: its entry stays half written (the
  /// daemon died in it; its successor repairs it). After a re-attachment of the plant the new tables are read.
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::ImageEntry& out);
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::DepthEntry& out);
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::NewestEntry& out);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tickplant::clients
