// parse(encode(x)) == x, for every message that is read, at the block lengths of today and at longer ones. Encoder and
// views were written apart from the same table.
#include <gtest/gtest.h>

#include "tests/support/mdp3_decoder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

using namespace feedhandlers::mdp3;

/// Any value that the wire can carry.
class AnyValue {
 public:
  explicit AnyValue(std::uint64_t seed) : random_(seed) {}

  template <class T>
  T any() {
    return static_cast<T>(random_.next());
  }
  template <class Entry, class Make>
  std::vector<Entry> some(std::uint32_t most, Make make) {
    std::vector<Entry> all(random_.below(most + 1));
    for (Entry& one : all) one = make();
    return all;
  }
  Level level() {
    return {any<std::int64_t>(), any<std::int32_t>(), any<std::int32_t>(), any<std::uint32_t>(),
            any<std::int32_t>(), any<std::uint8_t>(), any<std::uint8_t>(), any<char>()};
  }
  LevelOrder level_order() {
    return {any<std::uint64_t>(), any<std::uint64_t>(), any<std::int32_t>(), any<std::uint8_t>(), any<std::uint8_t>()};
  }
  Order order() {
    return {any<std::uint64_t>(), any<std::uint64_t>(), any<std::int64_t>(), any<std::int32_t>(),
            any<std::int32_t>(),  any<std::uint8_t>(),  any<char>()};
  }
  Trade trade() {
    return {any<std::int64_t>(), any<std::int32_t>(), any<std::int32_t>(), any<std::uint32_t>(),
            any<std::int32_t>(), any<std::uint8_t>(), any<std::uint8_t>(), any<std::uint32_t>()};
  }
  TradedOrder traded_order() { return {any<std::uint64_t>(), any<std::int32_t>()}; }
  Numbered numbered() { return {any<std::int32_t>(), any<std::uint32_t>()}; }

  /// Writes one message and gives back what it ought to be read as.
  Decoded write(std::uint16_t id, PacketWriter& packet) {
    Decoded d;
    d.template_id = id;
    d.time = any<std::uint64_t>();
    d.event = any<std::uint8_t>();
    Stretch stretch;
    if (random_.chance(1, 2)) stretch = {random_.below(9), random_.below(9), random_.below(9)};
    switch (id) {
      case 46:
        d.levels = some<Level>(40, [&] { return level(); });
        d.level_orders = some<LevelOrder>(255, [&] { return level_order(); });
        packet.book(d.time, d.event, d.levels, d.level_orders, stretch);
        break;
      case 47:
        d.orders = some<Order>(40, [&] { return order(); });
        packet.order_book(d.time, d.event, d.orders, stretch);
        break;
      case 48:
        d.trades = some<Trade>(40, [&] { return trade(); });
        d.traded_orders = some<TradedOrder>(255, [&] { return traded_order(); });
        packet.trades(d.time, d.event, d.trades, d.traded_orders, stretch);
        break;
      case 4:
        d.channels = some<std::int16_t>(3, [&] { return any<std::int16_t>(); });
        packet.channel_reset(d.time, d.event, d.channels);
        break;
      default:
        d.numbered = some<Numbered>(255, [&] { return numbered(); });
        packet.numbered(id, d.time, d.event, d.numbered, stretch);
        break;
    }
    return d;
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_.below(limit)); }

 private:
  Random random_;
};

class Mdp3RoundTrip : public testing::TestWithParam<std::uint16_t> {};

TEST_P(Mdp3RoundTrip, GivesBackWhatWasEncoded) {
  const std::uint64_t seed = test_seed();
  AnyValue any{seed};
  for (int round = 0; round < 300; ++round) {
    PacketWriter packet(any.any<std::uint32_t>(), any.any<std::uint64_t>());
    const std::vector<Decoded> written{any.write(GetParam(), packet), any.write(GetParam(), packet)};
    const Datagram datagram = parse_packet(packet.bytes());
    ASSERT_EQ(datagram.damage, Damage::none);
    Decoder decoder;
    for_each_message(datagram, [&](const Message& message) { ASSERT_EQ(parse(message, decoder), ParseOutcome::ok); });
    ASSERT_TRUE(decoder.messages == written)
        << "template " << GetParam() << ", round " << round << ", TICKPLANT_TEST_SEED=" << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTemplateThatIsRead, Mdp3RoundTrip, testing::Values(4, 37, 46, 47, 48, 49, 50, 51),
                         [](const auto& param_info) { return "Template" + std::to_string(param_info.param); });

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
