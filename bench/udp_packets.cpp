#include "bench/udp_packets.hpp"

#include <algorithm>
#include <string>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/venue/itch_encoder.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "feedhandlers/venue/random.hpp"

namespace tickplant::bench {
namespace {

namespace venue = feedhandlers::venue;
namespace moldudp64 = feedhandlers::moldudp64;

/// Orders around a price of each stock; the older ones rest deeper in the book.
class OrderStream {
 public:
  explicit OrderStream(const UdpShape& shape) : symbols_(shape.symbols) {}

  void directory(std::uint32_t locate, venue::Buffer& out) {
    venue::StockDirectory message;
    message.header = header(locate);
    message.stock = symbol(locate);
    venue::encode(message, out);
  }

  void add(venue::Buffer& out) {
    const double dice = random_.fraction();
    const auto locate = 1 + static_cast<std::uint32_t>(dice * dice * dice * symbols_);  // few have most of the orders
    const bool is_bid = random_.below(2) == 0;
    const std::uint32_t away = 100 * (1 + random_.below(40));  // in 1e-4 dollars: 1 to 40 cents
    venue::AddOrder message;
    message.header = header(locate);
    message.order_ref = {next_order_++};
    message.side = is_bid ? venue::Side::bid : venue::Side::ask;
    message.shares = 100 * (1 + random_.below(10));
    message.stock = symbol(locate);
    const std::uint32_t middle = 100'000 + 1'000 * locate;
    message.price = {is_bid ? middle - away : middle + away};
    venue::encode(message, out);
    resting_.push_back({message.order_ref, locate});
  }

  void remove(venue::Buffer& out) {
    const auto all = static_cast<std::uint32_t>(resting_.size());
    const std::uint32_t newest = std::min(all, kNewest);
    Resting& chosen = resting_[random_.chance(3, 10) ? random_.below(all) : all - 1 - random_.below(newest)];
    venue::OrderDelete message;
    message.header = header(chosen.locate);
    message.order_ref = chosen.order;
    venue::encode(message, out);
    chosen = resting_.back();
    resting_.pop_back();
  }

 private:
  static constexpr std::uint32_t kNewest = 256;  // orders: most live briefly
  struct Resting {
    decltype(venue::AddOrder::order_ref) order;
    std::uint32_t locate;
  };
  venue::Header header(std::uint32_t locate) {
    venue::Header out;
    out.stock_locate = {static_cast<std::uint16_t>(locate)};
    out.timestamp = {now_ += 1'000};
    return out;
  }
  static venue::Symbol symbol(std::uint32_t locate) { return venue::symbol("B" + std::to_string(locate)); }

  std::uint32_t symbols_;
  venue::Random random_{7};
  std::uint64_t now_ = 36'000'000'000'000;  // 10:00
  std::uint64_t next_order_ = 1;
  std::vector<Resting> resting_;
};

}  // namespace

UdpPackets::UdpPackets(const UdpShape& shape) : shape_(shape), messages_per_packet_(std::size_t{2} * shape.pairs) {
  venue::Packetiser packetiser(*venue::make_session_name("BENCH"), 1'400);
  OrderStream orders(shape);
  venue::Buffer message;
  const auto put = [&](auto&& make, auto&& when_full) {
    message.clear();
    make();
    if (!packetiser.has_room(message.size())) when_full(packetiser.take());
    packetiser.add(message);
  };
  const auto warm = [&](std::span<const std::byte> packet) { warm_up_.emplace_back(packet.begin(), packet.end()); };
  for (std::uint32_t locate = 1; locate <= shape.symbols; ++locate)
    put([&] { orders.directory(locate, message); }, warm);
  for (std::uint32_t i = 0; i < shape.live_orders; ++i) put([&] { orders.add(message); }, warm);
  if (!packetiser.is_empty()) warm(packetiser.take());

  const auto none = [](std::span<const std::byte>) {};  // they are taken before they are full
  for (std::size_t i = 0; i < shape.packets; ++i) {
    for (std::uint32_t pair = 0; pair < shape.pairs; ++pair) {
      put([&] { orders.add(message); }, none);
      put([&] { orders.remove(message); }, none);
    }
    const std::span<const std::byte> packet = packetiser.take();
    packet_bytes_ = packet.size();
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
  }
  const auto last = packetiser.heartbeat();
  heartbeat_.assign(last.begin(), last.end());
}

bool UdpPackets::is_heartbeat(std::span<const std::byte> packet) noexcept {
  return packet.size() == moldudp64::kHeaderBytes;
}

}  // namespace tickplant::bench
