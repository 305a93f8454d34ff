// Books from a snapshot while live data goes on: after messages were lost for good, after a start in mid-day, or only
// to compare.
//
//   live    ---- begin ---------------------------------------------------------------------> published as ever
//                  +- kept: messages about orders .................+
//   snapshot           R H Y .. A A A A ... end(live_from)          | from live_from on
//                                  +-> a book of our own, the shadow -> catches up, then follows
//                                                                      | whenever it stands where the stream stands:
//                                                                      v instrument by instrument
//                                             the live book is made equal, and told to readers as a whole
//
// The shadow never replaces the live book in one go: it follows the stream beside it, so an instrument is put right and
// told within one call, and those whose turn has not come stay as they are, doubtful. Whatever goes wrong before that
// ends the attempt and nothing else.
//
// Messages lost again while the snapshot is on its way do no harm if the snapshot knows of them: keeping starts anew
// behind them. Lost ones that the shadow needs make the attempt void.
//
// Threads: the feed's own. All memory is taken at construction; nothing allocates, locks, logs or throws.
// Not here: fetching the snapshot (the stage), publishing (normaliser.hpp), which packets are in order
// (itch50_feed.hpp).
#pragma once

#include <optional>
#include <vector>

#include "feedhandlers/book/queue_book.hpp"
#include "feedhandlers/itch50/kept_messages.hpp"
#include "feedhandlers/sequencing/sequence_range.hpp"
#include "feedhandlers/sequencing/session_id.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::feedhandlers::itch50 {

enum class RecoveryPurpose : std::uint8_t {
  rebuild,  /// every book is doubtful: all are told anew, with all statuses
  compare,  /// a second copy: only books that are doubtful, or differ, are put right and told
};

enum class RecoveryState : std::uint8_t {
  idle,
  fetching,     /// begin() was called: live messages are kept, the snapshot comes
  catching_up,  /// the snapshot is whole, the shadow is behind the stream, or ahead of it
  telling,      /// the shadow follows the stream; instrument by instrument is told
};

/// How the newest attempt ended.
enum class RecoveryOutcome : std::uint8_t {
  none,           // none did yet
  complete,       // every instrument was looked at
  kept_too_late,  // messages from live_from on were not kept
  no_room,        // more live messages came than there is room for
  lost_messages,  // messages that the shadow needs were lost
  new_session,    // another session, or packets without numbers
  abandoned,      // the caller gave up: no snapshot
  other_session,  // the snapshot is of another session than the lines
};
inline constexpr std::size_t kRecoveryOutcomes = 8;

struct RecoveryOptions {
  std::size_t kept_messages_max = std::size_t{1} << 20;  // 56 bytes each
  std::size_t messages_per_step = 4096;                  // kept messages that one step() applies
  std::size_t records_per_step = 1024;  // that one step() tells; the instrument it is at is always brought to its end
};

struct RecoveryCounters {
  std::uint64_t attempts = 0;
  std::array<std::uint64_t, kRecoveryOutcomes> outcomes{};  // by RecoveryOutcome
  std::uint64_t snapshot_messages = 0;
  std::uint64_t snapshot_orders = 0;        // of those, open orders
  std::uint64_t snapshot_unexpected = 0;    // of types that a snapshot does not have, or came without a begin
  std::uint64_t snapshot_malformed = 0;     // unknown type, wrong size
  std::uint64_t kept_messages = 0;          // about orders
  std::uint64_t applied_messages = 0;       // of those, to the shadow
  std::uint64_t unsound_instruments = 0;    // snapshot and live messages do not fit together: stays doubtful
  std::uint64_t told_instruments = 0;       // books told as a whole
  std::uint64_t told_orders = 0;            // open orders in them
  std::uint64_t equal_instruments = 0;      // compared, equal, not doubtful: left alone
  std::uint64_t differing_instruments = 0;  // compared, not doubtful until then, different

  [[nodiscard]] std::uint64_t count(RecoveryOutcome outcome) const noexcept {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
};

class BookRecovery {
 public:
  /// Where the stream stands: what comes next.
  struct Position {
    sequencing::SessionId session;
    std::uint64_t next = 0;
  };

  /// `book`: that of the feed's own book; as much memory again. Throws SetupError.
  BookRecovery(const RecoveryOptions& options, const OrderBookConfig& book);

  /// Live messages are kept from here on. `at`: nothing where the feed has not heard any yet. An attempt that is under
  /// way is abandoned.
  void begin(RecoveryPurpose purpose, const std::optional<Position>& at) noexcept;
  void abandon(RecoveryOutcome why) noexcept;

  // --- the live stream, after the live book has seen it ---

