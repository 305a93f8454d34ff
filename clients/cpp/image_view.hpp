// Where an instrument is now: last trade, best bid and offer, day values, and ten levels of its book; read in place.
//
//   ImageView view{plant};
//   ImageEntry image;
//   if (view.read(plant.instrument("AAPL"), image) == TableRead::value) use(image.last_price);
//
// Every instrument is looked up in the tables of the ring its feed writes. Tables are attached when first asked for; a
// read after that makes no system call and takes no memory.
//
// Threads: as Plant: one.
// Not here: how it got there (subscriber.hpp).
#pragma once

#include <memory>

#include "clients/cpp/plant.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::clients {

class ImageView {
 public:
  /// `plant` outlives the view and stays where it is.
  explicit ImageView(Plant& plant);
  ImageView(ImageView&&) noexcept;
  ImageView& operator=(ImageView&&) noexcept;
  ~ImageView();

  /// Consistent copies. `never`: nothing was said about the instrument yet, there is no such instrument, or its feed
  /// has no such table. `busy`: its entry stays half written (the daemon died in it; its successor repairs it). After a
  /// re-attachment of the plant the new tables are read. Throw SetupError when a table cannot be attached.
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::ImageEntry& out);
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::DepthEntry& out);
  [[nodiscard]] ringbuf::TableRead read(ringbuf::InstrumentId id, ringbuf::NewestEntry& out);

 private:
  class Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tickplant::clients
