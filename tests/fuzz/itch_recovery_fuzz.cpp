// Any bytes as live packets, snapshot messages and steps of book recovery, in any order.
//
// It must end, stay inside its memory, leave no event open in the ring, and hold no more orders than messages came.
//
// Each piece of the input: one byte that says what it is, one byte of length, so many bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/check.hpp"
#include "tests/support/itch_published.hpp"
#include "tests/support/itch_wire.hpp"
#include "tests/support/mold_writer.hpp"

namespace {

namespace itch = tickplant::tests::itch;
namespace itch50 = tickplant::feedhandlers::itch50;
namespace tests = tickplant::tests;

constexpr tickplant::feedhandlers::OrderBookConfig kBook{.instrument_count = itch::FeedInMemory::kInstruments + 1,
                                                         .order_capacity = 64,
                                                         .level_capacity = 256,
                                                         .max_levels_per_side = 16};

class Play {
 public:
  Play(tickplant::feedhandlers::OrderBook& book, itch50::BookRecovery& recovery) : plant_(book), recovery_(recovery) {
    plant_.feed.set_recovery(&recovery);
    plant_.feed.begin_day({.midnight = {1'548'824'400'000'000'000}, .date = 20190130});
  }
  ~Play() { recovery_.abandon(itch50::RecoveryOutcome::abandoned); }

  void act(std::uint8_t what, std::span<const std::byte> bytes) {
    now_ = now_ + 1'000;
    const tests::Bytes message = tests::to_bytes(bytes);
    switch (what % 8) {
      case 0:
      case 1:
      case 2: receive(tests::mold_packet("S", next_++, {message})); break;
      case 3: receive(tests::mold_packet("S", next_ += 1 + bytes.size() % 3, {message})), ++next_; break;
      case 4: plant_.feed.on_snapshot_message(bytes, now_); break;
      case 5:
        plant_.feed.begin_recovery(what < 128 ? itch50::RecoveryPurpose::rebuild : itch50::RecoveryPurpose::compare);
        break;
      case 6: plant_.feed.on_snapshot_end(next_ - bytes.size() % 4); break;
      default: (void)plant_.feed.recovery_step(now_);
    }
    for (const auto& record : published_.take()) {
      TP_CHECK(record.header.instrument.value <= itch::FeedInMemory::kInstruments);
      event_is_open_ = !has(record.header.flags, tickplant::ringbuf::RecordFlags::end_of_event);
    }
    TP_CHECK(!event_is_open_);
    TP_CHECK(plant_.book.open_orders() <= kBook.order_capacity);
    TP_CHECK(recovery_.kept_messages() <= 16);
  }

 private:
  void receive(const tests::Bytes& packet) {
    plant_.feed.on_packet({.payload = tests::as_span(packet), .ts_recv = now_}, 0);
  }

  itch::FeedInMemory plant_;
  itch::Published published_{plant_};
  itch50::BookRecovery& recovery_;
  tickplant::platform::UnixNanos now_{1'548'860'000'000'000'000};
  std::uint64_t next_ = 1;
  bool event_is_open_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static tickplant::feedhandlers::OrderBook book{kBook};
  static itch50::BookRecovery recovery{{.kept_messages_max = 16, .messages_per_step = 3, .records_per_step = 5}, kBook};
  Play play{book, recovery};
  std::span<const std::byte> rest = std::as_bytes(std::span{data, size});
  for (int piece = 0; piece < 200 && rest.size() >= 2; ++piece) {
    const auto what = std::to_integer<std::uint8_t>(rest[0]);
    const std::size_t length = std::min<std::size_t>(std::to_integer<std::size_t>(rest[1]) % 64, rest.size() - 2);
    play.act(what, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  return 0;
}
