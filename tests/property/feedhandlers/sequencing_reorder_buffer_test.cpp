// Laws of the reorder buffer under chance: two lines that lose, repeat, delay and overtake, cut the stream into packets
// each in its own way, and a server that answers with as much as it likes.
//
//   always                        in order, nothing twice, receive times never decrease, every number delivered or
//                                 given up
//   no delay above the wait       all that one line has is delivered
//   a server that answers         all is delivered
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/support/random.hpp"
#include "tests/support/reorder_harness.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::moldudp64::PacketKind;
using feedhandlers::sequencing::ReorderOptions;

constexpr std::int64_t kMicro = 1'000;
constexpr std::int64_t kMilli = ReorderHarness::kMilli;

struct Weather {
  std::uint32_t loss_percent = 0;
  std::uint32_t repeat_percent = 5;
  std::int64_t delay_max = kMilli;  // each packet its own: so they overtake each other
  bool cuts_differ = false;         // line B puts other messages into a packet than line A
};

struct Arrival {
  Bytes datagram;
  Line line;
};

class Exchange {
 public:
  Exchange(std::uint64_t seed, const ReorderOptions& options, const Weather& weather)
      : random_(seed), weather_(weather), can_request_(options.can_request), harness(options) {}

  /// Plays `messages` messages and what follows from them; at the end a heartbeat on both lines, always received.
  void run(std::uint64_t messages) {
    const std::int64_t start = harness.now;
    last_ = first_ + messages;
    send(Line::a, start);
    send(Line::b, start);
    const std::int64_t end = start + 100 * kMilli + static_cast<std::int64_t>(messages) * 20 * kMicro;
    for (std::int64_t at = 0; at < 10; ++at)
      for (const Line line : {Line::a, Line::b})
        sky_.emplace(end + at * kMilli, Arrival{mold_heartbeat("S", last_), line});
    while (!sky_.empty()) {
      step_to(sky_.begin()->first);
      const Arrival arrival = sky_.begin()->second;
      sky_.erase(sky_.begin());
      if (arrival.line != Line::recovery) note(arrival.datagram);
      harness.receive(arrival.datagram, arrival.line);
      ask();
    }
    step_to(harness.now + 2'000 * kMilli);
    harness.flush();
  }

  std::vector<std::uint64_t> delivered() const {
    std::vector<std::uint64_t> numbers;
    for (const auto& one : harness.delivered)
      for (std::uint64_t i = 0; i < one.count; ++i) numbers.push_back(one.first + i);
    return numbers;
  }
  /// What came on a line.
  const std::set<std::uint64_t>& had() const { return had_; }
  std::uint64_t first() const { return first_; }
  std::uint64_t last() const { return last_; }

 private:
  void send(Line line, std::int64_t start) {
    Random cuts{line == Line::b && weather_.cuts_differ ? random_.next() : 99};
    for (std::uint64_t next = first_; next < last_;) {
      const std::uint64_t count = std::min<std::uint64_t>(cuts.below(5), last_ - next);  // 0: a heartbeat
      const Bytes datagram = count == 0 ? mold_heartbeat("S", next) : numbered_packet("S", next, count);
      const std::int64_t sent = start + static_cast<std::int64_t>(next) * 20 * kMicro;
      const bool is_lost = next != first_ && random_.chance(weather_.loss_percent, 100);
      const int copies = is_lost ? 0 : random_.chance(weather_.repeat_percent, 100) ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy) {
        const auto delay = static_cast<std::int64_t>(random_.below(static_cast<std::uint32_t>(weather_.delay_max)));
        sky_.emplace(next == first_ ? start : sent + delay, Arrival{datagram, line});
      }
      next += count;
    }
  }

  /// Lets time pass, with all that happens by itself.
  void step_to(std::int64_t time) {
    while (true) {
      const auto deadline = harness.buffer.next_deadline();
      if (!deadline || deadline->value > time) break;
      harness.pass(std::max<std::int64_t>(0, deadline->value - harness.now));
      const auto asked = harness.buffer.counters().requests;
      ask();
      const auto again = harness.buffer.next_deadline();
      ASSERT_TRUE(again != deadline || harness.buffer.counters().requests != asked) << "a deadline that does not end";
      if (!sky_.empty() && sky_.begin()->first < time) return;
    }
    harness.now = std::max(harness.now, time);
  }