  /// Whether the live stream has to be handed over.
  [[nodiscard]] bool is_following() const noexcept { return state_ != RecoveryState::idle; }
  /// A packet, messages or not, of which `range` was delivered. Says whether they are to be handed to on_live().
  [[nodiscard]] bool on_packet(const sequencing::SessionId& session, sequencing::SequenceRange range) noexcept;
  /// The next message in order. `instrument`: of its stock locate.
  void on_live(std::uint64_t sequence, ringbuf::InstrumentId instrument, std::span<const std::byte> message) noexcept;
  /// These were lost, and the stream goes on behind them.
  void on_gap(const sequencing::SessionId& session, sequencing::SequenceRange lost) noexcept;

  // --- the snapshot ---

  /// The snapshot to come names its session; blank, or never called: it does not say. False: the lines are in another
  /// one. Where they have said nothing yet, that shows when they do.
  [[nodiscard]] bool on_snapshot_session(const sequencing::SessionId& session) noexcept;
  void on_snapshot_order(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side,
                         ringbuf::Price price, ringbuf::Size size) noexcept;
  /// Whether a status in the snapshot is news. What was heard live in the meantime is newer.
  [[nodiscard]] bool is_news(ringbuf::InstrumentId instrument, ringbuf::StatusKind kind) const noexcept;
  /// The snapshot is whole; it knows nothing of live messages from `live_from` on.
  void on_snapshot_end(std::uint64_t live_from) noexcept;
  [[nodiscard]] RecoveryCounters& snapshot_counters() noexcept { return counters_; }

  // --- catching up ---

  /// Applies kept messages, a bounded number. True when the shadow stands where the stream stands.
  bool catch_up() noexcept;

  /// Goes on telling after catch_up() gave true, until enough was told. `instruments`: all of the feed. Calls
  /// `look(instrument, shadow, is_sound)`, which returns how many records it has published. Returns whether something
  /// is left.
  template <class Look>
  bool tell(std::span<const ringbuf::InstrumentId> instruments, Look&& look) noexcept {
    if (state_ == RecoveryState::catching_up) begin_telling(instruments.size());
    std::size_t work = 0;
    while (next_told_ < told_end_ && work < options_.records_per_step) {
      const ringbuf::InstrumentId id = instruments[next_told_++];
      // Who looks without telling works as well.
      work += 1 + shadow_.book().open_orders(id) / kOrdersComparedPerRecord + look(id, shadow_, !is_unsound_[id.value]);
    }
    if (next_told_ < told_end_) return true;
    finish(RecoveryOutcome::complete);
    return false;
  }

  [[nodiscard]] RecoveryState state() const noexcept { return state_; }
  [[nodiscard]] RecoveryPurpose purpose() const noexcept { return purpose_; }
  [[nodiscard]] RecoveryOutcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] const RecoveryCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t kept_messages() const noexcept { return kept_.size(); }
  [[nodiscard]] std::size_t instrument_count() const noexcept { return shadow_.book().instrument_count(); }
  /// The session that is followed and the snapshot's end; messages of it before that are in the snapshot.
  [[nodiscard]] const Position& snapshot() const noexcept { return snapshot_; }

 private:
  friend class KeptMessageHandler;
  static constexpr std::size_t kOrdersComparedPerRecord = 4;

  void finish(RecoveryOutcome outcome) noexcept;
  [[nodiscard]] bool is_of_another_session() const noexcept;
  void begin_telling(std::size_t instrument_count) noexcept;
  void forget_what_was_heard() noexcept;
  void apply(const KeptMessage& kept) noexcept;
  /// Counts an instrument whose shadow does not fit together.
  void check(BookOutcome outcome, ringbuf::InstrumentId instrument) noexcept;

  RecoveryOptions options_;
  QueueBook shadow_;
  KeptMessages kept_;
  RecoveryState state_ = RecoveryState::idle;
  RecoveryPurpose purpose_ = RecoveryPurpose::rebuild;
  RecoveryOutcome outcome_ = RecoveryOutcome::none;
  bool has_position_ = false;
  Position live_;                // what comes next on the lines
  std::uint64_t kept_from_ = 0;  // all of the stream from here on was kept
  Position snapshot_;            // its `next`: live_from
  sequencing::SessionId named_;  // session of the snapshot, in its server's words
  std::size_t next_told_ = 0;    // index into the instruments
  std::size_t told_end_ = 0;     // those known when the telling began; whoever came later began with an empty book
  std::vector<std::uint8_t> is_unsound_;   // by instrument
  std::vector<std::uint16_t> heard_live_;  // by instrument: kinds of status, one bit each
  RecoveryCounters counters_;
};

}  // namespace tickplant::feedhandlers::itch50
