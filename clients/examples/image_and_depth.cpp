// Where an instrument is now: `image_and_depth PLANT SYMBOL` prints its last trade, best prices, day and book, and
// ends.
//
// Threads: one.
#include <cstdio>
#include <exception>

#include "clients/cpp/image_view.hpp"

namespace {

using namespace tickplant;

void print(const char* name, ringbuf::Price price) {
  if (ringbuf::is_present(price)) {
    std::printf("%-15s %.4f\n", name, static_cast<double>(price.value) / ringbuf::kPriceScale);
  } else {
    std::printf("%-15s -\n", name);
  }
}

void print(const char* side, const ringbuf::DepthLevel& level) {
  std::printf("%s %12.4f %10llu\n", side, static_cast<double>(level.price.value) / ringbuf::kPriceScale,
              static_cast<unsigned long long>(level.size.value));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return std::fputs("usage: image_and_depth PLANT SYMBOL\n", stderr), 2;
  clients::Plant plant{argv[1]};
  const ringbuf::InstrumentId id = plant.instrument(argv[2]);  // throws with candidates or near misses
  clients::ImageView view{plant};

  ringbuf::ImageEntry image;
  if (view.read(id, image) != ringbuf::TableRead::value) {
    std::printf("%s: nothing was said about it yet\n", plant.symbol_of(id).c_str());
    return 0;
  }
  std::printf("%s, up to sequence %llu of ring %s\n", plant.symbol_of(id).c_str(),
              static_cast<unsigned long long>(image.stamp), plant.ring_of(id).c_str());
  print("last", image.last_price);
  print("bid", image.bid_price);
  print("ask", image.ask_price);
  print("open", image.open);
  print("high", image.high);
  print("low", image.low);
  print("vwap", image.vwap());
  print("previous close", image.previous_close);
  std::printf("%-15s %llu\n", "volume", static_cast<unsigned long long>(image.volume.value));

  ringbuf::DepthEntry depth;
  if (view.read(id, depth) == ringbuf::TableRead::value) {
    for (std::size_t i = depth.ask_count; i-- > 0;) print("ask", depth.ask[i]);
    for (std::size_t i = 0; i < depth.bid_count; ++i) print("bid", depth.bid[i]);
  }
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
