// The two sides of the udp suite: the bare drain, and the plant's way from socket to ring, whole or only as far as
// asked.
//
// Both have receive(on_packet), which takes what is there, never waits, and says how many packets that was.
//
// Threads: one each.
#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/udp_packets.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "feedhandlers/itch50/parser.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "feedhandlers/sources/multicast_socket.hpp"
#include "feedhandlers/sources/udp_multicast_source.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::bench {

/// recvmmsg, 64 datagrams a call, and no look at any of them: no stamps, no counter. What a receiver by system calls
/// cannot be faster than.
class BareDrain {
 public:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kPacketBytes = 2'048;

  explicit BareDrain(const config::SourceConfig& config) : memory_(kBatch * kPacketBytes) {
    std::vector<std::string> notes;
    socket_ = feedhandlers::sources::open_multicast_socket(config.line_a, "bare drain", config.receive_buffer_bytes, {},
                                                           notes);
    const int off = 0;
    (void)::setsockopt(socket_.fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &off, sizeof off);
    (void)::setsockopt(socket_.fd.get(), SOL_SOCKET, SO_RXQ_OVFL, &off, sizeof off);
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors_[i] = {memory_.data() + i * kPacketBytes, kPacketBytes};
      headers_[i].msg_hdr.msg_iov = &vectors_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  BareDrain(const BareDrain&) = delete;
  BareDrain& operator=(const BareDrain&) = delete;

  template <class OnPacket>
  std::size_t receive(OnPacket&& on_packet) noexcept {
    const int count = ::recvmmsg(socket_.fd.get(), headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
      const mmsghdr& each = headers_[static_cast<std::size_t>(i)];
      on_packet(std::span{static_cast<const std::byte*>(each.msg_hdr.msg_iov->iov_base), each.msg_len});
    }
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  /// Asks the socket, which need not tell with each packet then.
  [[nodiscard]] std::uint64_t kernel_drops() const noexcept {
    std::array<std::uint32_t, 9> memory{};  // SK_MEMINFO_VARS; the last one: drops
    socklen_t length = sizeof memory;
    constexpr int kMemoryInfo = 55;  // SO_MEMINFO
    (void)::getsockopt(socket_.fd.get(), SOL_SOCKET, kMemoryInfo, memory.data(), &length);
    return memory[8];
  }

 private:
  feedhandlers::sources::OpenSocket socket_;
  std::vector<std::byte> memory_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> headers_{};
};

/// The bare drain with generic receive offload: what arrived together, alike in size, comes as one datagram to be cut
/// up. All share one stamp, and the kernel counts them as one when it drops them, so the plant does it on wish only.
class OffloadedDrain {
 public:
  static constexpr std::size_t kBatch = 16;
  static constexpr std::size_t kBytes = 65'536;

  explicit OffloadedDrain(const config::SourceConfig& config) : memory_(kBatch * kBytes) {
    std::vector<std::string> notes;
    socket_ = feedhandlers::sources::open_multicast_socket(config.line_a, "offloaded drain",
                                                           config.receive_buffer_bytes, {}, notes);
    const int on = 1;
    if (::setsockopt(socket_.fd.get(), IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0)
      throw platform::SetupError{platform::with_errno("no UDP_GRO", errno), "Linux 5.0 has it"};
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors_[i] = {memory_.data() + i * kBytes, kBytes};
      headers_[i].msg_hdr.msg_iov = &vectors_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
      headers_[i].msg_hdr.msg_control = control_[i].data();
    }
  }
  OffloadedDrain(const OffloadedDrain&) = delete;
  OffloadedDrain& operator=(const OffloadedDrain&) = delete;

  template <class OnPacket>
  std::size_t receive(OnPacket&& on_packet) noexcept {
    for (mmsghdr& each : headers_) each.msg_hdr.msg_controllen = sizeof(Control);
    const int count = ::recvmmsg(socket_.fd.get(), headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    std::size_t packets = 0;
    for (int i = 0; i < count; ++i) {
      mmsghdr& each = headers_[static_cast<std::size_t>(i)];
      std::span rest{static_cast<const std::byte*>(each.msg_hdr.msg_iov->iov_base), each.msg_len};
      const std::size_t segment = segment_bytes(each.msg_hdr, rest.size());
      for (; !rest.empty(); rest = rest.subspan(std::min(segment, rest.size())), ++packets)
        on_packet(rest.first(std::min(segment, rest.size())));
    }
    return packets;
  }

 private:
  struct alignas(cmsghdr) Control : std::array<std::byte, 256> {};

  static std::size_t segment_bytes(msghdr& header, std::size_t whole) noexcept {
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each)) {
      if (each->cmsg_level != IPPROTO_UDP || each->cmsg_type != UDP_GRO) continue;
      int bytes = 0;
      std::memcpy(&bytes, CMSG_DATA(each), sizeof bytes);
      return static_cast<std::size_t>(bytes);
    }
    return whole;
  }

  feedhandlers::sources::OpenSocket socket_;
  std::vector<std::byte> memory_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> headers_{};
  std::array<Control, kBatch> control_{};
};

/// How far packets go.
enum class Depth : std::uint8_t {
  receive,  // taken off the socket with their stamps, put in order of lines
  decode,   // and parsed: MoldUDP64, sequence, messages
  book,     // and booked, with nobody told
  publish,  // the plant's: feed handler, book, records, tables
};

/// Everything that a feed writes to, in private memory.
class FeedPath {
 public:
  FeedPath(const UdpPackets& packets, const config::SourceConfig& config,
           const feedhandlers::sources::ReceiveOptions& options, Depth depth)
      : depth_(depth),
        capacity_(packets.shape().symbols + 1),
        ring_(sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes),
        image_(capacity_ * ringbuf::kImageEntryBytes),
        newest_(capacity_ * ringbuf::kNewestEntryBytes),
        depth_table_(capacity_ * ringbuf::kDepthEntryBytes),
        instruments_(ringbuf::InstrumentDirectoryWriter::payload_bytes(packets.shape().symbols)),
        directory_(instruments_.bytes(), packets.shape().symbols),
        publisher_(ringbuf::TickWriter::over(ring_.bytes(), kSlots),
                   ringbuf::ImageWriter(ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, capacity_)),
                   ringbuf::NewestWriter(ringbuf::array_at<ringbuf::NewestSlot>(newest_.bytes(), 0, capacity_)),
                   ringbuf::DepthWriter(ringbuf::array_at<ringbuf::DepthSlot>(depth_table_.bytes(), 0, capacity_))),
        book_({.instrument_count = capacity_, .order_capacity = 2 * std::size_t{packets.shape().live_orders}}),
        feed_(publisher_, directory_, book_, "XNAS", {1}, {}),
        quiet_book_(book_) {
    feed_.begin_day({});
    for (const auto& bytes : packets.warm_up()) {
      feedhandlers::Packet packet;
      packet.payload = bytes;
      packet.ts_recv = platform::system_now();
      work(packet);
    }
    source_.emplace(config, options);
    (void)source_->poll([](const feedhandlers::Packet&) {});  // arms
  }
  FeedPath(const FeedPath&) = delete;
  FeedPath& operator=(const FeedPath&) = delete;

