// A trading process: follows quotes and trades, decides on each quote, and measures how long that took.
//
//   trading_process PLANT [SYMBOL...] [--park]
//
// The decision is a toy: bid or offer when the other side is thin, the spread narrow and the last trade agrees. Two
// latencies are measured by the plant's clock for each quote, up to the moment the decision is made:
//   tick-to-decision   since the packet was received (ts_recv: card, kernel or program)
//   readable-to-decision   since the plant began to publish it (known to 64 ns): ring hop, poll and strategy
// Each second prints the last second's, Ctrl-C those of the whole run.
//
// Threads: one; it spins on a core of its own, or with --park sleeps until the plant says that there is news.
// Not here: sending orders.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/subscriber.hpp"
#include "platform/latency_histogram.hpp"

namespace {

using namespace tickplant;
using ringbuf::QuoteBody;
using ringbuf::Record;
using ringbuf::RecordType;

volatile std::sig_atomic_t must_stop = 0;

enum class Decision { none, buy, sell };

/// Both latencies over some time.
struct Latencies {
  platform::LatencyHistogram tick_to_decision;
  platform::LatencyHistogram readable_to_decision;

  void reset() {
    tick_to_decision.reset();
    readable_to_decision.reset();
  }
  void print(const char* what) const {
    for (const auto& [name, of] : {std::pair{"tick", &tick_to_decision}, {"readable", &readable_to_decision}}) {
      std::printf("%-6s %8s-to-decision  p50 %8lld  p99 %8lld  p99.9 %8lld  max %8lld ns  (%llu quotes)\n", what, name,
                  static_cast<long long>(of->percentile(50)), static_cast<long long>(of->percentile(99)),
                  static_cast<long long>(of->percentile(99.9)), static_cast<long long>(of->max()),
                  static_cast<unsigned long long>(of->count()));
    }
  }
};

class Strategy {
 public:
  explicit Strategy(const clients::Plant& plant) : plant_(&plant) {}

  void operator()(const Record& record) {
    const std::uint32_t id = record.header.instrument.value;
    if (id >= last_price_.size()) last_price_.resize(2 * std::size_t{id} + 1'024, ringbuf::kNoPrice);
    if (record.header.type == RecordType::trade) {
      last_price_[id] = record.as<ringbuf::TradeBody>().price;
      return;
    }
    const Decision decision = decide(record.as<QuoteBody>(), last_price_[id]);
    const platform::UnixNanos now = plant_->now();
    ++decisions_[static_cast<std::size_t>(decision)];
    const std::int64_t since_tick = now - record.header.ts_recv;
    const std::int64_t published_after = record.header.publish_delay * ringbuf::kPublishDelayUnitNanos;
    for (Latencies* of : {&second, &run}) {
      of->tick_to_decision.record(since_tick);
      of->readable_to_decision.record(since_tick - published_after);
    }
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange lost) {
    std::printf("too slow: %llu records of ring '%.*s' lost\n", static_cast<unsigned long long>(lost.count()),
                static_cast<int>(ring.size()), ring.data());
  }
  void on_attached(std::string_view ring, ringbuf::Sequence first) {
    std::printf("ring '%.*s' was built anew: going on with its record %llu\n", static_cast<int>(ring.size()),
                ring.data(), static_cast<unsigned long long>(first.value));
  }

  void print_decisions() const {
    std::printf("decisions: %llu to buy, %llu to sell, %llu to wait\n", decisions_[1], decisions_[2], decisions_[0]);
  }

  Latencies second, run;

 private:
  static Decision decide(const QuoteBody& quote, ringbuf::Price last) noexcept {
    constexpr std::int64_t kSpreadMax = 50'000'000;  // 0.05
    constexpr std::uint64_t kImbalance = 4;          // one side that many times the other
    if (!is_present(quote.bid_price) || !is_present(quote.ask_price) || !is_present(last)) return Decision::none;
    const std::int64_t spread = quote.ask_price.value - quote.bid_price.value;
    if (spread <= 0 || spread > kSpreadMax) return Decision::none;
    const bool is_rising = last >= quote.ask_price, is_falling = last <= quote.bid_price;
    if (is_rising && quote.bid_size.value >= kImbalance * quote.ask_size.value) return Decision::buy;
    if (is_falling && quote.ask_size.value >= kImbalance * quote.bid_size.value) return Decision::sell;
    return Decision::none;
  }

  const clients::Plant* plant_;
  std::vector<ringbuf::Price> last_price_;  // by instrument
  unsigned long long decisions_[3] = {};
};

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool parks = std::erase(words, "--park") != 0;
  if (words.empty() || words[0].substr(0, 1) == "-") {
    return std::fputs("usage: trading_process PLANT [SYMBOL...] [--park]\n", stderr), 2;
  }
  std::signal(SIGINT, [](int) { must_stop = 1; });
  std::signal(SIGTERM, [](int) { must_stop = 1; });

  clients::Plant plant{words[0]};
  words.erase(words.begin());
  clients::Subscriber ticks{plant,
                            {.symbols = words, .types = {RecordType::quote, RecordType::trade}, .market_wide = false}};
  Strategy strategy{plant};
  clients::Idle idle{parks ? clients::IdleStrategy::sleep : clients::IdleStrategy::pause};

  platform::UnixNanos next_print = plant.now() + platform::kNanosPerSecond;
  while (must_stop == 0) {
    if (ticks.poll_or_idle(strategy, idle) != 0) continue;
    if (const platform::UnixNanos now = plant.now(); now >= next_print) {
      strategy.second.print("second");
      std::fflush(stdout);
      strategy.second.reset();
      next_print = now + platform::kNanosPerSecond;
    }
  }
  strategy.run.print("run");
  strategy.print_decisions();
  std::printf("lost: %llu records\n", static_cast<unsigned long long>(ticks.lost_count()));
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
