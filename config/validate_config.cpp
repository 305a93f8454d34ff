#include "config/validate_config.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>
#include <string_view>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "config/schema.hpp"

namespace tickplant::config {

namespace {

class Rules {
 public:
  Rules(const LoadedConfig& loaded, std::vector<Violation>& violations)
      : loaded_(loaded), config_(loaded.config), violations_(violations) {
    for (const Violation& violation : violations) reported_.insert(violation.path);
  }

  void check() {
    required_and_foreign_keys();
    ring_names();
    for (const FeedConfig& feed : config_.feeds) length_of_name("feeds.", feed.name);
    for (const ThreadConfig& thread : config_.threads) length_of_name("threads.", thread.name);
    at_least_one_feed();
    for (const FeedConfig& feed : config_.feeds) {
      ring_of(feed);
      kind_of(feed);
      forms_of(feed);
      source_of(feed);
    }
    groups_of_feeds();
    stages();
    cores();
    segments_of_journal();
    archive_of_journal();
  }

 private:
  /// At the key `path`, or at the section around it when the key is not there.
  void report(const std::string& path, std::string message, std::string remedy) {
    if (reported_.count(path) != 0) return;
    const Origin place = loaded_.place_of(path);
    violations_.push_back({place.source, place.line, place.column, path, std::move(message), std::move(remedy)});
  }

  [[nodiscard]] bool is_sound(const std::string& path) const {
    return loaded_.is_given(path) && reported_.count(path) == 0;
  }

  /// What is missing, and what is there and would be ignored.
  void required_and_foreign_keys() {
    PlantConfig copy = config_;
    for (const Setting& setting : settings_of(copy)) {
      const bool is_given = loaded_.is_given(setting.path);
      if (setting.required && !is_given) {
        report(setting.path, setting.path + " is required and missing",
               "add `" + std::string(setting.key()) + ": " + std::string(setting.meaning.example) + "`, " +
                   setting.expected);
      }
      if (!setting.foreign_to.empty() && is_given &&
          is_sound(setting.path.substr(0, setting.path.find(".source.")) + ".source.kind")) {
        report(setting.path, setting.path + " means nothing to " + setting.foreign_to, "remove it, or change the kind");
      }
    }
  }

  /// Segments of one plant share a name space with its rings.
  void ring_names() {
    constexpr std::array<std::string_view, 14> kSegments{
        "catalog", "instruments", "image",     "newest",  "depth",     "text",          "counters",
        "gating",  "clock",       "sequencer", "derived", "functions", "derived_image", "alerts"};
    for (const RingConfig& ring : config_.rings) {
      if (std::find(kSegments.begin(), kSegments.end(), ring.name) != kSegments.end()) {
        report("rings." + ring.name,
               "a ring cannot be called '" + ring.name + "', a segment of the plant has that name",
               "rename it, for example " + ring.name + "_ring");
      }
    }
  }

  /// "thread.<name>" and "feed.<name>" own counters, whose owner field has 31 characters.
  void length_of_name(const std::string& section, const std::string& name) {
    constexpr std::size_t kLongest = 24;
    if (name.size() <= kLongest) return;
    report(section + name,
           section + name + ": the name has " + std::to_string(name.size()) + " characters, more than 24",
           "shorten it; it is part of the names of its counters");
  }

  void at_least_one_feed() {
    if (config_.feeds.empty()) {
      report("feeds", "no feeds: the plant would have nothing to do",
             "add one under `feeds:`, config/demo.yaml has an example");
    }
  }

  void ring_of(const FeedConfig& feed) {
    const std::string path = "feeds." + feed.name + ".ring";
    const RingConfig* ring = config_.find_ring(feed.ring);
    if (ring == nullptr) {
      std::vector<std::string> names;
      for (const RingConfig& each : config_.rings) names.push_back(each.name);
      const std::string near = nearest(feed.ring, names);
      report(path, path + " is '" + feed.ring + "', there is no such ring",
             near.empty() ? "add it under `rings:`" : "did you mean '" + near + "'?");
    } else if (ring->kind != SlotKind::tick) {
      report(path, path + " is '" + feed.ring + "', which is not a ring of ticks", "name a ring of kind tick");
    }
  }

