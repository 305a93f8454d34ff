// tickplant inspect FILE: what is in a capture or day file, found by the real feed handler.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "clients/cli/inspect/facts_json.hpp"
#include "clients/cli/inspect/facts_table.hpp"
#include "clients/cli/inspect/inspection.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kMostOrders = 100'000'000;  // some 10 GB of memory

struct InspectArguments {
  std::string file;
  std::string date;
  std::optional<std::string> time_zone;
  std::optional<std::string> venue;
  std::size_t depth = 0;
  std::size_t orders = 0;
  bool all = false;
};

void print_depth_header(std::size_t levels) {
  std::fputs("msg_index,timestamp_ns,type,symbol", stdout);
  for (const char side : {'b', 'a'}) {
    for (std::size_t i = 1; i <= levels; ++i) std::printf(",%c%zup,%c%zuq", side, i, side, i);
  }
  std::fputc('\n', stdout);
}

void append_levels(std::string& row, const std::array<ringbuf::DepthLevel, ringbuf::kDepthLevels>& side,
                   std::size_t levels) {
  for (std::size_t i = 0; i < levels; ++i) {
    row += ',';
    if (ringbuf::is_present(side[i].price)) row += price_text(side[i].price);
    row += ',';
    if (ringbuf::is_present(side[i].price)) row += std::to_string(side[i].size.value);
  }
}

void print_depth(const DepthRow& row, std::size_t levels, std::string& text) {
  text = std::to_string(row.message) + ',' + std::to_string(row.time) + ',' + row.type + ',' + printable(*row.symbol);
  append_levels(text, row.depth->bid, levels);
  append_levels(text, row.depth->ask, levels);
  text += '\n';
  std::fputs(text.c_str(), stdout);
}

/// A line on stderr that renews itself, where a person watches.
class InspectProgress {
 public:
  void operator()(std::uint64_t messages) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < std::chrono::milliseconds(500)) return;
    const std::chrono::duration<double> elapsed = now - begin_;
    shown_ = now;
    any_ = true;
    std::fprintf(stderr, "\r%s messages, %.1f M/s ", count_text(messages).c_str(),
                 static_cast<double>(messages) / elapsed.count() / 1e6);
  }
  void clear() const {
    if (any_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_ = begin_;
  bool any_ = false;
};

ExitCode inspect(const InspectArguments& arguments, const Common& common) {
  InspectOptions options;
  options.time_zone = arguments.time_zone;
  options.venue = arguments.venue;
  options.order_capacity = arguments.orders;
  if (!arguments.date.empty()) {
    options.trading_date = platform::parse_date(arguments.date);
    if (!options.trading_date) {
      throw platform::SetupError{"--date is '" + arguments.date + "', not a date", "write it like 2019-01-30"};
    }
  }
  if (arguments.depth > 0 && common.json) {
    throw platform::SetupError{"--depth prints CSV, not JSON", "leave out --json or --depth"};
  }
  std::string row;
  if (arguments.depth > 0) {
    print_depth_header(arguments.depth);
    options.on_depth = [&](const DepthRow& depth) { print_depth(depth, arguments.depth, row); };
  }
  InspectProgress progress;
  if (::isatty(STDERR_FILENO) == 1) options.on_progress = std::ref(progress);
  const Facts facts = inspect_file(arguments.file == "-" ? "/dev/stdin" : arguments.file, options);
  progress.clear();

  if (arguments.depth == 0) {
    const std::string text = common.json ? to_json(facts)
                                         : to_table(facts, arguments.all ? facts.instruments.size() : 20,
                                                    style_for(STDOUT_FILENO, common.color));
    std::fputs(text.c_str(), stdout);
  }
  if (facts.problem.empty()) return ExitCode::ok;
  std::fprintf(stderr, "tickplant: %s: %s\n", arguments.file.c_str(), facts.problem.c_str());
  return ExitCode::data_lost;
}

}  // namespace

void add_inspect(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* verb = app.add_subcommand("inspect", "what is in a capture or day file, found by the real feed handler");
  verb->footer(
      "Examples:\n"
      "  tickplant inspect 01302020.NASDAQ_ITCH50.gz\n"
      "  tickplant inspect --json capture.pcap | jq .instruments.AAPL\n"
      "  xz -dc old.itch.xz | tickplant inspect --date 2019-01-30 -\n"
      "  tickplant inspect --depth 5 aapl-20190130.itch > depth.csv\n"
      "Reads NASDAQ TotalView-ITCH 5.0 (day files, MoldUDP64 in pcap and pcapng), IEX TOPS 1.6 and DEEP 1.0\n"
      "(IEX-TP in captures), CME MDP 3.0 (captures), Databento DBN 1 to 3; .gz and .zst too.\n"
      "Exit code 4: the file is cut or damaged; what was intact has been read.");
  verb->add_option("file", arguments->file, "the file, - for stdin")->type_name("FILE")->required();
  verb->add_option("--date", arguments->date, "trading date, YYYY-MM-DD; default: from the capture or the file name")
      ->type_name("DATE");
  verb->add_option("--zone", arguments->time_zone, "time zone of the venue; default: the one of the protocol")
      ->type_name("ZONE");
  verb->add_option("--venue", arguments->venue, "MIC of the venue; default: the one of the protocol")->type_name("MIC");
  verb->add_option("--depth", arguments->depth, "print the best N levels a side after each order message, as CSV")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, ringbuf::kDepthLevels).description("1 to 10"));
  verb->add_option("--orders", arguments->orders, "room for open orders; default: from the size of the file")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, kMostOrders).description("1 to 100000000"));
  verb->add_flag("--all", arguments->all, "all instruments, not the busiest 20");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return inspect(*arguments, common); }; });
}

}  // namespace tickplant::cli
