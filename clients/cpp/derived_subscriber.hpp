// Every result of the chosen instruments, types and functions, in order, without a gap that is not told.
//
//   DerivedSubscriber results{plant, {.symbols = {"AAPL"}, .types = {DerivedType::window_row}}};
//   for (;;) results.poll([&](const DerivedRecord& record) { use(record); });     named by results.functions()
//
// The handler is called with each record. Those of one ring come in its order, ring after ring; an instrument's are all
// in one ring, and header.cause_seq orders those of all rings. If it has them, these are called too:
//   handler.on_lost(std::string_view ring, SequenceRange)       we were lapped: these are gone, wanted or not, exactly
//   handler.on_attached(std::string_view ring, Sequence first)  a ring of a rebuilt plant, or of other results:
//                                                               functions() is the new table from here on
//
// A row comes again when it is revised: the record with the highest header.revision of the same function and window is
// what counts. A daemon that is restarted and computes the same takes its rings over in place: the records just go on.
//
// Threads: as Plant: one. poll() makes no system call while records come, takes no memory and no lock. About ten times
// a second without any it looks whether the rings were rebuilt, and then attaches them.
// Not here: the newest result alone (derived_view.hpp), results that the ring no longer holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "clients/cpp/derived_filter.hpp"
#include "clients/cpp/derived_subscription.hpp"
#include "clients/cpp/derived_view.hpp"
#include "clients/cpp/handler.hpp"
#include "clients/cpp/idle.hpp"
#include "clients/cpp/look_timer.hpp"
#include "clients/cpp/plant.hpp"
#include "clients/cpp/sleeper.hpp"
#include "clients/cpp/subscriber.hpp"
#include "ringbuf/broadcast_reader.hpp"

namespace tickplant::clients {

class DerivedSubscriber {
 public:
  /// `plant` outlives the subscriber and stays where it is. Throws SetupError: nothing is computed, a ring that cannot
  /// be attached, a symbol that is not spelled like one.
  DerivedSubscriber(Plant& plant, DerivedSubscription subscription);

  /// Hands over what there is: at most `limit` records of each ring are read. Returns how many were read, wanted or
  /// not: after 0 there is time to idle. Throws what the handler throws; the record at hand then counts as read.
  template <class Handler>
  std::size_t poll(Handler&& handler, std::size_t limit = 256) {
    check_signatures<std::remove_reference_t<Handler>>();
    std::size_t count = 0;
    for (Ring& ring : rings_) count += read(ring, handler, limit);
    if (count == 0 && look_timer_.is_due(steady_nanos)) [[unlikely]]
      look_around(handler, limit);
    return count;
  }

  /// As Subscriber::poll_or_idle().
  template <class Handler>
  std::size_t poll_or_idle(Handler&& handler, Idle& idle, std::size_t limit = 256) {
    return sleeper_.poll_or_idle(*plant_, rings_, idle, [&] { return poll(handler, limit); });
  }

  /// Of the records that are being handed over. References hold until the next poll.
  [[nodiscard]] const ringbuf::FunctionsReader& functions() const noexcept { return tables_->functions.functions; }
  /// Of how many shards: derived_ring_of() names an instrument's ring by it.
  [[nodiscard]] std::uint32_t shard_count() const noexcept { return tables_->shard_count; }
  /// Records that were overwritten before we read them, over all rings and attachments.
  [[nodiscard]] std::uint64_t lost_count() const noexcept { return lost_count_; }
  /// Why rebuilt rings could not be attached when last tried; empty when all is well. It is tried again.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Ring {
    std::string name;
    AttachedSegment segment;
    ringbuf::DerivedReader reader;
    std::uint64_t slot_count;
    ringbuf::SequenceRange missed{};  // between a ring and the one that was built anew; to be told
  };
  /// Mappings of our own: a ring is read to its end with the tables it was written with.
  struct Tables {
    Tables(const Plant& plant, const DerivedSubscription& subscription);
    AttachedFunctions functions;
    AttachedSegment directory;
    std::uint32_t shard_count;
    DerivedFilter filter;
  };

  template <class Handler>
  void tell_loss(Ring& ring, Handler& handler, ringbuf::SequenceRange lost) {
    lost_count_ += lost.count();
    if constexpr (TakesLosses<Handler>) handler.on_lost(std::string_view(ring.name), lost);
  }

  template <class Handler>
  std::size_t read(Ring& ring, Handler& handler, std::size_t limit) {
    if (ring.missed.last != 0) [[unlikely]]
      tell_loss(ring, handler, std::exchange(ring.missed, {}));
    ringbuf::DerivedRecord record;
    for (std::size_t count = 0; count < limit; ++count) {
      switch (ring.reader.poll(&record)) {
        case ringbuf::ReadStatus::record:
          if (tables_->filter.wants(record)) handler(std::as_const(record));
          break;
        case ringbuf::ReadStatus::empty: return count;
        case ringbuf::ReadStatus::overrun: tell_loss(ring, handler, ring.reader.lost()); return count + 1;
      }
    }
    return limit;
  }

  template <class Handler>
  void look_around(Handler& handler, std::size_t limit) {
    if (!is_replaced()) return;
    // What was replaced has no writer any more: a ring that reads empty now was read to its end.
    std::size_t count = 0;
    for (Ring& ring : rings_) count += ring.segment.is_replaced() ? read(ring, handler, limit) : 0;
    if (count != 0) return look_timer_.hasten();
    for (const std::string& name : attach_anew()) {
      if constexpr (TakesAttachments<Handler>) handler.on_attached(std::string_view(name), find(name)->reader.next());
    }
  }

  template <class Handler>
  static constexpr void check_signatures() {
    if constexpr (requires { &Handler::on_lost; }) static_assert(TakesLosses<Handler>);
    if constexpr (requires { &Handler::on_attached; }) static_assert(TakesAttachments<Handler>);
  }
  [[nodiscard]] bool is_replaced() const noexcept;
  /// Turns to the files that have the names now. Returns the rings that are followed anew; all as before when something
  /// could not be attached.
  std::vector<std::string> attach_anew();
  [[nodiscard]] std::vector<Ring> attach(const Tables& tables) const;
  void start(Ring& ring) const noexcept;
  static void follow_on(Ring& ring, const Ring* before) noexcept;
  [[nodiscard]] Ring* find(std::string_view name) noexcept;

  Plant* plant_;
  DerivedSubscription subscription_;
  std::optional<Tables> tables_;
  std::vector<Ring> rings_;
  LookTimer look_timer_;
  std::uint64_t generation_ = 0;
  std::uint64_t lost_count_ = 0;
  Sleeper sleeper_;
  std::string problem_;
};

}  // namespace tickplant::clients