  template <class OnPacket>
  std::size_t receive(OnPacket&& on_packet) noexcept {
    return source_->poll([&](const feedhandlers::Packet& packet) {
      work(packet);
      on_packet(packet.payload);
    });
  }
  [[nodiscard]] std::uint64_t kernel_drops() const noexcept {
    return source_->counters(feedhandlers::Line::a).kernel_drops;
  }
  /// As many as in the beginning, when nothing was lost.
  [[nodiscard]] std::uint64_t open_orders() const noexcept { return book_.open_orders(); }

 private:
  static constexpr std::uint64_t kSlots = 1 << 16;

  /// Adds and deletes go to a book, everything else nowhere.
  struct QuietBook {
    feedhandlers::OrderBook& book;
    explicit QuietBook(feedhandlers::OrderBook& of) : book(of) {}
    template <class M>
    void on(const M& m) noexcept {
      if constexpr (std::is_same_v<M, feedhandlers::itch50::AddOrder>)
        (void)book.add(m.order_ref(), {m.stock_locate().value}, m.side(), feedhandlers::itch50::to_price(m.price()),
                       m.shares());
      if constexpr (std::is_same_v<M, feedhandlers::itch50::OrderDelete>) (void)book.remove(m.order_ref());
    }
  };
  /// All fields of orders read and added up, so that nothing can be left out.
  struct FieldSum {
    std::uint64_t sum = 0;
    template <class M>
    void on(const M& m) noexcept {
      if constexpr (requires { m.order_ref(); }) sum += m.order_ref().value;
      if constexpr (requires { m.shares(); }) sum += m.shares().value;
      if constexpr (requires { m.price().raw; }) sum += m.price().raw;
      sum += m.timestamp().nanos;
    }
  };

  void work(const feedhandlers::Packet& packet) noexcept {
    if (depth_ == Depth::receive) return;
    reorder_.on_packet(packet,
                       [this](const feedhandlers::Packet& each, const feedhandlers::moldudp64::Datagram& datagram) {
                         switch (depth_) {
                           case Depth::publish:
                             return feed_.on_packet(each, datagram, platform::now_by(clock_) - each.ts_recv);
                           case Depth::book: return parse_into(quiet_book_, datagram);
                           default: return parse_into(sum_, datagram);
                         }
                       });
  }

  template <class Handler>
  static void parse_into(Handler& handler, const feedhandlers::moldudp64::Datagram& datagram) noexcept {
    feedhandlers::moldudp64::for_each_message(datagram, [&](std::uint64_t, std::span<const std::byte> message) {
      (void)feedhandlers::itch50::parse(message, handler);
    });
  }

  Depth depth_;
  std::size_t capacity_;
  platform::ClockParameters clock_ = platform::TscClock{}.parameters();
  ringbuf::PrivatePayload ring_;
  ringbuf::PrivatePayload image_;
  ringbuf::PrivatePayload newest_;
  ringbuf::PrivatePayload depth_table_;
  ringbuf::PrivatePayload instruments_;
  ringbuf::InstrumentDirectoryWriter directory_;
  feedhandlers::TickPublisher publisher_;
  feedhandlers::OrderBook book_;
  feedhandlers::sequencing::ReorderBuffer reorder_;
  feedhandlers::itch50::Itch50Feed feed_;
  QuietBook quiet_book_;
  FieldSum sum_;
  std::optional<feedhandlers::sources::UdpMulticastSource> source_;
};

}  // namespace tickplant::bench
