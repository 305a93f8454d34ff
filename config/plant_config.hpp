// What a plant is told: plain structs, one per section of the YAML file. The initialisers are the defaults.
//
// Threads: values, copied freely. A loaded config does not change; whoever wants another one loads another one.
// Not here: names, ranges and explanations of the keys (schema.cpp), rules across keys (validate_config.hpp).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/calendar_date.hpp"

namespace tickplant::config {

// Each choice is an enum and, below it, the words for it in YAML, in the same order.

enum class SlotKind : std::uint8_t { tick, derived, sequencer };
constexpr std::array<std::string_view, 3> choice_words(SlotKind) { return {"tick", "derived", "sequencer"}; }

enum class HugePages : std::uint8_t { never, prefer, require };
constexpr std::array<std::string_view, 3> choice_words(HugePages) { return {"never", "prefer", "require"}; }

enum class Protocol : std::uint8_t { itch50, iex, mdp3, dbn, journal };
constexpr std::array<std::string_view, 5> choice_words(Protocol) { return {"itch50", "iex", "mdp3", "dbn", "journal"}; }

enum class SourceKind : std::uint8_t { pcap, day_file, dbn_file, journal, udp_multicast, soupbintcp };
constexpr std::array<std::string_view, 6> choice_words(SourceKind) {
  return {"pcap", "day_file", "dbn_file", "journal", "udp_multicast", "soupbintcp"};
}
[[nodiscard]] constexpr bool is_live(SourceKind kind) noexcept {
  return kind == SourceKind::udp_multicast || kind == SourceKind::soupbintcp;
}

enum class CaptureSync : std::uint8_t { never, when_finished, periodically };
constexpr std::array<std::string_view, 3> choice_words(CaptureSync) {
  return {"never", "when_finished", "periodically"};
}

enum class ReceiveMethod : std::uint8_t { automatic, io_uring, recvmmsg };
constexpr std::array<std::string_view, 3> choice_words(ReceiveMethod) { return {"auto", "io_uring", "recvmmsg"}; }

/// What a file is read from behind a restart of the plant.
enum class FileRestart : std::uint8_t { resume, beginning };
constexpr std::array<std::string_view, 2> choice_words(FileRestart) { return {"resume", "beginning"}; }

enum class Form : std::uint8_t { orders, trades, quotes, levels, depth };
constexpr std::array<std::string_view, 5> choice_words(Form) {
  return {"orders", "trades", "quotes", "levels", "depth"};
}

enum class IdleStrategy : std::uint8_t { spin, pause, yield, park };
constexpr std::array<std::string_view, 4> choice_words(IdleStrategy) { return {"spin", "pause", "yield", "park"}; }

enum class JournalSync : std::uint8_t { none, interval, block };
constexpr std::array<std::string_view, 3> choice_words(JournalSync) { return {"none", "interval", "block"}; }

enum class ControlSocketChoice : std::uint8_t { automatic, none };
constexpr std::array<std::string_view, 2> choice_words(ControlSocketChoice) { return {"auto", "none"}; }

enum class LogLevel : std::uint8_t { debug, info, warn, error };
constexpr std::array<std::string_view, 4> choice_words(LogLevel) { return {"debug", "info", "warn", "error"}; }

enum class LogTarget : std::uint8_t { standard_error, journald };
constexpr std::array<std::string_view, 2> choice_words(LogTarget) { return {"stderr", "journald"}; }

struct PlantSection {
  std::string name = {};                // required
  std::string runtime_folder = "auto";  // absolute, or "auto": chosen by the plant's name
  std::string readers_group = {};       // empty: the daemon's own group
  std::uint32_t file_mode = 0640;
  std::string time_zone = "America/New_York";  // of feeds that name none
  std::int64_t heartbeat_interval_ns = 100'000'000;
  std::int64_t wake_interval_ns = 100'000;  // 0: sleeping readers are not woken
  std::string state_folder = "auto";        // absolute, or "auto": chosen by the plant's name
};

struct InstrumentsSection {
  std::uint64_t capacity = 16'384;
};

struct TextSection {
  std::uint64_t size_bytes = 1u << 20;
};

struct MemorySection {
  HugePages huge_pages = HugePages::never;
  std::string hugetlbfs_path = "/dev/hugepages";
  bool numa_bind = true;
  bool lock = false;
};

struct RingConfig {
  std::string name = {};  // the key under `rings`
  SlotKind kind = SlotKind::tick;
  std::uint64_t slot_count = 1u << 20;
};

/// One of the redundant copies of a channel. Absent while it has no group.
struct LineConfig {
  std::string group = {};  // IPv4, dotted
  std::uint16_t port = 0;
  std::string interface = "auto";  // name or IPv4 address; "auto": the kernel's route decides

