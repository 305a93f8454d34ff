// Hands packets from a feed's thread to the thread that writes them into a file, in a fixed ring of bytes.
//
//   PacketCapture capture = PacketCapture::over(bytes, ring_bytes);     // the feed:    capture.offer(packet);
//   CapturedPackets packets = CapturedPackets::over(bytes, ring_bytes); // the writer:  packets.next(...), release(...)
//
// The feed never waits: it copies the packet and moves the tail, or, when there is no room, counts the packet as not
// captured. Each record carries that count as it was, so the writer knows exactly how many are missing before it.
//
//   offset  bytes  field         written by    read by
//   0x00        8  tail          the feed      the writer: position behind the newest record
//   0x08        8  not_captured  the feed      anybody: packets refused so far
//   0x40        8  head          the writer    the feed: position of the oldest record it still needs
//   0x80        n  ring          the feed      the writer
//   0x80+n      s  slack         the feed      the writer: where the last record of a lap ends
//
// Positions only grow and are multiples of 16; position p lies at p mod n, n a power of two. A record starts inside the
// ring and lies in one piece: the last of a lap runs on into the slack, and the next one starts the next lap. Zeroed
// memory is an empty queue. A feed that dies leaves whole records only; its successor goes on behind them.
//
// Threads: PacketCapture: exactly one. CapturedPackets: exactly one. Neither waits, allocates or makes a system call.
// Not here: what becomes of the packets (packet_capture_file.hpp), a queue of equal elements (ringbuf/spsc_queue.hpp).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sources/pcapng_writer.hpp"
#include "platform/check.hpp"
#include "ringbuf/payload_view.hpp"

namespace tickplant::feedhandlers::sources {

struct PacketCaptureControl {
  alignas(64) std::atomic<std::uint64_t> tail;
  std::atomic<std::uint64_t> not_captured;
  alignas(64) std::atomic<std::uint64_t> head;
};
static_assert(sizeof(PacketCaptureControl) == 0x80 && offsetof(PacketCaptureControl, not_captured) == 0x08 &&
              offsetof(PacketCaptureControl, head) == 0x40 && std::is_standard_layout_v<PacketCaptureControl> &&
              std::atomic<std::uint64_t>::is_always_lock_free);

/// In front of each payload.
struct CaptureRecordHeader {
  std::int64_t ts_recv;
  std::uint64_t not_captured;  // packets refused before this one, since the queue was made
  std::uint32_t source_address;
  std::uint32_t destination_address;
  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint16_t payload_bytes;
  Line line;
  std::uint8_t reserved;
};
static_assert(sizeof(CaptureRecordHeader) == 32 && std::is_trivially_copyable_v<CaptureRecordHeader>);
static_assert(kMaxCapturedPayloadBytes <= UINT16_MAX);

inline constexpr std::uint64_t kCaptureRecordAlignment = 16;

[[nodiscard]] constexpr std::uint64_t capture_record_bytes(std::uint64_t payload_bytes) noexcept {
  return (sizeof(CaptureRecordHeader) + payload_bytes + kCaptureRecordAlignment - 1) / kCaptureRecordAlignment *
         kCaptureRecordAlignment;
}

/// How much memory a queue with a ring of `ring_bytes` takes.
[[nodiscard]] constexpr std::uint64_t capture_queue_bytes(std::uint64_t ring_bytes) noexcept {
  return sizeof(PacketCaptureControl) + ring_bytes + capture_record_bytes(kMaxCapturedPayloadBytes);
}

/// What a record of `record_bytes` at `position` takes of the ring: the slack costs nothing.
[[nodiscard]] constexpr std::uint64_t capture_ring_step(std::uint64_t position, std::uint64_t record_bytes,
                                                        std::uint64_t ring_bytes) noexcept {
  return std::min(record_bytes, ring_bytes - (position & (ring_bytes - 1)));
}

enum class OfferResult : std::uint8_t {
  captured,
  full,      /// no room: counted as not captured
  too_long,  /// above kMaxCapturedPayloadBytes, so not from IPv4: counted as not captured
};

class alignas(64) PacketCapture {
 public:
  /// Continues where the queue in `memory` stands. `ring_bytes` is a power of two.
  [[nodiscard]] static PacketCapture over(std::span<std::byte> memory, std::uint64_t ring_bytes) noexcept {
    return {memory, ring_bytes};
  }

  OfferResult offer(const Packet& packet) noexcept {
    const std::size_t payload_bytes = packet.payload.size();
    if (payload_bytes > kMaxCapturedPayloadBytes) [[unlikely]]
      return refuse(OfferResult::too_long);
    const std::uint64_t step = capture_ring_step(tail_, capture_record_bytes(payload_bytes), ring_bytes_);
    if (tail_ + step - head_ > ring_bytes_) [[unlikely]] {
      head_ = control_->head.load(std::memory_order_acquire);  // C4 <- C3
      if (tail_ + step - head_ > ring_bytes_) return refuse(OfferResult::full);
    }
    std::byte* const record = ring_ + (tail_ & (ring_bytes_ - 1));
    const CaptureRecordHeader header{.ts_recv = packet.ts_recv.value,
                                     .not_captured = not_captured_,
                                     .source_address = packet.source_address,
                                     .destination_address = packet.destination_address,
                                     .source_port = packet.source_port,
                                     .destination_port = packet.destination_port,
                                     .payload_bytes = static_cast<std::uint16_t>(payload_bytes),
                                     .line = packet.line,
                                     .reserved = 0};
    std::memcpy(record, &header, sizeof header);
    if (payload_bytes != 0) std::memcpy(record + sizeof header, packet.payload.data(), payload_bytes);
    tail_ += step;
    // C1 -> C2: whoever sees the new tail sees the record before it; otherwise the file could get the previous lap's.
    control_->tail.store(tail_, std::memory_order_release);
    return OfferResult::captured;
  }

