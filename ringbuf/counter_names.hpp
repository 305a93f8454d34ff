// Names of the counters that programs look up, not only people: written by the daemon, read by `tickplant status`,
// `top` and whoever watches a plant. Unit and meaning of each are in the table itself (counters.hpp);
// docs/operations.md says what to do about them.
//
// Owners: "feed.<name>" for a feed, "capture.<name>" for the copy of its packets, "thread.<name>" for a thread of
// stages, "analytics" and "sequencer", "recorder", "journal", "housekeeping", "waker"; "memory" for what was asked of
// the operating system at start. Threads: constants.
#pragma once

#include <cstdint>
#include <string_view>

namespace tickplant::ringbuf::counter {

inline constexpr std::string_view kFeedOwnerPrefix = "feed.";
inline constexpr std::string_view kThreadOwnerPrefix = "thread.";
inline constexpr std::string_view kCaptureOwnerPrefix = "capture.";
inline constexpr std::string_view kHousekeeping = "housekeeping";
inline constexpr std::string_view kWaker = "waker";
inline constexpr std::string_view kRecorder = "recorder";
inline constexpr std::string_view kJournal = "journal";
inline constexpr std::string_view kAnalytics = "analytics";  // of several shards: "analytics.0", ...
inline constexpr std::string_view kSequencer = "sequencer";
inline constexpr std::string_view kMemory = "memory";

// --- a feed ---
inline constexpr std::string_view kBegunAnew = "begun_anew";  // of a file
inline constexpr std::string_view kPackets = "packets";       // of both lines and recovered ones
inline constexpr std::string_view kPacketsLineA = "packets_line_a";
inline constexpr std::string_view kPacketsLineB = "packets_line_b";
inline constexpr std::string_view kPacketsRecovered = "packets_recovered";  // answers to re-requests
inline constexpr std::string_view kBytes = "bytes";
inline constexpr std::string_view kMessages = "messages";  // delivered, each once
inline constexpr std::string_view kRecords = "records";    // published into the ring
inline constexpr std::string_view kDuplicateMessages = "duplicate_messages";
inline constexpr std::string_view kComparedPackets = "compared_packets";    // with their copy on another line
inline constexpr std::string_view kDifferingPackets = "differing_packets";  // from that copy
inline constexpr std::string_view kHeldPackets = "held_packets";            // waited for an earlier one
inline constexpr std::string_view kRequests = "requests";                   // re-requests sent
inline constexpr std::string_view kGaps = "gaps";  // told in the stream: neither line, no answer
inline constexpr std::string_view kMissedMessages = "missed_messages";
inline constexpr std::string_view kDamagedPackets = "damaged_packets";
inline constexpr std::string_view kForeignPackets = "foreign_packets";
inline constexpr std::string_view kBadMessages = "bad_messages";  // unknown type or wrong length
inline constexpr std::string_view kUnknownOrders = "unknown_orders";
inline constexpr std::string_view kKernelDrops = "kernel_drops";  // datagrams the sockets had no room for
inline constexpr std::string_view kVenueHeartbeats = "venue_heartbeats";
inline constexpr std::string_view kSourceState = "source_state";      // level: SourceState
inline constexpr std::string_view kLastPacket = "last_packet";        // level: ns UTC, 0 = none yet
inline constexpr std::string_view kNextSequence = "next_sequence";    // level: of the venue's session
inline constexpr std::string_view kTradingOpens = "trading_opens";    // level: minutes after midnight at the venue
inline constexpr std::string_view kTradingCloses = "trading_closes";  // level: the same, at most 24:00

inline constexpr std::string_view kCardStamps = "card_stamps";  // packets whose receive time is the card's own
inline constexpr std::string_view kSnapshotAttempts = "snapshot_attempts";  // to fetch one
inline constexpr std::string_view kSnapshotFailures = "snapshot_failures";  // of them: no snapshot, or void
inline constexpr std::string_view kSnapshots = "snapshots";                 // told, or compared with
inline constexpr std::string_view kRebuiltBooks = "rebuilt_books";          // put right from a snapshot
inline constexpr std::string_view kDifferingBooks = "differing_books";      // that a comparison found wrong
inline constexpr std::string_view kBooksInDoubt = "books_in_doubt";         // level: 0 none, 1 single ones, 2 all
inline constexpr std::string_view kReconnects = "reconnects";               // after a connection that was lost

// --- a feed with a server: SoupBinTCP, or GLIMPSE for snapshots ---
inline constexpr std::string_view kServerState = "server_state";    // level: ServerState
inline constexpr std::string_view kServerSince = "server_since";    // level: ns UTC, of that state
inline constexpr std::string_view kServerReason = "server_reason";  // level: ServerReason, of the newest failure
inline constexpr std::string_view kServerDetail = "server_detail";  // level: errno, or the letter of a rejected login

// --- a capture; kPackets, kBytes and kErrorNumber, too ---
inline constexpr std::string_view kNotCaptured = "not_captured";
inline constexpr std::string_view kFiles = "files";
inline constexpr std::string_view kErrors = "errors";

// --- the journal; kRecords, kBytes, kLostRecords, kGaps, kErrors and kErrorNumber, too ---
inline constexpr std::string_view kJournalState = "state";  // level: JournalState
inline constexpr std::string_view kBlocks = "blocks";
inline constexpr std::string_view kWrittenBytes = "written_bytes";  // all that was written twice included
inline constexpr std::string_view kSyncs = "syncs";
inline constexpr std::string_view kShortWrites = "short_writes";
inline constexpr std::string_view kSegmentWaits = "segment_waits";  // for a file that was not ready
inline constexpr std::string_view kSegment = "segment";             // level: number of the file that is written
inline constexpr std::string_view kNewestBlock = "newest_block";    // level
inline constexpr std::string_view kDurableBlock = "durable_block";  // level: on disk for certain
inline constexpr std::string_view kDegradations = "degradations";   // times that it was degraded
inline constexpr std::string_view kLastError = "last_error";        // level: errno of the newest time, 0 = none
inline constexpr std::string_view kCompressedSegments = "compressed_segments";
inline constexpr std::string_view kSavedBytes = "saved_bytes";            // by compressing
inline constexpr std::string_view kDroppedSegments = "dropped_segments";  // lost their ticks, or went
inline constexpr std::string_view kRetentionErrors = "retention_errors";  // old segments that stayed as they were
inline constexpr std::string_view kBehind = "behind";  // level: ns that the oldest block not safe waits

// --- a thread ---
inline constexpr std::string_view kCycles = "cycles";
inline constexpr std::string_view kBusyCycles = "busy_cycles";
inline constexpr std::string_view kBusyTime = "busy_time";  // ns in turns that found work
inline constexpr std::string_view kParks = "parks";
inline constexpr std::string_view kLongestCycle = "longest_cycle";  // level: ns, since start
inline constexpr std::string_view kCore = "core";                   // level: cpu + 1, 0 = not pinned
inline constexpr std::string_view kIdle = "idle";                   // level: config::IdleStrategy

// --- housekeeping ---
inline constexpr std::string_view kBeats = "beats";
inline constexpr std::string_view kReadyAt = "ready_at";        // level: ns UTC
inline constexpr std::string_view kClockError = "clock_error";  // level: ns
inline constexpr std::string_view kClockSteps = "clock_steps";
inline constexpr std::string_view kStalledThreads = "stalled_threads";  // level: no cycle between two beats

inline constexpr std::string_view kLeaseFailures = "lease_failures";   // writes of the file of sequence numbers
inline constexpr std::string_view kNumbersAtRisk = "numbers_at_risk";  // level: 1 = that file is not as it should be
inline constexpr std::string_view kReloads = "reloads";                // of the analytics file
inline constexpr std::string_view kReloadsRefused = "reloads_refused";
inline constexpr std::string_view kOwnUidClients = "own_uid_clients";  // level: processes

// --- the waker ---
inline constexpr std::string_view kWakes = "wakes";
inline constexpr std::string_view kIsAwake = "is_awake";  // level: 1 = some reader may sleep

// --- the recorder; kRecords and kGaps, too ---
inline constexpr std::string_view kLostRecords = "lost_records";  // overwritten before they were copied
inline constexpr std::string_view kErrorNumber = "error";         // level: errno of the disk, 0 = none

// --- control, the clients at the socket ---
inline constexpr std::string_view kControl = "control";
inline constexpr std::string_view kClients = "clients";
inline constexpr std::string_view kAccepted = "accepted";
inline constexpr std::string_view kRefused = "refused";
inline constexpr std::string_view kCalls = "calls";
inline constexpr std::string_view kChanges = "changes";
inline constexpr std::string_view kAudited = "audited";
inline constexpr std::string_view kNotAudited = "not_audited";
inline constexpr std::string_view kStreams = "streams";

// --- checkpoints; kErrors and kBytes (level: size of the newest), too ---
inline constexpr std::string_view kCheckpoints = "checkpoints";
inline constexpr std::string_view kMade = "made";
inline constexpr std::string_view kNewest = "newest";  // level: input up to which it goes
inline constexpr std::string_view kStateSnapshots = "state_snapshots";
inline constexpr std::string_view kSnapshotStall = "snapshot_stall";          // level: ns
inline constexpr std::string_view kDeterminismAlarms = "determinism_alarms";  // computed again, a result differed

// --- analytics, each shard; kRecords and kLostRecords, too ---
inline constexpr std::string_view kDerivedRecords = "derived_records";
inline constexpr std::string_view kRows = "rows";
inline constexpr std::string_view kIndicatorRecords = "indicator_records";
inline constexpr std::string_view kSignals = "signals";
inline constexpr std::string_view kCorrections = "corrections";
inline constexpr std::string_view kAlerts = "alerts";             // also the owner of those below
inline constexpr std::string_view kInstruments = "instruments";   // level: with results
inline constexpr std::string_view kLateTrades = "late_trades";    // behind the watermark
inline constexpr std::string_view kDroppedLate = "dropped_late";  // (trade, window): too late for it
inline constexpr std::string_view kQuarantined = "quarantined";   // from the future
inline constexpr std::string_view kOffUnit = "off_unit";          // no multiple of the price unit
inline constexpr std::string_view kQuotesDropped = "quotes_dropped";
inline constexpr std::string_view kNbboRefused = "nbbo_refused";
inline constexpr std::string_view kUnknownInstruments = "unknown_instruments";
inline constexpr std::string_view kStateHash = "state_hash";      // level: of all results since start
inline constexpr std::string_view kNewestEvent = "newest_event";  // level: ns UTC, 0 = none yet
inline constexpr std::string_view kIsSweeping = "is_sweeping";    // level: 1 = windows have yet to be written
inline constexpr std::string_view kLag = "lag";                   // level: records, of a shard runs, not yet taken

// --- the stage of alerts; kLostRecords and kLag (level: results), too ---
inline constexpr std::string_view kTaken = "taken";  // results looked through
inline constexpr std::string_view kPublished = "published";

// --- the sequencer, also where it shares the thread of the one shard ---
inline constexpr std::string_view kOrdered = "ordered";  // level: place of the newest record
inline constexpr std::string_view kPauses = "pauses";

// --- memory: levels, values of MemoryOutcome ---
inline constexpr std::string_view kMemoryLock = "lock";
inline constexpr std::string_view kPagesPrefix = "pages.";  // "pages.<ring>"
inline constexpr std::string_view kNodePrefix = "node.";    // "node.<ring>": the NUMA node of its writer

/// What came of a wish for memory. A refused one is never fatal; the daemon's log has the details.
enum class MemoryOutcome : std::uint64_t {
  not_wished = 0,
  granted = 1,
  reserved_pages = 2,     // a ring: on huge pages that were reserved (hugetlbfs)
  transparent_pages = 3,  // a ring: on transparent huge pages
  not_mounted_huge = 4,   // refused: none reserved, and its tmpfs is mounted without huge=
  none_free = 5,          // refused: its tmpfs may, but the kernel found no memory in one piece
  limit_too_low = 6,      // refused: of locked memory
  not_permitted = 7,      // refused: a capability is missing
  no_such_node = 8,       // refused: no memory on that node
  failed = 9,             // refused: something else
};

/// What the journal is doing: the value of kJournalState.
enum class JournalState : std::uint64_t {
  preparing = 0,  // the first file is being made
  writing = 1,
  degraded = 2,  // full, failing or no answer: nobody waits for it; kErrorNumber says why
  closed = 3,    // in order, all of it on disk
};

/// What a feed's source is doing: the value of kSourceState.
enum class SourceState : std::uint64_t {
  waiting = 0,  // nothing has come yet
  live = 1,     // the last packet came less than a second ago
  silent = 2,   // longer ago
  ended = 3,    // a file: read to its end; a venue: end of session
  failed = 4,   // a file: unreadable from here on; the log says why
  stopped = 5,  // by an admin: it holds no socket and publishes nothing
};

/// The value of kServerState.
enum class ServerState : std::uint64_t {
  idle = 0,   // not asked yet, or left by us
  up = 1,     // logged in; GLIMPSE: the newest snapshot came whole
  down = 2,   // it failed, and is asked again
  ended = 3,  // it said the end of the session
};

/// Why a server failed: the value of kServerReason. feedhandlers/sources/server_reason.hpp has the words.
enum class ServerReason : std::uint64_t {
  none = 0,
  no_socket = 11,  // no connection, or a broken one
  refused = 12,
  unreachable = 13,
  connect_timeout = 14,
  closed_by_peer = 15,
  reset = 16,
  lost = 17,
  output_full = 18,
  connection_failed = 19,
  wrong_packet = 21,  // connected, but it makes no sense, or says nothing
  impossible_length = 22,
  bad_login = 23,
  wrong_session = 24,
  silent = 25,
  late_login = 26,
  not_authorised = 31,  // a rejected login
  no_such_session = 32,
  login_rejected = 33,
  not_from_start = 41,  // a snapshot
  bad_marker = 42,
  cut_off = 43,
  too_slow = 44,
  other_session = 45,
};

}  // namespace tickplant::ringbuf::counter
