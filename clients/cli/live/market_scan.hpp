// Every instrument of a plant where it is now, as rows that can be sorted and filtered: for movers, top, image and
// instruments.
//
// Threads: values; MarketScan belongs to one thread, as its Plant.
// Not here: how a row looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/image_view.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/image_layout.hpp"

namespace tickplant::cli {

struct MarketRow {
  ringbuf::InstrumentId id{};
  std::string symbol;  // "AAPL"
  std::string venue;   // "XNAS"
  std::int8_t size_scale = 0;
  bool has_image = false;  // false: nothing was said about it yet, and `image` is empty
  ringbuf::ImageEntry image;
  std::uint64_t updates = 0;      // records so far
  double updates_per_second = 0;  // smoothed over a few seconds of scans
};

/// What the change is from: the previous close, or the open when there is none. kNoPrice: neither is above 0.
[[nodiscard]] ringbuf::Price change_base(const ringbuf::ImageEntry& image) noexcept;
/// Hundredths of a percent from there, rounded; none without a last price or a base.
[[nodiscard]] std::optional<std::int64_t> change_basis_points(const ringbuf::ImageEntry& image) noexcept;

enum class SortBy : std::uint8_t { volume, change, trades, rate, symbol };
inline constexpr std::size_t kSortKeys = 5;
[[nodiscard]] std::string_view name_of(SortBy key) noexcept;

/// Most first, symbols from A; equal ones by symbol. Exact: a change (the largest move either way) is compared as a
/// fraction, a volume in whole units whatever the size scales.
void sort_rows(std::vector<MarketRow>& rows, SortBy key);

enum class Direction : std::uint8_t { either, up, down };
/// Has its price gone there since change_base()? `either`: every image has.
[[nodiscard]] bool has_moved(const ringbuf::ImageEntry& image, Direction direction) noexcept;

/// Does "AAPL@XNAS" hold `filter`? Case is ignored; an empty filter holds all.
[[nodiscard]] bool matches(const MarketRow& row, std::string_view filter) noexcept;

class MarketScan {
 public:
  /// `plant` outlives the scan.
  explicit MarketScan(clients::Plant& plant) : plant_(&plant), view_(plant) {}

  /// All instruments, by id.
  [[nodiscard]] std::vector<MarketRow> rows();

 private:
  void learn_new_instruments();

  clients::Plant* plant_;
  clients::ImageView view_;
  std::uint64_t generation_ = 0;
  std::vector<MarketRow> known_;  // with what the last scan found
  std::optional<platform::UnixNanos> scanned_at_;
};

}  // namespace tickplant::cli