  /// Not every protocol comes from every kind of source.
  void kind_of(const FeedConfig& feed) {
    const std::string path = "feeds." + feed.name + ".source.kind";
    if (!is_sound(path)) return;
    const SourceKind kind = feed.source.kind;
    const auto [fits, remedy] = [&]() -> std::pair<bool, const char*> {
      switch (feed.protocol) {
        case Protocol::dbn: return {kind == SourceKind::dbn_file, "set dbn_file"};
        case Protocol::journal: return {kind == SourceKind::journal, "set journal"};
        case Protocol::itch50:
          return {kind != SourceKind::dbn_file && kind != SourceKind::journal,
                  "set pcap, day_file, udp_multicast or soupbintcp"};
        default: return {kind == SourceKind::pcap || kind == SourceKind::udp_multicast, "set pcap or udp_multicast"};
      }
    }();
    if (fits) return;
    const auto protocol = choice_words(Protocol{})[static_cast<std::size_t>(feed.protocol)];
    report(path,
           path + " is " + std::string(choice_words(SourceKind{})[static_cast<std::size_t>(kind)]) +
               ", and there are no such sources of protocol " + std::string(protocol),
           remedy);
  }

  void forms_of(const FeedConfig& feed) {
    const bool tells_orders = feed.protocol == Protocol::itch50 || feed.protocol == Protocol::dbn;
    if (tells_orders && !feed.publishes(Form::orders)) {
      const std::string path = "feeds." + feed.name + ".publish";
      report(path, path + " lacks orders, and books of an order feed are recovered from them",
             "add orders to the list");
    }
  }

  void source_of(const FeedConfig& feed) {
    const std::string source = "feeds." + feed.name + ".source";
    if (!is_sound(source + ".kind")) return;
    if (!is_live(feed.source.kind)) return needs(source + ".path", "a source of files", "add `path: FILE`");
    if (feed.source.kind == SourceKind::soupbintcp) {
      needs(source + ".server.host", "soupbintcp", "add `host: NAME`, the venue's server");
      needs(source + ".server.port", "soupbintcp", "add its port");
      return;
    }
    needs(source + ".line_a.group", "udp_multicast", "add `group: 239.192.1.1`, the group the venue sends to");
    needs(source + ".line_a.port", "udp_multicast", "add `port: 26400`, the port the venue sends to");
    const std::string group = source + ".line_b.group", port = source + ".line_b.port";
    if (loaded_.is_given(group)) needs(port, "line_b.group", "add the port of line B");
    if (loaded_.is_given(port)) needs(group, "line_b.port", "add the group of line B");
    if (feed.source.compare_lines) needs(group, "compare_lines", "add the line that is to be compared");
    const std::string server = source + ".rerequest.address", server_port = source + ".rerequest.port";
    if (loaded_.is_given(server)) needs(server_port, "rerequest.address", "add the port of the server");
    if (loaded_.is_given(server_port)) needs(server, "rerequest.port", "add the address of the server");
    glimpse_of(feed, source + ".glimpse");
  }

  void glimpse_of(const FeedConfig& feed, const std::string& glimpse) {
    if (feed.source.glimpse_compare_interval_ns > 0)
      needs(glimpse + ".host", "glimpse_compare", "add the GLIMPSE server that is to be compared with");
    if (loaded_.is_given(glimpse + ".port")) needs(glimpse + ".host", "glimpse.port", "add the host of the server");
    if (!loaded_.is_given(glimpse + ".host")) return;
    needs(glimpse + ".port", "glimpse.host", "add the port of the server");
    if (feed.protocol != Protocol::itch50) {
      report(glimpse + ".host", glimpse + " is set, and only itch50 has such a server", "remove it");
    }
  }

  void needs(const std::string& path, const std::string& because, std::string remedy) {
    if (!loaded_.is_given(path)) report(path, path + " is missing, " + because + " needs it", std::move(remedy));
  }

  /// Two lines on one group, port and interface would take each packet twice, and call it redundancy.
  void groups_of_feeds() {
    std::map<std::string, std::string> taken;  // "group port interface" -> path of the line
    for (const FeedConfig& feed : config_.feeds) {
      if (feed.source.kind != SourceKind::udp_multicast) continue;
      const std::string source = "feeds." + feed.name + ".source.";
      for (const auto& [name, line] : {std::pair{"line_a", &feed.source.line_a}, {"line_b", &feed.source.line_b}}) {
        if (!line->present() || line->port == 0) continue;
        const std::string address = line->group + ':' + std::to_string(line->port);
        const auto [first, is_new] = taken.emplace(address + ' ' + line->interface, source + name);
        if (!is_new) {
          report(source + name + ".group", source + name + " listens to " + address + ", as " + first->second + " does",
                 "give each line its own group or port, or its own interface");
        }
      }
    }
  }