  [[nodiscard]] bool present() const noexcept { return !group.empty(); }
};

/// The server that sends lost messages again. Absent while it has no address.
struct RerequestConfig {
  std::string address = {};  // IPv4, dotted
  std::uint16_t port = 0;

  [[nodiscard]] bool present() const noexcept { return !address.empty(); }
};

/// A SoupBinTCP server. Absent while it has no host.
struct ServerConfig {
  std::string host = {};  // IPv4 or a name
  std::uint16_t port = 0;
  std::string username = {};       // at most 6 characters
  std::string password_file = {};  // its first line; empty: no password
  std::string session = {};        // empty: the current one

  [[nodiscard]] bool present() const noexcept { return !host.empty(); }
};

/// Where a copy of all packets goes, as they came. Absent while it has no folder.
struct CaptureConfig {
  std::string folder = {};  // absolute
  std::uint64_t rotate_bytes = std::uint64_t{1} << 30;
  std::uint64_t queue_bytes = std::uint64_t{16} << 20;
  CaptureSync sync = CaptureSync::when_finished;

  [[nodiscard]] bool present() const noexcept { return !folder.empty(); }
};

/// Which kinds of source know which keys: mark_foreign_keys() in schema.cpp.
struct SourceConfig {
  SourceKind kind = SourceKind::udp_multicast;  // required
  ReceiveMethod receive = ReceiveMethod::automatic;
  bool card_stamps = true;
  bool receive_offload = false;
  bool compare_lines = false;
  bool glimpse_same_session = true;  // its session bears the name of the lines' session
  std::string path = {};
  FileRestart restart = FileRestart::resume;
  std::uint64_t speed = 0;      // times as fast as it was received; 0: as fast as the plant takes it
  std::string plays = "ticks";  // ring of a journal
  LineConfig line_a = {}, line_b = {};
  std::uint64_t receive_buffer_bytes = 8u << 20;
  std::int64_t busy_poll_ns = 0;
  std::int64_t reorder_wait_ns = 2'000'000;
  RerequestConfig rerequest = {};
  std::int64_t recovery_wait_ns = 1'000'000'000;
  ServerConfig server = {};
  ServerConfig glimpse = {};
  std::int64_t glimpse_compare_interval_ns = 0;  // 0: never
  CaptureConfig capture = {};
};

/// Minutes after local midnight, `open` < `close` <= 24:00.
struct TradingHours {
  std::chrono::minutes open{4 * 60};
  std::chrono::minutes close{20 * 60};
  friend bool operator==(const TradingHours&, const TradingHours&) = default;
};

struct FeedConfig {
  std::string name = {};                 // the key under `feeds`
  Protocol protocol = Protocol::itch50;  // required
  std::string venue = {};                // required; ISO 10383 MIC
  std::string ring = "ticks";
  SourceConfig source = {};
  std::vector<Form> publish{Form::orders, Form::trades, Form::quotes, Form::depth};
  std::optional<platform::CalendarDate> trading_date = {};  // none: from the file, the capture or today's session
  std::string time_zone = "auto";                           // "auto": the plant's
  TradingHours hours = {};

  [[nodiscard]] bool publishes(Form form) const noexcept {
    for (const Form each : publish) {
      if (each == form) return true;
    }
    return false;
  }
};

/// One thread and the stages fused in it, in this order. A stage that no thread names gets an unpinned one of its own.
struct ThreadConfig {
  std::string name = {};                 // the key under `threads`
  std::vector<std::string> stages = {};  // required; text_kinds.hpp: is_stage_name
  std::string core = "any";              // a core's name, or "any": not pinned
  IdleStrategy idle = IdleStrategy::park;
};

/// A copy of all tick rings on disk, record by record. Absent while it has no folder.
struct RecorderSection {
  std::string folder = {};  // absolute

