#include "config/schema.hpp"

#include <type_traits>
#include <utility>

#include "config/quoting.hpp"
#include "config/text_kinds.hpp"

namespace tickplant::config {

namespace {

constexpr std::uint64_t kKiB = 1u << 10, kMiB = 1u << 20, kGiB = 1u << 30;
constexpr std::int64_t kMillisecond = 1'000'000, kSecond = 1'000'000'000;
constexpr std::uint64_t kMaxSlots = std::uint64_t{1} << 32, kMaxInstruments = 1u << 22;

template <class T>
std::string json_of(const T& value, const std::string& text) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    return json_string(text);  // a file mode: its octal digits, not their value
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    return json_string(text);
  }
}

/// Collects the keys of one section. `path` is its own path with a dot behind it.
template <class Section>
class Keys {
 public:
  Keys(std::vector<Setting>& out, std::string path, Section& section)
      : out_(out), path_(std::move(path)), section_(section) {}

  /// A key with one value.
  template <class T, class Kind>
  Setting& key(std::string_view name, T Section::*member, Kind kind, Meaning meaning) {
    T* const field = &(section_.*member);
    Setting& setting = add(name, kind, meaning);
    setting.takes_quotes = !std::is_same_v<Kind, Count> && !std::is_same_v<Kind, Flag>;
    setting.assign = [kind, field](std::span<const std::string> items, std::size_t& bad_item) {
      bad_item = 0;
      return kind.parse(items.front(), *field);
    };
    setting.text = [kind, field] { return yaml_scalar(kind.text(*field)); };
    setting.json = [kind, field] { return json_of(*field, kind.text(*field)); };
    T scratch{};
    const std::string written = kind.text(Section{}.*member);
    if (!kind.parse(written, scratch))
      setting.default_text = yaml_scalar(written);  // else the default means "not given"
    return setting;
  }

  /// A key with a list of values, each at most once.
  template <class T, class Kind>
  Setting& list(std::string_view name, std::vector<T> Section::*member, Kind kind, Meaning meaning) {
    std::vector<T>* const field = &(section_.*member);
    Setting& setting = add(name, kind, meaning);
    setting.list = true;
    setting.assign = [kind, field](std::span<const std::string> items, std::size_t& bad_item) -> Refusal {
      std::vector<T> values;
      for (bad_item = 0; bad_item < items.size(); ++bad_item) {
        T value{};
        if (Refusal refusal = kind.parse(items[bad_item], value)) return refusal;
        for (const T& other : values) {
          if (other == value) return ValueError{"holds " + in_quotes(items[bad_item]) + " twice", "name it once"};
        }
        values.push_back(std::move(value));
      }
      *field = std::move(values);
      return std::nullopt;
    };
    setting.text = [kind, field] { return joined(kind, *field, &yaml_scalar); };
    setting.json = [kind, field] { return joined(kind, *field, &json_string); };
    const Section defaults{};
    if (!(defaults.*member).empty()) setting.default_text = joined(kind, defaults.*member, &yaml_scalar);
    return setting;
  }

  /// A section inside this one.
  template <class Inner>
  Keys<Inner> inside(const std::string& name, Inner Section::*member) {
    return {out_, path_ + name + '.', section_.*member};
  }

 private:
  template <class Kind>
  Setting& add(std::string_view name, const Kind& kind, const Meaning& meaning) {
    Setting& setting = out_.emplace_back();
    setting.path = path_ + std::string(name);
    setting.meaning = meaning;
    setting.expected = kind.expected();
    return setting;
  }

  template <class Kind, class T>
  static std::string joined(const Kind& kind, const std::vector<T>& values, std::string (*write)(std::string_view)) {
    std::string text = "[";
    for (const T& value : values) text += (text.size() > 1 ? ", " : "") + write(kind.text(value));
    return text + ']';
  }

  std::vector<Setting>& out_;
  std::string path_;
  Section& section_;
};

void require(Setting& setting) {
  setting.required = true;
  setting.default_text.clear();
}

