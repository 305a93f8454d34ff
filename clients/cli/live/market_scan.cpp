#include "clients/cli/live/market_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>

#include "clients/cli/live/plant_facts.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::TableRead;

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::strong_ordering ordered(ringbuf::Uint128 a, ringbuf::Uint128 b) noexcept {
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// |last - base| / base, to be compared with others; none is behind all.
struct Move {
  std::uint64_t distance = 0;
  std::uint64_t base = 0;  // 0: unknown

  explicit Move(const ringbuf::ImageEntry& image) noexcept {
    const ringbuf::Price from = change_base(image), last = image.last_price;
    if (!ringbuf::is_present(from) || !ringbuf::is_present(last)) return;
    base = static_cast<std::uint64_t>(from.value);
    distance =
        last < from ? base - static_cast<std::uint64_t>(last.value) : static_cast<std::uint64_t>(last.value) - base;
  }
  friend bool operator==(const Move& a, const Move& b) noexcept { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Move& a, const Move& b) noexcept {
    if (a.base == 0 || b.base == 0) return (a.base != 0) <=> (b.base != 0);
    return ordered(ringbuf::Uint128{a.distance} * b.base, ringbuf::Uint128{b.distance} * a.base);
  }
};

/// A volume in whole units: shares and 1e-8 coins side by side.
struct Volume {
  std::uint64_t size = 0;
  int scale = 0;

  explicit Volume(const MarketRow& row) noexcept : size(row.image.volume.value), scale(row.size_scale) {}
  friend bool operator==(const Volume& a, const Volume& b) noexcept { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Volume& a, const Volume& b) noexcept {
    const int common = std::min(a.scale, b.scale);
    return ordered(a.units(common), b.units(common));
  }
  [[nodiscard]] ringbuf::Uint128 units(int common) const noexcept {
    constexpr int kMost = 19;  // 64 bits times 10^19 fit into 128; coarser by more, and anything exceeds 64 bits
    if (scale - common > kMost) return size == 0 ? 0 : ~ringbuf::Uint128{0};
    ringbuf::Uint128 units = size;
    for (int i = scale - common; i > 0; --i) units *= 10;
    return units;
  }
};

/// An average that forgets with a time constant of two seconds.
double smoothed(double before, double now, std::int64_t elapsed_nanos) {
  const double share = 1 - std::exp(-static_cast<double>(elapsed_nanos) / 2e9);
  return before + (now - before) * share;
}

}  // namespace

ringbuf::Price change_base(const ringbuf::ImageEntry& image) noexcept {
  const ringbuf::Price base = ringbuf::is_present(image.previous_close) ? image.previous_close : image.open;
  return base.value > 0 ? base : ringbuf::kNoPrice;
}

bool has_moved(const ringbuf::ImageEntry& image, Direction direction) noexcept {
  if (direction == Direction::either) return true;
  const ringbuf::Price base = change_base(image);
  if (!ringbuf::is_present(base) || !ringbuf::is_present(image.last_price)) return false;
  return direction == Direction::up ? image.last_price > base : image.last_price < base;
}

std::optional<std::int64_t> change_basis_points(const ringbuf::ImageEntry& image) noexcept {
  const ringbuf::Price base = change_base(image);
  if (!ringbuf::is_present(image.last_price) || !ringbuf::is_present(base)) return std::nullopt;
  const ringbuf::Int128 difference = ringbuf::Int128{image.last_price.value} - base.value;
  const ringbuf::Int128 half = difference < 0 ? -base.value / 2 : base.value / 2;
  return static_cast<std::int64_t>((difference * 10'000 + half) / base.value);
}

std::string_view name_of(SortBy key) noexcept {
  static constexpr std::array<std::string_view, kSortKeys> kNames{"volume", "change", "trades", "rate", "symbol"};
  return kNames[static_cast<std::size_t>(key)];
}

void sort_rows(std::vector<MarketRow>& rows, SortBy key) {
  const auto by_symbol = [](const MarketRow& a, const MarketRow& b) {
    return a.symbol != b.symbol ? a.symbol < b.symbol : a.venue < b.venue;
  };
  const auto by_most = [&](auto amount) {
    std::sort(rows.begin(), rows.end(), [&](const MarketRow& a, const MarketRow& b) {
      const auto of_a = amount(a), of_b = amount(b);
      return of_a != of_b ? of_a > of_b : by_symbol(a, b);
    });
  };
  switch (key) {
    case SortBy::volume: return by_most([](const MarketRow& row) { return Volume(row); });
    case SortBy::change: return by_most([](const MarketRow& row) { return Move(row.image); });
    case SortBy::trades: return by_most([](const MarketRow& row) { return row.image.trade_count; });
    case SortBy::rate: return by_most([](const MarketRow& row) { return row.updates_per_second; });
    case SortBy::symbol: return std::sort(rows.begin(), rows.end(), by_symbol);
  }
}

bool matches(const MarketRow& row, std::string_view filter) noexcept {
  const std::string full = row.symbol + '@' + row.venue;
  return std::search(full.begin(), full.end(), filter.begin(), filter.end(),
                     [](char a, char b) { return upper(a) == upper(b); }) != full.end() ||
         filter.empty();
}

void MarketScan::learn_new_instruments() {
  if (generation_ != plant_->generation()) {
    generation_ = plant_->generation();
    known_.clear();
    scanned_at_.reset();
  }
  const std::uint32_t count = plant_->instruments().count();
  ringbuf::InstrumentEntry entry;
  for (auto id = static_cast<std::uint32_t>(known_.size() + 1); id <= count; ++id) {
    if (plant_->instruments().read({id}, entry) != TableRead::value) break;  // being written: next time
    MarketRow row;
    row.id = {id};
    row.symbol = ringbuf::text_of(entry.symbol);
    row.venue = ringbuf::text_of(entry.venue);
    row.size_scale = entry.size_scale;
    known_.push_back(std::move(row));
  }
}

std::vector<MarketRow> MarketScan::rows() {
  learn_new_instruments();
  const platform::UnixNanos now = plant_->now();
  const std::int64_t elapsed = scanned_at_ ? now - *scanned_at_ : 0;
  for (MarketRow& row : known_) {
    row.has_image = view_.read(row.id, row.image) == TableRead::value || row.has_image;  // busy: what it was
    ringbuf::NewestEntry newest;
    if (view_.read(row.id, newest) != TableRead::value) continue;
    // A quiet instrument has no record in most looks: without smoothing its rate would jump between 0 and much.
    const double rate = per_second(row.updates, newest.update_count, elapsed);
    row.updates_per_second = scanned_at_ && row.updates > 0 ? smoothed(row.updates_per_second, rate, elapsed) : 0;
    row.updates = newest.update_count;
  }
  scanned_at_ = now;
  return known_;
}

}  // namespace tickplant::cli