  [[nodiscard]] bool present() const noexcept { return !folder.empty(); }
};

/// Each has a gating line in every ring (ringbuf/gating_layout.hpp).
inline constexpr std::uint16_t kMaxShards = 12;

/// What is computed from the ticks, and by how many threads. Absent while there is no file.
struct AnalyticsSection {
  std::string file = "none";    // "none", "auto": the one built in, or the path of an analytics file
  std::string alerts = "none";  // "none", or the path of a file of alert rules
  std::uint16_t shards = 1;
  std::uint64_t ring_slots = 65'536;         // of each shard's ring
  std::uint64_t sequencer_slots = 1u << 20;  // runs
  std::uint64_t alert_slots = 4096;          // of the ring of alerts

  [[nodiscard]] bool present() const noexcept { return file != "none"; }
};

/// The stage that puts the alerts of all shards into one ring.
inline constexpr std::string_view kAlertsStage = "alerts";

/// As `threads` may name them: with one shard it decides the order, too.
[[nodiscard]] inline std::vector<std::string> stages_of(const AnalyticsSection& analytics) {
  if (!analytics.present()) return {};
  std::vector<std::string> stages;
  if (analytics.shards == 1) stages.emplace_back("analytics");
  if (analytics.shards > 1) stages.emplace_back("sequencer");
  for (std::size_t i = 0; analytics.shards > 1 && i < analytics.shards; ++i) {
    stages.push_back("analytics." + std::to_string(i));
  }
  stages.emplace_back(kAlertsStage);
  return stages;
}

/// Everything that was published, on disk. Absent while there is no folder.
struct JournalSection {
  std::string folder = "none";  // "none", "auto": below the state folder, or absolute
  JournalSync sync = JournalSync::interval;
  std::int64_t sync_interval_ns = 10'000'000;
  std::uint64_t segment_bytes = std::uint64_t{256} << 20;
  std::int64_t checkpoint_ns = 10'000'000'000;  // 0: none are made
  std::uint64_t keep_bytes = 0;                 // 0: all
  bool index = true;                            // complete segments get one
  static constexpr std::int64_t kDayNanos = 86'400'000'000'000;
  std::int64_t compress_after_ns = 7 * kDayNanos;  // 0: never
  std::string archive = "none";                    // "none", or absolute: compressed segments come there
  std::int64_t delete_after_ns = 30 * kDayNanos;   // 0: never
  std::int64_t keep_results_ns = 365 * kDayNanos;  // 0: no longer than ticks

  [[nodiscard]] bool present() const noexcept { return folder != "none"; }
  [[nodiscard]] bool has_archive() const noexcept { return archive != "none"; }
};

/// The socket at which clients ask the daemon. Absent with socket: none.
struct ControlSection {
  ControlSocketChoice socket = ControlSocketChoice::automatic;
  std::string traders_group = {};  // empty: admins alone
  std::string admins_group = {};   // empty: root and the daemon's own user alone
  std::uint64_t clients_max = 5'000;
  std::uint64_t client_bytes = 262'144;  // of a message from one, and of what waits for it
  std::int64_t handshake_ns = 5'000'000'000;

  [[nodiscard]] bool present() const noexcept { return socket != ControlSocketChoice::none; }
};

struct LogSection {
  LogLevel level = LogLevel::info;
  LogTarget target = LogTarget::standard_error;
};

struct PlantConfig {
  PlantSection plant = {};
  InstrumentsSection instruments = {};
  TextSection text = {};
  MemorySection memory = {};
  std::vector<RingConfig> rings{{.name = "ticks"}};  // what a file without `rings` gets
  std::vector<FeedConfig> feeds = {};
  std::vector<ThreadConfig> threads = {};
  RecorderSection recorder = {};
  AnalyticsSection analytics = {};
  JournalSection journal = {};
  ControlSection control = {};
  LogSection log = {};

  /// By name; nullptr when there is none.
  [[nodiscard]] const RingConfig* find_ring(std::string_view name) const noexcept { return find(rings, name); }
  [[nodiscard]] const FeedConfig* find_feed(std::string_view name) const noexcept { return find(feeds, name); }

 private:
  template <class Entry>
  static const Entry* find(const std::vector<Entry>& entries, std::string_view name) noexcept {
    for (const Entry& entry : entries) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }
};

}  // namespace tickplant::config
