// Every record of the chosen instruments and types, in order, without a gap that is not told.
//
//   Subscriber ticks{plant, {.symbols = {"AAPL"}, .types = {RecordType::quote, RecordType::trade}}};
//   for (;;) ticks.poll([](const Record& record) { ... });       // returns at once; idle as you like
//
// Joining late: with Join::image the first polls hand over the image of each chosen instrument, then every record that
// is not in it yet: image and stream together equal the full history (image_join.hpp says exactly how). With
// Join::newest the stream starts now; with Join::oldest, with what the ring still holds.
//
// The handler is called with each record. Those of one ring come in its order, ring after ring. If it has them, these
// are called too:
//   handler.on_image(InstrumentId, const ImageEntry&)         Join::image (it must have it then), and after a loss
//   handler.on_lost(std::string_view ring, SequenceRange)     we were lapped: these are gone, wanted or not, exactly
//   handler.on_attached(std::string_view ring, Sequence first)     a ring of a rebuilt plant, or a new one, is followed
//                                                             from its first record on
//
// Too slow: Subscription::on_overrun says what is done about it (subscription.hpp); changed_since() tells afterwards
// which instruments to look at again. With OnOverrun::conflate these take the place of on_image and on_lost:
//   handler.on_conflated(InstrumentId, const ImageEntry&, const Merged&)     it must have it: where the instrument is
//                                                             now, and how many updates, trades and how much volume
//                                                             that makes that were not told (conflation.hpp)
//   handler.on_merged(std::string_view ring, SequenceRange)   those were in the calls before. Records about no single
//                                                             instrument among them were not told
// Then the full stream goes on by itself. Only a ring that was lapped before it could be counted is told by on_lost.
//
// A daemon that is restarted, even after kill -9, takes its rings over in place: the records just go on. One that had
// to build a ring anew ends the old one: it is read to its end, then the new one is attached by itself. Its numbering
// goes on, so what was missed in between is known exactly: nothing, or what on_lost says behind on_attached; images, if
// asked for, are then handed over again. A first sequence below what was read already says that the plant had lost its
// state: a new numbering, followed from its beginning; nobody knows what was missed.
//
// Threads: as Plant: one. poll() makes no system call while records come, takes no memory and no lock. About ten times
// a second without any it looks whether the plant was rebuilt or has got new rings, and then attaches.
// Not here: records that the ring no longer holds (the journal).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "clients/cpp/attached_table.hpp"
#include "clients/cpp/idle.hpp"
#include "clients/cpp/look_timer.hpp"
#include "clients/cpp/plant.hpp"
#include "clients/cpp/record_filter.hpp"
#include "clients/cpp/ring_stream.hpp"
#include "clients/cpp/sleeper.hpp"
#include "clients/cpp/subscription.hpp"

namespace tickplant::clients {

class Subscriber {
 public:
  /// `plant` outlives the subscriber and stays where it is. Throws SetupError: a ring or table that cannot be attached,
  /// a symbol that is not spelled like one.
  Subscriber(Plant& plant, Subscription subscription);

  /// Hands over what there is: at most `limit` records of each ring are read, images not counted. Returns how many were
  /// read, wanted or not: after 0 there is time to idle. Throws what the handler throws; the record at hand then counts
  /// as read. Throws OverrunError where that was asked for; the next call goes on behind the loss.
  template <class Handler>
  std::size_t poll(Handler&& handler, std::size_t limit = 256) {
    check_signatures<std::remove_reference_t<Handler>>();
    bool is_idle = rings_.empty();
    const std::size_t count = read(handler, limit, is_idle);
    if (is_idle && look_timer_.is_due(steady_nanos)) [[unlikely]]
      look_around(handler, limit);
    return count;
  }

  /// As poll(); when nothing comes, idles once as `idle` says. Asleep, it is woken by news of any ring, by a signal, or
  /// after the time that `idle` has; no wake is missed (sleeper.hpp).
  template <class Handler>
  std::size_t poll_or_idle(Handler&& handler, Idle& idle, std::size_t limit = 256) {
    return sleeper_.poll_or_idle(*plant_, rings_, idle, [&] { return poll(handler, limit); });
  }

  /// Merges at the next poll what has not been read, and goes on from there: for who has something better to do than
  /// to catch up. Only with OnOverrun::conflate.
  void conflate() noexcept {
    for (FollowedRing& ring : rings_) ring.stream.conflate();
  }

