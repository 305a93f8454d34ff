#include "clients/cli/live/market_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "clients/cli/live/plant_facts.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::TableRead;

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// |change|, behind all others when unknown.
std::int64_t size_of_move(const MarketRow& row) {
  const auto change = change_basis_points(row.image);
  return change ? std::llabs(*change) : -1;
}

/// An average that forgets with a time constant of two seconds.
double smoothed(double before, double now, std::int64_t elapsed_nanos) {
  const double share = 1 - std::exp(-static_cast<double>(elapsed_nanos) / 2e9);
  return before + (now - before) * share;
}

}  // namespace

std::optional<std::int64_t> change_basis_points(const ringbuf::ImageEntry& image) noexcept {
  const ringbuf::Price base = ringbuf::is_present(image.previous_close) ? image.previous_close : image.open;
  if (!ringbuf::is_present(image.last_price) || !ringbuf::is_present(base) || base.value <= 0) return std::nullopt;
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
    case SortBy::volume: return by_most([](const MarketRow& row) { return row.image.volume.value; });
    case SortBy::change: return by_most(size_of_move);
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