  /// Packets refused since the queue was made.
  [[nodiscard]] std::uint64_t not_captured() const noexcept { return not_captured_; }

 private:
  PacketCapture(std::span<std::byte> memory, std::uint64_t ring_bytes) noexcept
      : control_(&ringbuf::object_at<PacketCaptureControl>(memory, 0)),
        ring_(memory.data() + sizeof(PacketCaptureControl)),
        ring_bytes_(ring_bytes),
        tail_(control_->tail.load(std::memory_order_relaxed)),
        head_(control_->head.load(std::memory_order_acquire)),  // C4 <- C3
        not_captured_(control_->not_captured.load(std::memory_order_relaxed)) {
    TP_CHECK(ring_bytes >= kCaptureRecordAlignment && (ring_bytes & (ring_bytes - 1)) == 0);
    TP_CHECK(memory.size() >= capture_queue_bytes(ring_bytes));
  }

  OfferResult refuse(OfferResult why) noexcept {
    // Relaxed: it publishes nothing. The writer takes the exact count from the records, or after the feed has ended.
    control_->not_captured.store(++not_captured_, std::memory_order_relaxed);
    return why;
  }

  PacketCaptureControl* control_;
  std::byte* ring_;
  std::uint64_t ring_bytes_;
  std::uint64_t tail_;  // ours
  std::uint64_t head_;  // the writer's, as last seen
  std::uint64_t not_captured_;
};

struct CapturedPacket {
  Packet packet;                   /// its payload is valid until released
  std::uint64_t not_captured = 0;  /// refused before this one, since the queue was made
  std::uint64_t end = 0;           /// where the next one is, for release()
};

class alignas(64) CapturedPackets {
 public:
  /// Continues where the queue in `memory` stands. `ring_bytes` is a power of two.
  [[nodiscard]] static CapturedPackets over(std::span<std::byte> memory, std::uint64_t ring_bytes) noexcept {
    return {memory, ring_bytes};
  }

  /// The next one not looked at yet, oldest first. False: there is none.
  [[nodiscard]] bool next(CapturedPacket& out) noexcept {
    if (position_ == tail_) {
      tail_ = control_->tail.load(std::memory_order_acquire);  // C2 <- C1
      if (position_ == tail_) return false;
    }
    const std::byte* const record = ring_ + (position_ & (ring_bytes_ - 1));
    CaptureRecordHeader header;
    std::memcpy(&header, record, sizeof header);
    out.packet = {.payload = {record + sizeof header, header.payload_bytes},
                  .ts_recv = {header.ts_recv},
                  .source_address = header.source_address,
                  .destination_address = header.destination_address,
                  .source_port = header.source_port,
                  .destination_port = header.destination_port,
                  .line = header.line};
    out.not_captured = header.not_captured;
    position_ += capture_ring_step(position_, capture_record_bytes(header.payload_bytes), ring_bytes_);
    out.end = position_;
    return true;
  }

  /// Gives back the room of all packets before `end`, and looks from there on: those behind it come again.
  void release(std::uint64_t end) noexcept {
    head_ = position_ = end;
    // C3 -> C4: whoever sees the new head may overwrite; our reads of those records are done.
    control_->head.store(head_, std::memory_order_release);
  }
  /// Looks again at everything that is not released.
  void rewind() noexcept { position_ = head_; }

  /// Packets refused since the queue was made: exact once the feed's thread has ended, else a moment old.
  [[nodiscard]] std::uint64_t not_captured() const noexcept {
    return control_->not_captured.load(std::memory_order_relaxed);
  }

 private:
  CapturedPackets(std::span<std::byte> memory, std::uint64_t ring_bytes) noexcept
      : control_(&ringbuf::object_at<PacketCaptureControl>(memory, 0)),
        ring_(memory.data() + sizeof(PacketCaptureControl)),
        ring_bytes_(ring_bytes),
        head_(control_->head.load(std::memory_order_relaxed)),
        tail_(control_->tail.load(std::memory_order_acquire)),  // C2 <- C1
        position_(head_) {
    TP_CHECK(ring_bytes >= kCaptureRecordAlignment && (ring_bytes & (ring_bytes - 1)) == 0);
    TP_CHECK(memory.size() >= capture_queue_bytes(ring_bytes));
  }

  PacketCaptureControl* control_;
  const std::byte* ring_;
  std::uint64_t ring_bytes_;
  std::uint64_t head_;      // ours: released
  std::uint64_t tail_;      // the feed's, as last seen
  std::uint64_t position_;  // ours: looked at
};

}  // namespace tickplant::feedhandlers::sources