void plant_keys(Keys<PlantSection> keys) {
  require(keys.key("name", &PlantSection::name, kPlantName,
                   {"-", "What clients attach to, and the folder that holds the segments.",
                    "A second plant on the host needs a second name.", "demo"}));
  keys.key(
      "runtime_folder", &PlantSection::runtime_folder, kFolderOrAuto,
      {"-", "Where the segments live; auto: /run/tickplant as a service, else the user's own folder on tmpfs.",
       "Must be tmpfs, writable by the daemon's user only: on a disk each page is written back and readers stall."});
  keys.key("readers_group", &PlantSection::readers_group, kGroupName,
           {"-", "Group that may read the segments; empty: the daemon's own.",
            "Give readers a user of their own: whoever runs under the daemon's user can write."});
  keys.key("file_mode", &PlantSection::file_mode, FileMode{},
           {"octal", "Permission bits of the segments.",
            "0644: every local user reads the market data. 0600: nobody does."});
  keys.key("time_zone", &PlantSection::time_zone, kTimeZone,
           {"-", "IANA zone of trading dates and hours, for feeds that name none.",
            "A wrong zone cuts the trading day at the wrong hour."});
  keys.key("heartbeat_interval", &PlantSection::heartbeat_interval_ns, Duration{kMillisecond, kSecond},
           {"ns", "How often the plant shows in its segments that it is alive, and time passes on a quiet feed.",
            "Shorter: clients notice a dead plant sooner. Longer: fewer clock records in rings and journal."});
  keys.key("wake_interval", &PlantSection::wake_interval_ns, Duration{0, kSecond},
           {"ns", "Within which time readers that sleep are woken for news; 0: they are not, and look by themselves.",
            "Shorter: they hear sooner. Longer: less CPU for a thread of its own that looks that often."});
  keys.key("state_folder", &PlantSection::state_folder, kFolderOrAuto,
           {"-",
            "What outlives a reboot, a few kB: the sequence numbers taken; auto: /var/lib/tickplant as a service, "
            "else the user's own state folder.",
            "On a disk that stays, or numbering begins anew after a reboot."});
}

void instruments_keys(Keys<InstrumentsSection> keys) {
  keys.key("capacity", &InstrumentsSection::capacity, Count{16, kMaxInstruments, true},
           {"instruments", "How many instruments the directory and the tables of every feed ring have room for.",
            "More: about 800 B each in the tables of every ring. Fewer: when full, new instruments are refused and "
            "counted."});
}

void text_keys(Keys<TextSection> keys) {
  keys.key(
      "size", &TextSection::size_bytes, ByteSize{64 * kKiB, kGiB, true},
      {"bytes", "How much text too long for a slot is kept, headlines and addresses, before the oldest is overwritten.",
       "More: late readers still find old text. Fewer: it is overwritten sooner, and readers are told so."});
}

void memory_keys(Keys<MemorySection> keys) {
  keys.key("huge_pages", &MemorySection::huge_pages, Choice<HugePages>{},
           {"-", "Whether the rings live on huge pages.",
            "They spare TLB misses on rings far larger than the cache; at 64 MiB and below nothing was gained. "
            "require: no start without them."});
  keys.key("hugetlbfs_path", &MemorySection::hugetlbfs_path, kFolder,
           {"-", "The hugetlbfs mount for rings on huge pages.", "Its pages are reserved and serve nobody else."});
  keys.key("numa_bind", &MemorySection::numa_bind, Flag{},
           {"-", "Bind each segment to the NUMA node of its writer.",
            "true: no remote stores on the data path. false: pages go where they are touched first."});
  keys.key("lock", &MemorySection::lock, Flag{},
           {"-", "Lock the daemon's memory (mlockall).",
            "true: no page fault after start, needs LimitMEMLOCK. false: an idle plant can be swapped out."});
}

