// Every record of the chosen instruments and types from some time on, of any length ago: out of the plant's journal,
// then live, without a gap that is not told and without a duplicate.
//
//   History history{plant, {.from = std::chrono::minutes(10), .symbols = {"AAPL"}}};
//   for (;;) history.poll([](const Record& record) { ... });       // returns at once; idle as you like
//
// The handler is called with each record. Those of one ring come in its order, ring after ring. If it has them, these
// are called too:
//   handler.on_lost(std::string_view ring, SequenceRange)    neither in the journal nor in the ring any more, wanted or
//                                                            not, exactly, at its place
//   handler.on_attached(std::string_view ring, Sequence next)  a ring of a rebuilt plant, or a new one, is followed
//
// The journal is a few milliseconds behind the ring. So a ring is read from memory as soon as it still has what comes
// next with room to spare, and out of the journal again whenever we were lapped: a reader that is too slow for the ring
// loses nothing that the journal has (ring_history.hpp says how). A daemon that is gone leaves what it left: the
// journal to its end, then what the ring has beyond.
//
// By sequence: from there on, of each ring; what is not kept any more is told as lost. By time: receive times
// (ts_recv). A time before all that is kept begins with the oldest record; nobody knows whether what was before it
// is of that time, so it is not told as lost. Records carry the instrument ids of now (journal_instruments.hpp).
//
// Threads: as Plant: one. Beside the journal poll() makes no system call while records come, takes no memory, no lock.
// DerivedHistory is the same of what was computed. Its records carry the function ids of now, too; what is of a
// function that is not computed any more is left out and counted.
//
// Not here: a journal without its plant (ringbuf/journal/journal_reader.hpp), the order over all
// rings (ringbuf/journal/journal_replay.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "clients/cpp/handler.hpp"
#include "clients/cpp/history_tables.hpp"
#include "clients/cpp/history_wish.hpp"
#include "clients/cpp/idle.hpp"
#include "clients/cpp/plant.hpp"
#include "clients/cpp/ring_history.hpp"
#include "clients/cpp/sleeper.hpp"

namespace tickplant::clients {

/// `Record`: ringbuf::Record, of ticks, or ringbuf::DerivedRecord, of results.
template <class Record>
class BasicHistory final : private HistorySource {
 public:
  using Tables = HistoryTables<Record>;
  using Wish = typename Tables::Wish;
  using RingOf = BasicRingHistory<Record>;

  /// `plant` outlives the history and stays where it is. Without a journal where it is looked for, the history is what
  /// the rings keep. Throws SetupError: a named journal that is not there, a ring that cannot be attached, a symbol
  /// that is not spelled like one.
  BasicHistory(Plant& plant, Wish wish);

  /// Hands over what there is: at most `limit` records of each ring are read. Returns how many were read, wanted or
  /// not: after 0 there is time to idle. Throws what the handler throws; the record at hand then counts as read. Throws
  /// SetupError: the journal can be read no more.
  template <class Handler>
  std::size_t poll(Handler&& handler, std::size_t limit = 256) {
    if constexpr (requires { &std::remove_reference_t<Handler>::on_lost; }) {
      static_assert(TakesLosses<std::remove_reference_t<Handler>>);
    }
    if constexpr (requires { &std::remove_reference_t<Handler>::on_attached; }) {
      static_assert(TakesAttachments<std::remove_reference_t<Handler>>);
    }
    const std::size_t count = read(handler, limit);
    if (count == 0 && look_timer_.is_due(steady_nanos)) [[unlikely]]
      look_around(handler, limit);
    return count;
  }

  /// As Subscriber::poll_or_idle().
  template <class Handler>
  std::size_t poll_or_idle(Handler&& handler, Idle& idle, std::size_t limit = 256) {
    return sleeper_.poll_or_idle(*plant_, rings_, idle, [&] { return poll(handler, limit); });
  }

  /// All rings are read from memory: what comes now is news, or what we are behind.
  [[nodiscard]] bool is_joined() const noexcept;
  /// HistoryWish::until is reached: in each ring by a record, or by a poll without one a second after that time.
  [[nodiscard]] bool is_done() const noexcept;
  /// Records that are nowhere any more, over all rings.
  [[nodiscard]] std::uint64_t lost_count() const noexcept;
  /// Records of instruments, or results of functions, that the plant has no id for: they were not handed over.
  [[nodiscard]] std::uint64_t unknown_count() const noexcept;
  /// How often a ring lapped us, so that it was read out of the journal for a while.
  [[nodiscard]] std::uint64_t lapped_count() const noexcept;
  /// Of results, for the records that are being handed over. References hold until the next poll.
  [[nodiscard]] const ringbuf::FunctionsReader& functions() const noexcept requires(!RingOf::kIsOfTicks) {
    return *tables_->names().functions;
  }
  /// The journal's folder; empty: there is none where it was looked for.
  [[nodiscard]] const std::filesystem::path& journal() const noexcept { return journal_; }
  /// Why a rebuilt plant or a new ring could not be attached when last tried; empty when all is well. It is tried
  /// again.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct FollowedRing {
    AttachedSegment segment;
    RingOf history;
  };

  template <class Handler>
  std::size_t read(Handler& handler, std::size_t limit) {
    std::size_t count = 0;
    for (FollowedRing& ring : rings_) count += ring.history.poll(handler, tables_->filter, *this, limit);
    last_count_ = count;
    return count;
  }

  template <class Handler>
  void look_around(Handler& handler, std::size_t limit) {
    if (!has_changed()) return;
    // What was replaced has no writer any more: a ring that reads empty now was read to its end.
    if (read(handler, limit) != 0) return look_timer_.hasten();
    for (const std::string& name : attach_anew()) {
      if constexpr (TakesAttachments<Handler>) handler.on_attached(std::string_view(name), find(name)->history.next());
    }
  }

  [[nodiscard]] NamesOfNow names() const override { return tables_->names(); }
  [[nodiscard]] bool is_live() const override;
  [[nodiscard]] bool journal_goes_on() const override;
  [[nodiscard]] std::int64_t now_nanos() const override { return steady_nanos(); }

  [[nodiscard]] bool has_changed() const noexcept;
  /// Turns to the files that have the names now. Returns the rings that are others than before; all as before when
  /// something could not be attached.
  std::vector<std::string> attach_anew();
  [[nodiscard]] std::vector<std::string> wanted_rings(const Tables& tables) const;
  [[nodiscard]] FollowedRing attach(const std::string& name) const;
  [[nodiscard]] FollowedRing* find(std::string_view name) noexcept;
  [[nodiscard]] RingHistoryRange range_of_wish() const;

  Plant* plant_;
  Wish wish_;
  std::filesystem::path journal_;
  RingHistoryRange range_;
  std::optional<Tables> tables_;
  std::vector<FollowedRing> rings_;
  LookTimer look_timer_;
  Sleeper sleeper_;
  std::uint64_t generation_ = 0;
  std::uint64_t catalog_version_ = 0;
  std::size_t last_count_ = 0;
  std::string problem_;
};

extern template class BasicHistory<ringbuf::Record>;
extern template class BasicHistory<ringbuf::DerivedRecord>;
/// Of ticks.
using History = BasicHistory<ringbuf::Record>;
/// Of what is computed: window rows, indicator values, signals, corrections.
using DerivedHistory = BasicHistory<ringbuf::DerivedRecord>;

}  // namespace tickplant::clients
