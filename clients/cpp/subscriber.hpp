// Every record of the chosen instruments and types, in order, without a gap that is not told.
//
//   Subscriber ticks{plant, {.symbols = {"AAPL"}, .types = {RecordType::quote, RecordType::trade}}};
//   for (;;) ticks.poll([](const Record& record) { ... });       // returns at once; idle as you like
//
// Joining late: with Join::image the first polls hand over the image of each chosen instrument, then every record that
// is not in it yet: image and stream together equal the full history. With Join::newest the stream starts now; with
// Join::oldest, with what the ring still holds.
//
// The handler is called with each record. If it has them, these are called too:
//   handler.on_image(InstrumentId, const ImageEntry&)    Join::image, and after a loss
//   handler.on_lost(ring_name, SequenceRange)            we were lapped: these ring sequences are gone, exactly
//   handler.on_attached(ring_name, Sequence first)       a rebuilt plant was attached; its stream starts at `first`
//
// Threads: as Plant: one. poll() makes no system call while records come; about ten times a second without any it looks
// whether the plant was rebuilt, and attaches again by itself.
// Not here: waiting (the caller's loop decides), records that the ring no longer holds (the journal).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/plant.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::clients {

/// A set of record types.
class RecordTypes {
 public:
  constexpr RecordTypes() noexcept = default;  // none
  constexpr RecordTypes(std::initializer_list<ringbuf::RecordType> types) noexcept {
    for (const ringbuf::RecordType type : types) bits_ |= bit(type);
  }
  [[nodiscard]] static constexpr RecordTypes all() noexcept {
    RecordTypes set;
    set.bits_ = ~std::uint32_t{0};
    return set;
  }
  [[nodiscard]] constexpr bool has(ringbuf::RecordType type) const noexcept { return (bits_ & bit(type)) != 0; }

 private:
  static constexpr std::uint32_t bit(ringbuf::RecordType type) noexcept {
    return std::uint32_t{1} << (static_cast<std::uint32_t>(type) & 31u);
  }
  std::uint32_t bits_ = 0;
};

enum class Join : std::uint8_t { image, newest, oldest };

struct Subscription {
  std::vector<std::string> rings = {};  // by name; empty: all rings of ticks
  std::vector<std::string> symbols =
      {};  // "AAPL@XNAS" or "AAPL" (at every venue); empty: all. Unknown ones are waited for
  RecordTypes types = RecordTypes::all();
  Join join = Join::newest;
  bool market_wide =
      true;  // records about no single instrument (gap, heartbeat, session, market status), as types allow
};

class Subscriber {
 public:
  /// `plant` outlives the subscriber. Throws SetupError: a ring or table that cannot be attached, a symbol that is not
  /// spelled like one.
  Subscriber(Plant& plant, Subscription subscription);
  Subscriber(Subscriber&&) noexcept;
  Subscriber& operator=(Subscriber&&) noexcept;
  ~Subscriber();

  /// Hands over what there is, at most `limit` records of each ring; images of a join do not count. Returns how many.
  template <class Handler>
  std::size_t poll(Handler&& handler, std::size_t limit = 256);

  /// Records that were overwritten before we read them, over all rings and attachments.
  [[nodiscard]] std::uint64_t lost_count() const noexcept;
  /// How many records the slowest ring is behind its writer, within BroadcastWriter::kPublishEvery.
  [[nodiscard]] std::uint64_t lag() const noexcept;
};

}  // namespace tickplant::clients
