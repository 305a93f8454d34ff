#include "bench/journal_past.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/analytics_config.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/temp_folder.hpp"
#include "bench/past_load.hpp"
#include "bench/recorded_journal.hpp"
#include "clients/cpp/past_replay.hpp"
#include "clients/cpp/past_view.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::bench {
namespace {

double seconds_since(platform::UnixNanos began) { return static_cast<double>(platform::system_now() - began) / 1e9; }

class JournalPast {
 public:
  JournalPast(const Options& options, Report& report) : options_(options), report_(report) {}

  void run() {
    constexpr std::uint32_t kInstruments = 1'000, kOpenOrders = 100;
    const std::vector<ringbuf::Record> records =
        make_past_load(options_.smoke ? 60'000 : 4'000'000, kInstruments, kOpenOrders);
    const TempFolder folder;
    write_journal_of(records, kInstruments, windows_config(), folder.path(),
                     std::uint64_t{options_.smoke ? 1u : 32u} << 20);
    std::uint64_t bytes = 0;
    const platform::UnixNanos began = platform::system_now();
    ringbuf::JournalIndexer indexer(folder.path());
    std::uint64_t indexed = 0;
    while (const auto made = indexer.step()) {
      bytes += made->file_bytes;
      indexed += made->records;
    }
    report_.add({"journal", "indexing, 1,000 instruments with books", "rate", "M records/s",
                 static_cast<double>(indexed) / seconds_since(began) / 1e6, "", 0, "from the page cache, one core"});
    report_.add({"journal", "indexing, 1,000 instruments with books", "index for each record", "bytes",
                 static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(indexed, 1)), "the record",
                 ringbuf::kRecordBytes, ""});
    const double replays = replay_rate(folder.path());
    ask_past(folder.path(), "questions about the past", replays);
    for (const ringbuf::JournalSegmentFile& segment : ringbuf::list_segments(folder.path())) {
      ringbuf::CompressionWish wish;
      wish.to = folder.path();
      if (!std::filesystem::exists(folder.path() / ringbuf::index_file_name(segment.number))) continue;
      (void)ringbuf::compress_segment(folder.path(), segment.number, wish);
      std::filesystem::remove(segment.path);
    }
    ask_past(folder.path(), "questions about the past, compressed", replays);
  }

 private:
  struct PastTarget {
    std::string name;
    platform::UnixNanos at;
  };
  static PastTarget past_target(feedhandlers::venue::Random& random) {
    return {
        "S" + std::to_string(1 + random.below(1'000)) + "@XBEN",
        platform::UnixNanos{kPastBegin} + kPastNanos / 1'000'000 * static_cast<std::int64_t>(random.below(1'000'000))};
  }
  /// Questions a second without indexes.
  double replay_rate(const std::filesystem::path& folder) const {
    clients::PastNames names;
    names.apply(folder, 0);
    feedhandlers::venue::Random random(7);
    const int count = options_.smoke ? 3 : 10;
    const platform::UnixNanos began = platform::system_now();
    for (int i = 0; i < count; ++i) {
      const PastTarget target = past_target(random);
      (void)clients::replay_past(folder, names.find(target.name), target.at);
    }
    return count / seconds_since(began);
  }
  void ask_past(const std::filesystem::path& folder, const std::string& what, double replays) {
    std::vector<Pair> pairs;
    clients::PastView past(folder);
    feedhandlers::venue::Random random(7);
    double first_rate = 0;
    const int count = options_.smoke ? 100 : 5'000;
    for (int round = 0; round < options_.rounds; ++round) {
      const platform::UnixNanos began = platform::system_now();
      for (int i = 0; i < count; ++i) {
        const PastTarget target = past_target(random);
        (void)past.state(target.name, target.at);
      }
      pairs.push_back({count / seconds_since(began), replays});
      if (round == 0) first_rate = pairs.back().value;
    }
    for (int i = 0; i < 3; ++i) {
      const PastTarget target = past_target(random);
      clients::PastNames names;
      names.apply(folder, 0);
      const clients::PastState truth = clients::replay_past(folder, names.find(target.name), target.at);
      const clients::PastState found = past.state(target.name, target.at);
      const bool is_equal = found.book.bytes() == truth.book.bytes() && found.records == truth.records &&
                            std::memcmp(&found.image, &truth.image, sizeof truth.image) == 0;
      if (!is_equal || past.replays() != 0) {
        throw platform::SetupError{"benchmark journal: an index says something else than a replay",
                                   "this is a bug: run the tests of clients"};
      }
    }
    const Pair pair = median_pair(pairs);
    report_.add({"journal", what, "rate", "questions/s", pair.value, "each a replay of the journal", pair.baseline,
                 "image and book, random instrument and time of an hour; first " + std::to_string(count) + ": " +
                     std::to_string(static_cast<int>(first_rate)) + "/s; " + spread(pairs)});
  }

  Options options_;
  Report& report_;
};

}  // namespace

void run_journal_past(const Options& options, Report& report) { JournalPast(options, report).run(); }

}  // namespace tickplant::bench
