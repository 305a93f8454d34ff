#include "bench/analytics_load.hpp"

#include <algorithm>

#include "feedhandlers/venue/random.hpp"
#include "platform/int128.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::bench {
namespace {

using feedhandlers::venue::Random;

std::uint64_t below(Random& random, std::uint64_t bound) noexcept {
  return static_cast<std::uint64_t>(platform::Uint128{random.next()} * bound >> 64);
}

class Popular {
 public:
  Popular(const LoadShape& shape) : instruments_(shape.instruments) {
    if (shape.popularity == Popularity::uniform) return;
    std::uint64_t sum = 0;
    for (std::uint32_t rank = 1; rank <= instruments_; ++rank) shares_.push_back(sum += 1'000'000'000 / rank);
  }
  [[nodiscard]] std::uint32_t pick(Random& random) const {
    if (shares_.empty()) return random.below(instruments_) + 1;
    const std::uint64_t place = below(random, shares_.back());
    const auto rank = std::upper_bound(shares_.begin(), shares_.end(), place) - shares_.begin();
    // Ids follow the alphabet, not popularity: the busiest ones do not lie side by side.
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(rank) * 7'919 % instruments_) + 1;
  }

 private:
  std::uint32_t instruments_;
  std::vector<std::uint64_t> shares_;  // up to each rank
};

std::int64_t delay(Random& random) {
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(random, static_cast<std::uint64_t>(high - low)));
  };
  const std::uint32_t kind = random.below(10'000);
  if (kind < 9'000) return between(0, kSecond / 20);
  if (kind < 9'800) return between(kSecond / 20, 5 * kSecond);
  if (kind < 9'970) return between(5 * kSecond, 60 * kSecond);
  return between(60 * kSecond, 300 * kSecond);
}

ringbuf::Record make_trade(std::uint32_t id, std::int64_t time, std::int64_t received, std::int64_t cents,
                           std::uint64_t size, std::uint64_t trade_id) {
  ringbuf::TradeBody body;
  body.price = {cents * 100 * kLoadUnit};
  body.size = {size};
  body.trade_id = trade_id;
  return ringbuf::make_record({id}, {time}, {received}, body);
}

}  // namespace

std::string name_of(const LoadShape& shape) {
  return std::to_string(shape.instruments) + " instruments, " +
         (shape.popularity == Popularity::uniform ? "uniform" : "Zipf") +
         (shape.delays == Delays::none ? ", in order" : ", with delays");
}

std::vector<ringbuf::Record> make_load(const LoadShape& shape) {
  Random random(20'240'123);
  const Popular popular(shape);
  std::vector<std::int64_t> cents(shape.instruments + std::size_t{1});
  for (std::int64_t& price : cents) price = 500 + static_cast<std::int64_t>(random.below(50'000));
  std::vector<ringbuf::Record> trades;
  trades.reserve(shape.trades);
  std::int64_t time = kLoadStart;
  const std::int64_t mean = kMinute / static_cast<std::int64_t>(shape.trades_per_minute);
  for (std::uint64_t i = 1; i <= shape.trades; ++i) {
    time += static_cast<std::int64_t>(below(random, static_cast<std::uint64_t>(2 * mean)));
    const std::uint32_t id = popular.pick(random);
    cents[id] = std::max<std::int64_t>(cents[id] + static_cast<std::int64_t>(random.below(5)) - 2, 100);
    const std::int64_t received = time + (shape.delays == Delays::none ? 0 : delay(random));
    trades.push_back(make_trade(id, time, received, cents[id], 1 + random.below(500), i));
  }
  std::stable_sort(trades.begin(), trades.end(),
                   [](const auto& a, const auto& b) { return a.header.ts_recv < b.header.ts_recv; });
  return trades;
}

std::vector<ringbuf::Record> make_minute(std::uint32_t instruments, std::int64_t minute) {
  Random random(static_cast<std::uint64_t>(minute) + 7);
  std::vector<ringbuf::Record> trades;
  trades.reserve(instruments);
  for (std::uint32_t id = 1; id <= instruments; ++id) {
    const std::int64_t time = kLoadStart + minute * kMinute + kMinute / 2 * id / instruments;
    const auto cents = static_cast<std::int64_t>(5'000 + id % 1'000 + random.below(400));
    trades.push_back(make_trade(id, time, time, cents, 1 + random.below(500),
                                static_cast<std::uint64_t>(minute) * instruments + id));
  }
  return trades;
}

ringbuf::Record make_heartbeat(std::int64_t time) {
  ringbuf::HeartbeatBody body;
  body.feed = {1};
  return ringbuf::make_record(ringbuf::kNoInstrument, {time}, {time}, body);
}

}  // namespace tickplant::bench