  void ask() {
    while (const auto request = harness.buffer.take_request({harness.now})) {
      ASSERT_TRUE(can_request_);
      ASSERT_GE(request->first, first_);
      ASSERT_LE(request->first + request->count, last_);
      if (random_.chance(1, 5)) continue;  // request or answer is lost
      const std::uint64_t count = 1 + random_.below(request->count);
      sky_.emplace(harness.now + 100 * kMicro, Arrival{numbered_packet("S", request->first, count), Line::recovery});
    }
  }

  void note(const Bytes& datagram) {
    const auto parsed = feedhandlers::moldudp64::parse(as_span(datagram));
    for (auto number = parsed.range.begin; number < parsed.range.end; ++number) had_.insert(number);
  }

  Random random_;
  Weather weather_;
  bool can_request_;
  std::uint64_t first_ = 1;
  std::uint64_t last_ = 0;
  std::multimap<std::int64_t, Arrival> sky_;  // by time of arrival
  std::set<std::uint64_t> had_;

 public:
  ReorderHarness harness;
};

void expect_always(const Exchange& exchange) {
  const std::vector<std::uint64_t> numbers = exchange.delivered();
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>{}), numbers.end())
      << "out of order or twice";
  const auto& counters = exchange.harness.buffer.counters();
  EXPECT_EQ(numbers.size() + counters.given_up_messages, exchange.last() - exchange.first());
  EXPECT_EQ(exchange.harness.buffer.held_packets(), 0u);
  EXPECT_EQ(exchange.harness.buffer.missing_messages(), 0u);
  std::int64_t before = 0;
  for (const auto& one : exchange.harness.delivered) {
    EXPECT_GE(one.ts_recv, before);
    before = one.ts_recv;
  }
}

const Weather kWeathers[] = {
    {.loss_percent = 0, .delay_max = 1},
    {.loss_percent = 1},
    {.loss_percent = 30},
    {.loss_percent = 30, .cuts_differ = true},
    {.loss_percent = 5, .repeat_percent = 50, .cuts_differ = true},
    {.loss_percent = 90},
};
constexpr int kRounds = 20;
constexpr std::uint64_t kMessages = 300;

template <class Check>
void in_all_weathers(const ReorderOptions& options, Check&& check) {
  std::uint64_t seed = test_seed();
  for (const Weather& weather : kWeathers) {
    for (int round = 0; round < kRounds; ++round, ++seed) {
      SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed() << ", round " << seed - test_seed());
      Exchange exchange(seed, options, weather);
      exchange.run(kMessages);
      expect_always(exchange);
      check(exchange);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ReorderBufferLaws, DeliversAllThatAtLeastOneLineHas) {
  in_all_weathers({.held_bytes_max = 1 << 16, .held_packets_max = 1024}, [](const Exchange& exchange) {
    const std::vector<std::uint64_t> expected(exchange.had().begin(), exchange.had().end());
    EXPECT_EQ(exchange.delivered(), expected);
    EXPECT_EQ(exchange.harness.buffer.counters().late_packets, 0u);
  });
}

TEST(ReorderBufferLaws, DeliversEverythingWhereAServerHelps) {
  in_all_weathers({.recovery_wait_nanos = 100'000 * kMilli,
                   .retry_nanos = kMilli,
                   .can_request = true,
                   .held_bytes_max = 1 << 16,
                   .held_packets_max = 1024},
                  [](const Exchange& exchange) {
                    EXPECT_EQ(exchange.delivered().size(), kMessages);
                    EXPECT_EQ(exchange.harness.buffer.counters().given_up_holes, 0u);
                  });
}

TEST(ReorderBufferLaws, KeepsItsPromisesWithLittleRoomAndTime) {
  in_all_weathers({.wait_nanos = 100 * kMicro, .held_bytes_max = 400, .held_packets_max = 8}, [](const Exchange&) {});
  in_all_weathers({.wait_nanos = 0, .held_bytes_max = 64, .held_packets_max = 1}, [](const Exchange&) {});
}

}  // namespace
}  // namespace tickplant::tests::this_file