void ring_keys(Keys<RingConfig> keys) {
  keys.key("kind", &RingConfig::kind, Choice<SlotKind>{},
           {"-", "What its slots hold: ticks of feeds (64 B), derived records (256 B), or the sequencer's runs (64 B).",
            "A feed writes into a ring of ticks."});
  keys.key("slots", &RingConfig::slot_count, Count{64, kMaxSlots, true},
           {"slots", "Records kept before the ring overwrites them; 2^20 ticks are 64 MiB, 1 s at 1 M records/s.",
            "More: slow readers survive longer bursts. Fewer: more of the ring stays in cache. "
            "Below 65536 a stall of 50 ms laps a reader at 1 M records/s."});
}

void line_keys(Keys<LineConfig> keys) {
  keys.key("group", &LineConfig::group, kMulticastGroup,
           {"-", "Multicast group of this line, IPv4. Without it the line is not there.",
            "One line: each packet lost on the way is a gap. Two: only what both lose.", "239.192.1.1"});
  keys.key("port", &LineConfig::port, Count{1, 65'535},
           {"UDP port", "Port of this line.", "Fixed by the venue.", "26400"});
  keys.key("interface", &LineConfig::interface, kInterface,
           {"-", "Network interface that joins the group, by name or IPv4 address; auto: the kernel's route decides.",
            "Name it on hosts with more than one: a join on the wrong card receives nothing, silently."});
}

void rerequest_keys(Keys<RerequestConfig> keys) {
  keys.key("address", &RerequestConfig::address, kUnicastAddress,
           {"-", "IPv4 address of the server. Without it nothing is asked for.",
            "With one: what both lines lose is asked for again. Without: it is a gap.", "192.0.2.10"});
  keys.key("port", &RerequestConfig::port, Count{1, 65'535},
           {"UDP port", "Port of the server.", "Fixed by the venue.", "26499"});
}

void server_keys(Keys<ServerConfig> keys, std::string_view what, std::string_view trade) {
  keys.key("host", &ServerConfig::host, kHost, {"-", what, trade, "192.0.2.20"});
  keys.key("port", &ServerConfig::port, Count{1, 65'535}, {"TCP port", "Its port.", "Fixed by the venue.", "18000"});
  keys.key("username", &ServerConfig::username, kUsername,
           {"-", "The name to log in with, given by the venue.", "Without one: the server must not ask for it."});
  keys.key("password_file", &ServerConfig::password_file, kFile,
           {"-", "The file whose first line is the password, for the daemon's user alone (mode 0600).",
            "Never in a log, a status or on a command line.", "/etc/tickplant/nasdaq.password"});
  keys.key("session", &ServerConfig::session, kSessionName,
           {"-", "The session to log in to. Without it: the server's current one.",
            "With one: a server that has another session is refused."});
}

void capture_keys(Keys<CaptureConfig> keys) {
  keys.key("folder", &CaptureConfig::folder, kFolder,
           {"-", "Folder for pcapng files of every packet, with its receive time. Without it nothing is captured.",
            "What came in can be proven and replayed. It costs a copy of each packet, a thread that is not pinned, and "
            "the disk.",
            "/data/captures"});
  keys.key("rotate", &CaptureConfig::rotate_bytes, ByteSize{kMiB, std::uint64_t{1} << 40},
           {"bytes", "Size at which a file is finished and the next one begun.",
            "Small: less is open when the power fails. Large: fewer files a day."});
  keys.key("queue", &CaptureConfig::queue_bytes, ByteSize{kMiB, 4 * kGiB, true},
           {"bytes", "Packets that may wait for the disk.",
            "More: longer stalls of the disk without loss. Packets without room are counted, and told in the file."});
  keys.key("sync", &CaptureConfig::sync, Choice<CaptureSync>{},
           {"-", "What survives a loss of power: whatever the kernel wrote, finished files, or all but a second.",
            "periodically: an fsync a second. A crash of the daemon alone loses nothing that was written."});
}

void source_keys(Keys<SourceConfig> keys) {
  require(keys.key("kind", &SourceConfig::kind, Choice<SourceKind>{},
                   {"-", "Where packets come from.",
                    "Files wait for slow internal readers; live lines never wait, what is lost then is a counted gap.",
                    "udp_multicast"}));
  keys.key("path", &SourceConfig::path, kFile,
           {"-", "The capture, day file or DBN file (.gz and .zst too), or the folder of a journal.",
            "Compressed files cost a core's share to unpack.", "/data/20191230.NASDAQ_ITCH50.gz"});
  keys.key("plays", &SourceConfig::plays, kEntryName,
           {"-", "The ring of the journal that is played back.", "One feed plays one ring."});
  keys.key("speed", &SourceConfig::speed, Count{0, 1'000'000},
           {"times", "How fast a file is read against the receive times in it. 0: as fast as the plant takes it.",
            "1: as it was. A piece at a time: a packet, up to 256 messages of a file without packets, a block of a "
            "journal."});
  keys.key("restart", &SourceConfig::restart, Choice<FileRestart>{},
           {"-", "Where a file that was read before is gone on with when the plant starts again.",
            "resume: behind what is in the ring or the journal, as if there had been no break. beginning: all of it "
            "once more, as a new session."});
  line_keys(keys.inside("line_a", &SourceConfig::line_a));
  line_keys(keys.inside("line_b", &SourceConfig::line_b));
  keys.key("receive", &SourceConfig::receive, Choice<ReceiveMethod>{},
           {"-", "How datagrams are received; auto: io_uring where the kernel has it, else recvmmsg.",
            "io_uring: fewer system calls and kernel time stamps. recvmmsg: works everywhere."});
  keys.key("receive_buffer", &SourceConfig::receive_buffer_bytes, ByteSize{64 * kKiB, kGiB},
           {"bytes", "Kernel buffer of each line's socket.",
            "More: longer stalls without loss (net.core.rmem_max must allow it). Fewer: less memory, and late data is "
            "dropped rather than delayed."});
  keys.key("busy_poll", &SourceConfig::busy_poll_ns, Duration{0, kSecond},
           {"ns", "How long a receive that finds nothing asks the card itself. 0: it waits for the card's interrupt.",
            "Longer: no interrupt in the way, and a core that never rests. Only recvmmsg asks, so receive: auto then "
            "takes that."});
  keys.key("card_stamps", &SourceConfig::card_stamps, Flag{},
           {"-", "Whether receive times are the card's own where it makes them and its clock is in step.",
            "true: the time on the wire. false: always the kernel's, some microseconds later."});
  keys.key("receive_offload", &SourceConfig::receive_offload, Flag{},
           {"-", "Whether the kernel may hand over datagrams of one sender that came together in one call (UDP_GRO).",
            "true: up to several times the packets a second, but one receive time for all of them, and what is "
            "dropped together is counted as one. false: each has its own."});
  keys.key("reorder_wait", &SourceConfig::reorder_wait_ns, Duration{0, kSecond},
           {"ns", "How long packets that came too early are held back for those missing before them.",
            "Longer: a slow line or an overtaken packet still fits in. Shorter: what is behind a real loss waits less. "
            "0: what is missing is asked for, or told as a gap, at once."});
  keys.key("compare_lines", &SourceConfig::compare_lines, Flag{},
           {"-", "Whether one packet in sixteen is compared with its copy on the other line, byte by byte.",
            "true: a line that says something else than the other is found out, for some ns a packet. false: the first "
            "copy is believed."});
  rerequest_keys(keys.inside("rerequest", &SourceConfig::rerequest));
  keys.key("recovery_wait", &SourceConfig::recovery_wait_ns, Duration{kMillisecond, 60 * kSecond},
           {"ns", "How long the re-request server may take, before the loss is told as a gap and the stream goes on.",
            "Longer: more losses are mended. Shorter: data behind a loss that nobody mends is late for less time."});
  server_keys(keys.inside("server", &SourceConfig::server), "The SoupBinTCP server, by IPv4 address or name.",
              "Messages come in order and none is lost; after a lost connection the feed goes on where it was.");
  server_keys(keys.inside("glimpse", &SourceConfig::glimpse),
              "The GLIMPSE server, by IPv4 address or name. Without it books stay in doubt after a loss.",
              "With one: after a loss, or a start in mid-day, books are put right while live data goes on. It takes "
              "memory for a second book.");
  keys.key("glimpse_compare", &SourceConfig::glimpse_compare_interval_ns, Duration{0, 86'400 * kSecond},
           {"ns", "How often all books are compared with a snapshot of the GLIMPSE server. 0: never.",
            "Often: a wrong book is found soon. Each time costs the venue a snapshot and us a second book's work."});
  keys.key("glimpse_same_session", &SourceConfig::glimpse_same_session, Flag{},
           {"-", "Whether the GLIMPSE server names its session as the lines name theirs.",
            "true: a snapshot of another session, yesterday's say, is void. false: for venues with names apart."});
  capture_keys(keys.inside("capture", &SourceConfig::capture));
}

void feed_keys(Keys<FeedConfig> keys) {
  require(keys.key("protocol", &FeedConfig::protocol, Choice<Protocol>{},
                   {"-",
                    "What the packets or files are written in: NASDAQ ITCH 5.0 (NASDAQ, BX, PSX), IEX TOPS or DEEP, "
                    "CME MDP 3.0, Databento DBN; journal: what a plant recorded.",
                    "Fixed by the venue.", "itch50"}));
  require(keys.key("venue", &FeedConfig::venue, kMic,
                   {"-", "Market, as ISO 10383 MIC: the part of an instrument behind the @.",
                    "Two feeds of one venue may share it; their instruments are then the same.", "XNAS"}));
  keys.key(
      "ring", &FeedConfig::ring, kEntryName,
      {"-", "The ring of ticks it writes into.",
       "A ring of its own: fastest, readers poll one ring more. A shared ring: simpler for clients, and its writers "
       "claim slots from each other."});
  source_keys(keys.inside("source", &FeedConfig::source));
  keys.list(
      "publish", &FeedConfig::publish, Choice<Form>{},
      {"-", "Forms put in shared memory: order records, trades, quotes (BBO), level records, depth (ten-level table).",
       "Each form costs publish time and ring space: levels about doubles the records. An order feed always has "
       "orders, they are what books are recovered from."});
  keys.key("trading_date", &FeedConfig::trading_date, Date{},
           {"date", "Trading date of the session; auto: from the file's name, the capture, or today at the venue.",
            "Set it for captures that do not say: times of day become times by it."});
  keys.key("time_zone", &FeedConfig::time_zone, kTimeZoneOrAuto,
           {"-", "IANA zone of the venue; auto: the plant's.", "A wrong zone cuts the trading day at the wrong hour."});
  keys.key("hours", &FeedConfig::hours, Hours{},
           {"local time", "Trading hours at the venue, pre- and post-market included.",
            "Silence inside them is stale, outside them closed: too wide cries wolf, too narrow hides an outage."});
}

/// A file has no lines and nobody to ask, a line has no path and no server, a server no lines, and only packets can
/// come in the wrong order.
void mark_foreign_keys(std::span<Setting> settings_of_feed, SourceKind kind) {
  const bool has_lines = kind == SourceKind::udp_multicast;
  for (Setting& setting : settings_of_feed) {
    const auto is_under = [&](std::string_view prefix) { return setting.path.find(prefix) != std::string::npos; };
    const auto is = [&](std::string_view key) { return setting.path.ends_with(key); };
    bool is_foreign = false;
    if (is(".source.path") || is(".source.restart") || is(".source.speed")) is_foreign = is_live(kind);
    if (is(".source.plays")) is_foreign = kind != SourceKind::journal;
    if (is_under(".source.line_") || is(".source.receive") || is_under(".source.receive_buffer") ||
        is(".source.busy_poll") || is(".source.card_stamps") || is(".source.receive_offload") ||
        is(".source.compare_lines") || is_under(".source.rerequest.") || is(".source.recovery_wait") ||
        is_under(".source.capture.") || is_under(".source.glimpse"))
      is_foreign = !has_lines;
    if (is_under(".source.server.")) is_foreign = kind != SourceKind::soupbintcp;
    if (is(".source.reorder_wait")) is_foreign = !has_lines && kind != SourceKind::pcap;
    if (is_foreign) setting.foreign_to = "a source of kind " + Choice<SourceKind>{}.text(kind);
  }
}

void thread_keys(Keys<ThreadConfig> keys) {
  require(keys.list("stages", &ThreadConfig::stages, kStageName,
                    {"-",
                     "Stages this thread runs, fused in this order: feed.<name>, capture.<name>, recorder, journal, "
                     "analytics, alerts; with several shards sequencer and analytics.<number>, from 0.",
                     "Together: the shortest path and one core. Apart: each has a core of its own, for a hop more.",
                     "[feed.nasdaq]"}));
  keys.key(
      "core", &ThreadConfig::core, kCoreName,
      {"-", "The core it is pinned to, by name; any: not pinned.",
       "Pinned: no migration, no cold cache, and the core is lost to others. On a host with fewer cores than threads "
       "the plant does not pin."});
  keys.key("idle", &ThreadConfig::idle, Choice<IdleStrategy>{},
           {"-", "What it does when there is no work: spin, pause (spin gently), yield to others, or park (sleep).",
            "spin: lowest latency, a whole core at 100 %. park: nearly no CPU, tens of microseconds to wake."});
}

void recorder_keys(Keys<RecorderSection> keys) {
  keys.key(
      "folder", &RecorderSection::folder, kFolder,
      {"-", "Folder for the copy, one file per ring. Without it nothing is recorded.",
       "64 B a record: 64 MB/s at 1 M records/s. Files wait for a slow disk; live lines never do, what the copy then "
       "lacks is told in it as a gap.",
       "/data/tickplant"});
}

void analytics_keys(Keys<AnalyticsSection> keys) {
  keys.key("file", &AnalyticsSection::file, kAnalyticsFile,
           {"-", "What is computed; auto: bars, indicators and signals of config/analytics/standard.yaml, built in.",
            "none: no derived rings, and no thread for them."});
  keys.key("alerts", &AnalyticsSection::alerts, kAlertsFile,
           {"-", "Rules of alerts, beside those of the analytics file; docs/alerts.md has their language.",
            "A reload reads them again. Users' own rules come over the control socket."});
  keys.key("shards", &AnalyticsSection::shards, Count{1, kMaxShards},
           {"threads", "How many threads share the instruments out among them.",
            "1: put it into the feed's thread and no hop is left. More: one core does not hold the load; a thread more "
            "decides the order."});
  keys.key("ring_slots", &AnalyticsSection::ring_slots, Count{64, kMaxSlots, true},
           {"slots", "Derived records that each shard's ring keeps, 256 B each.",
            "More: slow readers survive the end of a minute with more instruments. Fewer: more of it stays in cache."});
  keys.key("sequencer_slots", &AnalyticsSection::sequencer_slots, Count{64, kMaxSlots, true},
           {"slots", "Runs that the sequencer's ring keeps, 64 B each: in which order records were applied.",
            "More: shards and journal may fall further behind. Fewer: less memory."});
  keys.key("alert_slots", &AnalyticsSection::alert_slots, Count{64, kMaxSlots, true},
           {"slots", "Alerts that the ring `alerts` keeps, those of all shards, 256 B each.",
            "More: slow readers survive more alerts at once. Fewer: less memory."});
}

void journal_keys(Keys<JournalSection> keys) {
  keys.key(
      "folder", &JournalSection::folder, kFolderAutoOrNone,
      {"-", "Folder for the journal of all rings; auto: below plant.state_folder. none: nothing is kept.",
       "What was published is there again after a crash. It costs 64 B of disk a tick, 7 MiB of memory and a thread "
       "that is not pinned."});
  keys.key(
      "sync", &JournalSection::sync, Choice<JournalSync>{},
      {"-", "When what was written is put on disk for certain: never, at an interval, or with each block.",
       "none: a crash of the daemon loses nothing, a loss of power some seconds. interval: that much. block: least, "
       "and the most work for the disk."});
  keys.key("sync_interval", &JournalSection::sync_interval_ns, Duration{kMillisecond, 60 * kSecond},
           {"ns", "How long a record waits at most before it is written and, unless sync is none, synced.",
            "Shorter: less is lost with the power. Longer: fewer syncs, and less is written twice when it is quiet."});
  keys.key("segment", &JournalSection::segment_bytes, ByteSize{kMiB, 16 * kGiB, true},
           {"bytes", "Size of a file of the journal; the next one is prepared while one is written.",
            "Large: fewer files, and each begins with all instruments. Small: old ones are let go in smaller steps."});
  keys.key("keep", &JournalSection::keep_bytes, ByteSize{0, std::uint64_t{1} << 50},
           {"bytes", "Files beyond this are used again, the oldest first. 0B: all are kept.",
            "0B: mind the disk; a full one stops the journal, never the plant."});
  keys.key("checkpoint", &JournalSection::checkpoint_ns, Duration{0, 86'400 * kSecond},
           {"ns", "How often what was computed is put down beside the journal, so that a restart goes on from there.",
            "Everything is computed once more for it, by a thread of low priority. Longer: more to compute again at a "
            "restart. 0s: none; a restart computes all that the journal has."});
  keys.key("index", &JournalSection::index, Flag{},
           {"-", "Whether files of the journal that are complete get an index, for fast questions about the past.",
            "Everything is read once more for it, by a thread of low priority, and it takes about a sixth of the disk "
            "that ticks take. false: a question reads the journal from its beginning."});
  constexpr Age kAge{36'500 * JournalSection::kDayNanos};
  keys.key("compress_after", &JournalSection::compress_after_ns, kAge,
           {"ns", "Files older than this are compressed; they are read as before.",
            "Sooner: less disk, and work for it that nobody waits for. none: never."});
  keys.key("archive", &JournalSection::archive, kFolderOrNone,
           {"-", "Folder for compressed files, on another disk maybe; they are found there. none: they stay.",
            "The journal's disk holds only what is young. Is the other disk away, so are the old files."});
  keys.key("delete_after", &JournalSection::delete_after_ns, kAge,
           {"ns", "Files older than this lose their ticks, those in the archive, too. none: they never do.",
            "none: everything can be computed again, for ever, and the disk fills."});
  keys.key(
      "keep_results", &JournalSection::keep_results_ns, kAge,
      {"ns", "How long bars, indicators and signals are kept when their ticks are gone. none: no longer than those.",
       "Results are a small part of a journal; without their ticks they cannot be computed again."});
}

void control_keys(Keys<ControlSection> keys) {
  keys.key("socket", &ControlSection::socket, Choice<ControlSocketChoice>{},
           {"-", "Where clients ask the daemon; auto: control.sock in the plant's folder. none: nowhere.",
            "Readers of shared memory need none. Without it a running plant is changed by signals alone."});
  keys.key("admins_group", &ControlSection::admins_group, kGroupName,
           {"-", "Group whose members may change the plant; empty: root and the daemon's own user alone.",
            "They can reload it and stop it. Each such call is in the log, with user and process."});
  keys.key("traders_group", &ControlSection::traders_group, kGroupName,
           {"-", "Group whose members may keep what is their own there; empty: admins alone.",
            "Whoever else may open the socket, the readers' group, may ask what the plant is."});
  keys.key("clients", &ControlSection::clients_max, Count{1, 65'536},
           {"clients", "How many may be connected at a time; others are refused.",
            "More: about 15 kB and a descriptor each (LimitNOFILE=). Fewer: a storm is over sooner."});
  keys.key("client_memory", &ControlSection::client_bytes, ByteSize{64 * kKiB, 64 * kMiB},
           {"bytes", "Bound on a message from a client, and on what waits to be read by it.",
            "More: slower clients are borne with. Fewer: the daemon's memory is bounded more tightly."});
  keys.key("handshake_timeout", &ControlSection::handshake_ns, Duration{100 * kMillisecond, 60 * kSecond},
           {"ns", "Within which time a client says who it is, or is closed.",
            "Longer: slow starters are borne with. Shorter: silent connections go sooner."});
}

void log_keys(Keys<LogSection> keys) {
  keys.key(
      "level", &LogSection::level, Choice<LogLevel>{},
      {"-", "The least severe message that is logged.", "debug: a line for each gap and join, and disk to keep them."});
  keys.key("target", &LogSection::target, Choice<LogTarget>{},
           {"-", "Where messages go; never from the data path.",
            "journald: fields that can be searched. stderr: a terminal, a container."});
}

}  // namespace

std::vector<Setting> settings_of(PlantConfig& config) {
  std::vector<Setting> all;
  plant_keys({all, "plant.", config.plant});
  instruments_keys({all, "instruments.", config.instruments});
  text_keys({all, "text.", config.text});
  memory_keys({all, "memory.", config.memory});
  for (RingConfig& ring : config.rings) ring_keys({all, "rings." + ring.name + '.', ring});
  for (FeedConfig& feed : config.feeds) {
    const std::size_t first = all.size();
    feed_keys({all, "feeds." + feed.name + '.', feed});
    mark_foreign_keys(std::span(all).subspan(first), feed.source.kind);
  }
  for (ThreadConfig& thread : config.threads) thread_keys({all, "threads." + thread.name + '.', thread});
  recorder_keys({all, "recorder.", config.recorder});
  analytics_keys({all, "analytics.", config.analytics});
  journal_keys({all, "journal.", config.journal});
  control_keys({all, "control.", config.control});
  log_keys({all, "log.", config.log});
  return all;
}

template <class Entry, std::vector<Entry> PlantConfig::*Entries>
constexpr EntrySection entry_section(std::string_view name, std::string_view example_entry) {
  return {name, [](PlantConfig& config) { (config.*Entries).clear(); },
          [](PlantConfig& config, const std::string& entry_name) {
            Entry entry;
            entry.name = entry_name;
            (config.*Entries).push_back(std::move(entry));
          },
          [](const PlantConfig& config) { return (config.*Entries).size(); }, example_entry};
}

const std::array<EntrySection, 3> kEntrySections{
    entry_section<RingConfig, &PlantConfig::rings>("rings", "ticks"),
    entry_section<FeedConfig, &PlantConfig::feeds>("feeds", "nasdaq"),
    entry_section<ThreadConfig, &PlantConfig::threads>("threads", "market"),
};

const EntrySection* find_entry_section(std::string_view name) {
  for (const EntrySection& section : kEntrySections) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

std::string_view section_purpose(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kPurposes{{
      {"plant", "The plant as a whole: who it is, where it lives, who may look."},
      {"instruments", "The directory of instruments; image, newest and depth have an entry for each."},
      {"text", "The segment of text that records refer to: news."},
      {"memory", "What kind of memory the segments are made of."},
      {"rings", "Rings, by name. Without this section there is one, `ticks`."},
      {"feeds", "Feeds, by name."},
      {"feeds.*.source", "Where this feed's packets come from."},
      {"feeds.*.source.line_a", "Line A of udp_multicast."},
      {"feeds.*.source.line_b", "Line B, the redundant copy: the first of two equal packets wins."},
      {"feeds.*.source.rerequest", "The MoldUDP64 re-request server, asked for what both lines lost."},
      {"feeds.*.source.server", "The server of soupbintcp."},
      {"feeds.*.source.glimpse", "The GLIMPSE server (SoupBinTCP): whole books at one moment, of itch50."},
      {"feeds.*.source.capture", "A copy of every packet on disk, as it came: pcapng."},
      {"threads", "Threads, by name. A stage that none names gets a thread of its own: not pinned, parked when idle."},
      {"recorder", "A copy of every record of every ring of ticks, on disk."},
      {"analytics", "What is computed from the ticks: windows, indicators, signals, patterns."},
      {"journal", "Everything that was published, on disk: ticks, the order of them, what was computed."},
      {"control", "The socket at which clients ask the daemon."},
      {"log", "Messages for operators."},
  }};
  for (const auto& [section, purpose] : kPurposes) {
    if (section == path) return purpose;
  }
  return {};
}

}  // namespace tickplant::config