  /// After a loss: calls `changed(InstrumentId, const NewestEntry&)` for each chosen instrument that `ring` has a
  /// record of from `since` (the first that was lost) on. Its image is to be read again; the entry has the counts of
  /// its whole life, so that differences to an earlier one say how much that was (all zero: it is being written at
  /// every look). Returns how far this is complete: call again later when what was lost lies beyond. Sequence 0: no
  /// such ring is followed. Throws SetupError when its newest table cannot be attached.
  template <class Changed>
  ringbuf::Sequence changed_since(std::string_view ring, ringbuf::Sequence since, Changed&& changed) {
    FollowedRing* const followed = find(ring);
    if (followed == nullptr) return {0};
    if (!followed->newest) followed->newest.emplace(*plant_, "newest.", followed->stream.name());
    const ringbuf::NewestReader newest(followed->newest->slots);
    const ringbuf::Sequence complete = followed->stream.ring().image_complete_through();  // R4 <- W4, before the scan
    newest.scan({since.value == 0 ? 0 : since.value - 1}, [&](ringbuf::InstrumentId id) {
      if (!directory_->filter.chooses(id)) return;
      ringbuf::NewestEntry entry;
      (void)newest.read(id, entry);
      changed(id, std::as_const(entry));
    });
    return complete;
  }

  /// Records that were overwritten before we read them, over all rings and attachments. Not those that were merged.
  [[nodiscard]] std::uint64_t lost_count() const noexcept;
  /// Updates that were told merged, over all chosen instruments, rings and attachments.
  [[nodiscard]] std::uint64_t merged_count() const noexcept;
  /// How many records the slowest ring is behind its writer, within BroadcastWriter::kPublishEvery.
  [[nodiscard]] std::uint64_t lag() const noexcept;
  /// Why a rebuilt plant or a new ring could not be attached when last tried; empty when all is well. It is tried
  /// again.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  /// A ring, its tables where they are needed, and how far we are.
  struct FollowedRing {
    AttachedSegment segment;
    std::optional<AttachedImage> image;
    std::optional<AttachedNewest> newest;
    RingStream stream;
  };
  struct Directory {
    Directory(const Plant& plant, const Subscription& subscription);
    AttachedSegment segment;
    RecordFilter filter;
  };

  template <class Handler>
  std::size_t read(Handler& handler, std::size_t limit, bool& is_idle) {
    std::size_t count = 0;
    for (FollowedRing& ring : rings_) {
      const std::size_t of_ring = ring.stream.poll(handler, directory_->filter, limit);
      is_idle |= of_ring == 0;
      count += of_ring;
    }
    return count;
  }

  /// A ring that was replaced has no writer any more: one that reads empty now was read to its end.
  template <class Handler>
  std::size_t read_replaced(Handler& handler, std::size_t limit) {
    std::size_t count = 0;
    for (FollowedRing& ring : rings_) {
      if (ring.segment.is_replaced()) count += ring.stream.poll(handler, directory_->filter, limit);
    }
    return count;
  }

  template <class Handler>
  void look_around(Handler& handler, std::size_t limit) {
    const Change change = look_for_change();
    if (change == Change::none) return;
    if (change == Change::replaced && read_replaced(handler, limit) != 0) return look_timer_.hasten();
    for (const std::string& name : attach_anew()) {
      const FollowedRing& ring = *find(name);
      if constexpr (TakesAttachments<Handler>) handler.on_attached(std::string_view(name), ring.stream.next());
    }
  }

  /// A callback whose parameters do not fit would never be called.
  template <class Handler>
  static constexpr void check_signatures() {
    if constexpr (requires { &Handler::on_image; }) static_assert(TakesImages<Handler>);
    if constexpr (requires { &Handler::on_lost; }) static_assert(TakesLosses<Handler>);
    if constexpr (requires { &Handler::on_attached; }) static_assert(TakesAttachments<Handler>);
    if constexpr (requires { &Handler::on_conflated; }) static_assert(TakesConflated<Handler>);
    if constexpr (requires { &Handler::on_merged; }) static_assert(TakesMergedRanges<Handler>);
  }

  enum class Change : std::uint8_t { none, grown, replaced };
  [[nodiscard]] Change look_for_change() noexcept;
  /// Turns to the files that have the names now. Returns the rings that are followed anew; all as before when something
  /// could not be attached.
  std::vector<std::string> attach_anew();
  [[nodiscard]] std::vector<std::string> wanted_rings() const;
  [[nodiscard]] FollowedRing attach(const std::string& name) const;
  void start(FollowedRing& ring) const;
  /// The same ring, attached once more: takes over where `before` was.
  void go_on(FollowedRing& ring, FollowedRing& before) const;
  /// Tables that are others than before, or beside a ring that is.
  void use_tables(FollowedRing& ring) const;
  [[nodiscard]] bool conflates() const noexcept { return subscription_.on_overrun == OnOverrun::conflate; }
  [[nodiscard]] FollowedRing* find(std::string_view name) noexcept;

  Plant* plant_;
  Subscription subscription_;
  std::optional<Directory> directory_;
  std::vector<FollowedRing> rings_;
  LookTimer look_timer_;
  std::uint64_t generation_ = 0;
  std::uint64_t catalog_version_ = 0;
  Sleeper sleeper_;
  std::uint64_t lost_before_ = 0;  // in rings that are no longer followed
  std::uint64_t merged_before_ = 0;
  std::string problem_;
};

}  // namespace tickplant::clients
