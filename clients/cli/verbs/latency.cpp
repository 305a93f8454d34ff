// tickplant latency: a client's own view of a plant, for a while: what came, and how late.
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/latency_watch.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/cpp/subscriber.hpp"
#include "platform/cpu_pause.hpp"

namespace tickplant::cli {
namespace {

using LatencyClock = std::chrono::steady_clock;
using platform::LatencyHistogram;
using ringbuf::RecordType;

struct LatencyArguments {
  std::string plant;
  std::string symbol;
  std::int64_t for_ns = 10'000'000'000;
  bool spin = false;
};

/// What to do after polls without a record: pause, then yield, then sleep, so that an idle market costs little.
class Waiting {
 public:
  explicit Waiting(bool spin) : spin_(spin) {
    if (!spin_) ::prctl(PR_SET_TIMERSLACK, 1000ul, 0, 0, 0);  // ns; 50 us is the default, as long as the nap itself
  }
  void had(std::size_t records) {
    if (records > 0) {
      empty_ = 0;
      return;
    }
    ++empty_;
    if (spin_ || empty_ <= kPauses) return platform::cpu_pause();
    if (empty_ <= kPauses + kYields) return std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  [[nodiscard]] const char* name() const noexcept { return spin_ ? "spin" : "pause, yield, sleep 50 us"; }

 private:
  static constexpr std::uint64_t kPauses = 200;
  static constexpr std::uint64_t kYields = 10;
  bool spin_;
  std::uint64_t empty_ = 0;
};

struct Seen {
  double seconds = 0;
  std::uint64_t messages = 0;
  std::uint64_t gaps = 0;
  std::uint64_t missed = 0;
};

/// Sums over the feeds' counters.
Seen counted(const clients::Plant& plant) {
  namespace counter = ringbuf::counter;
  Seen sums;
  for (const ringbuf::CatalogFeed& feed : plant.feeds()) {
    const std::string owner = std::string(counter::kFeedOwnerPrefix) + feed.name;
    sums.messages += plant.counters().find(owner, counter::kMessages).value_or(0);
    sums.gaps += plant.counters().find(owner, counter::kGaps).value_or(0);
    sums.missed += plant.counters().find(owner, counter::kMissedMessages).value_or(0);
  }
  return sums;
}

std::uint64_t grown(std::uint64_t before, std::uint64_t after) noexcept { return after > before ? after - before : 0; }

Seen watch_for(const LatencyArguments& arguments, clients::Plant& plant, LatencyWatch& watch, Waiting& waiting) {
  clients::Subscription subscription;
  if (!arguments.symbol.empty()) subscription.symbols = {arguments.symbol};
  clients::Subscriber records(plant, std::move(subscription));
  const Interrupt interrupt;
  const Seen before = counted(plant);
  const auto begin = LatencyClock::now();
  const auto end = begin + std::chrono::nanoseconds(arguments.for_ns);
  while (LatencyClock::now() < end && !interrupt.came()) waiting.had(records.poll(watch));
  const Seen after = counted(plant);
  return {static_cast<double>((LatencyClock::now() - begin).count()) / 1e9, grown(before.messages, after.messages),
          grown(before.gaps, after.gaps), grown(before.missed, after.missed)};
}

Json histogram_json(const LatencyHistogram& latency) {
  if (latency.count() == 0) return nullptr;
  return {{"count", latency.count()},         {"p50_ns", latency.percentile(50)},    {"p90_ns", latency.percentile(90)},
          {"p99_ns", latency.percentile(99)}, {"p999_ns", latency.percentile(99.9)}, {"max_ns", latency.max()}};
}

Json json_of(const clients::Plant& plant, const LatencyWatch& watch, const Seen& seen, const Waiting& waiting) {
  Json by_type = Json::object();
  for (const RecordType type : record_types()) {
    if (watch.records_of(type) > 0) by_type[std::string(word_of(type))] = watch.records_of(type);
  }
  return {{"plant", plant.name()},
          {"seconds", seen.seconds},
          {"messages", seen.messages},
          {"records", watch.records()},
          {"records_by_type", std::move(by_type)},
          {"market_records", watch.market_records()},
          {"instruments", watch.instruments()},
          {"gaps", seen.gaps},
          {"missed_messages", seen.missed},
          {"lost_records", watch.lost()},
          {"waiting", waiting.name()},
          {"published", histogram_json(watch.published())},
          {"seen", histogram_json(watch.seen())}};
}

std::string text_of(const clients::Plant& plant, const LatencyWatch& watch, const Seen& seen, const Waiting& waiting,
                    const Style& style) {
  std::string out = fact_line("plant", printable(plant.name()) + ", seen for " +
                                           duration_text(static_cast<std::int64_t>(seen.seconds * 1e9)) +
                                           " by process " + std::to_string(::getpid()) + " (" + waiting.name() + ')');
  out += fact_line("messages", count_text(seen.messages));
  std::string by_type;
  for (const RecordType type : record_types()) {
    if (watch.records_of(type) > 0)
      by_type += "  " + std::string(word_of(type)) + ' ' + count_text(watch.records_of(type));
  }
  out += fact_line("records", count_text(watch.records()) + (by_type.empty() ? "" : ":" + by_type));
  out += fact_line("instruments", count_text(watch.instruments()));
  const std::string gaps = count_text(seen.gaps) + ", " + count_text(seen.missed, "message") + " missed";
  out += fact_line("gaps", seen.gaps > 0 ? style.warning(gaps) : gaps);
  out += fact_line("lost here", watch.lost() > 0 ? style.warning(count_text(watch.lost(), "record")) : "0");
  if (watch.market_records() == 0) return out + style.warning("  ! no trade, quote or order came") + '\n';

  TextTable table({{"from receive to", true}, {"p50"}, {"p90"}, {"p99"}, {"p99.9"}, {"max"}});
  const auto add = [&](const char* name, const LatencyHistogram& latency) {
    table.add({name, duration_text(latency.percentile(50)), duration_text(latency.percentile(90)),
               duration_text(latency.percentile(99)), duration_text(latency.percentile(99.9)),
               duration_text(latency.max())});
  };
  add("published", watch.published());
  add("seen here", watch.seen());
  return out + '\n' + table.text(style);
}

ExitCode latency(const LatencyArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::live_data);
  if (!arguments.symbol.empty()) (void)plant.instrument(arguments.symbol);  // a misspelt one would only never come
  LatencyWatch watch([&plant] { return plant.now(); });
  Waiting waiting(arguments.spin);
  const Seen seen = watch_for(arguments, plant, watch, waiting);
  if (common.json) {
    print_json(json_of(plant, watch, seen, waiting));
  } else {
    std::fputs(text_of(plant, watch, seen, waiting, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return watch.market_records() > 0 ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_latency(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<LatencyArguments>();
  CLI::App* verb = app.add_subcommand("latency", "what this process sees of a plant for a while, and how late");
  verb->footer(
      "Examples:\n"
      "  tickplant latency --for 5s\n"
      "  tickplant latency --symbol AAPL --spin --json | jq .seen.p99_ns\n"
      "\"published\": receive time to ring, as the plant stored it (64 ns steps, 4.2 ms at most); \"seen here\": "
      "receive\n"
      "time to this process, with its naps unless --spin. Replayed captures keep their old receive times.\n"
      "Exit code 1: no trade, quote or order came.");
  add_plant_option(*verb, arguments->plant);
  add_duration(*verb, "--for", arguments->for_ns, "how long");
  verb->add_option("--symbol", arguments->symbol, "this instrument alone")->type_name("SYMBOL");
  verb->add_flag("--spin", arguments->spin, "poll without a pause: the shortest way, and a whole core");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return latency(*arguments, common); }; });
}

}  // namespace tickplant::cli