  /// Each segment begins with all instruments, which are to be the smaller part of it.
  void segments_of_journal() {
    constexpr std::uint64_t kFactBytes = 264, kOtherFacts = std::uint64_t{1} << 20;
    const JournalSection& journal = config_.journal;
    const std::uint64_t least = std::bit_ceil(2 * kFactBytes * config_.instruments.capacity + kOtherFacts);
    if (!journal.present() || journal.segment_bytes >= least) return;
    const std::string path = "journal.segment";
    report(path,
           path + " is too small to begin with the directory of " + std::to_string(config_.instruments.capacity) +
               " instruments",
           "make it " + std::to_string(least >> 20) + "MiB or more, or lower instruments.capacity");
  }

  void archive_of_journal() {
    const JournalSection& journal = config_.journal;
    if (!journal.present()) return;
    if (!journal.has_archive() || journal.compress_after_ns != 0 || journal.keep_bytes != 0) return;
    report("journal.archive", "journal.archive is for old files, and nothing makes one of them",
           "set journal.compress_after or journal.keep, or remove the archive");
  }

  void stages() {
    std::map<std::string, std::string> thread_of;
    for (const ThreadConfig& thread : config_.threads) {
      const std::string path = "threads." + thread.name + ".stages";
      if (thread.stages.empty() && loaded_.is_given(path))
        report(path, path + " is empty", "name a stage, or remove the thread");
      for (const std::string& stage : thread.stages) {
        if (stage == "recorder") {
          if (!config_.recorder.present())
            report(path, path + " names recorder, and nothing is recorded", "set recorder.folder, or remove the stage");
        } else if (stage == "journal") {
          if (!config_.journal.present())
            report(path, path + " names journal, and there is none", "set journal.folder, or remove the stage");
        } else if (stage.starts_with("analytics") || stage == "sequencer" || stage == kAlertsStage) {
          stage_of_analytics(path, stage);
        } else if (const auto* feed = config_.find_feed(std::string_view(stage).substr(stage.find('.') + 1));
                   feed == nullptr) {
          report(path, path + " names " + stage + ", there is no such feed", "name one of the feeds of this file");
        } else if (stage.starts_with("capture.") && !feed->source.capture.present()) {
          report(path, path + " names " + stage + ", and that feed is not captured",
                 "set feeds." + feed->name + ".source.capture.folder, or remove the stage");
        }
        const auto [first, is_new] = thread_of.emplace(stage, thread.name);
        if (!is_new)
          report(path, path + " names " + stage + ", which thread " + first->second + " runs",
                 "leave it to one of them");
      }
    }
  }

  void stage_of_analytics(const std::string& path, const std::string& stage) {
    const AnalyticsSection& analytics = config_.analytics;
    const std::vector<std::string> known = stages_of(analytics);
    if (std::find(known.begin(), known.end(), stage) != known.end()) return;
    if (known.empty()) {
      report(path, path + " names " + stage + ", and nothing is computed", "set analytics.file, or remove the stage");
      return;
    }
    report(path,
           path + " names " + stage + ", with analytics.shards " + std::to_string(analytics.shards) +
               " there is no such stage",
           analytics.shards == 1
               ? "name analytics"
               : "name sequencer, or one of analytics.0 to analytics." + std::to_string(analytics.shards - 1));
  }

  void cores() {
    std::map<std::string, std::string> thread_on;
    for (const ThreadConfig& thread : config_.threads) {
      if (thread.core == "any") continue;
      const auto [first, is_new] = thread_on.emplace(thread.core, thread.name);
      if (!is_new) {
        const std::string path = "threads." + thread.name + ".core";
        report(path, path + " is " + thread.core + ", where thread " + first->second + " is pinned",
               "pin it to another core, or fuse the stages of both in one thread");
      }
    }
  }

  const LoadedConfig& loaded_;
  const PlantConfig& config_;
  std::vector<Violation>& violations_;
  std::set<std::string> reported_;
};

}  // namespace

void validate_config(const LoadedConfig& loaded, std::vector<Violation>& violations) {
  Rules(loaded, violations).check();
}

}  // namespace tickplant::config
