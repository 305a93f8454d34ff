#include "feedhandlers/venue/program/arguments.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "feedhandlers/venue/day_file_writer.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

using platform::SetupError;

constexpr std::int64_t kSecondNanos = 1'000'000'000;
constexpr std::uint32_t kOrdersPerStock = 100;
constexpr std::int64_t kDayNanos = 86'400 * kSecondNanos;
constexpr std::uint64_t kLeastHistory = std::uint64_t{8} << 20;
static_assert(kLeastHistory >= MessageHistory::kLeastBytes);

constexpr const char* kAbout =
    "tickplant-venue: a simulated exchange, or a real day again, on multicast lines A and B.\n\n"
    "Examples:\n"
    "  tickplant-venue                                     400 stocks, 2,000 messages/s, until Ctrl-C\n"
    "  tickplant-venue --rate 50k --loss 1 --duration 10m --truth books.json\n"
    "  tickplant-venue --replay 01302020.NASDAQ_ITCH50.gz --speed 10\n"
    "  tickplant-venue --replay aapl.itch --rate 100k --loss-a 100     line A is dead, B carries all\n"
    "  tickplant-venue --burst 500/10ms --delay-b 300us --jitter-b 50us --reorder 0.1\n"
    "  tickplant-venue --write day.itch --symbols 8000 --messages 20000000   a day file, no network\n";

/// One value for both lines, and one for each that overrides it.
struct PerLine {
  std::string both, a, b;
  [[nodiscard]] const std::string& of(std::size_t line) const {
    const std::string& own = line == 0 ? a : b;
    return own.empty() ? both : own;
  }
};

/// As typed.
struct Typed {
  std::string rate, speed, burst, pre_open = "2s", duration, session;
  std::string line_a = "239.192.1.1:26400", line_b = "239.192.1.2:26401", interface = "lo";
  int ttl = 1;
  std::string flush = "200us", heartbeat = "1s", linger = "500ms";
  std::string rerequest = "127.0.0.1:26499", history = "64MiB";
  PerLine loss, duplicate, reorder, delay, jitter;
  std::uint32_t reorder_depth = 3;
  std::uint64_t fault_seed = 0;
};

void add_per_line(CLI::App& app, const std::string& name, PerLine& value, const std::string& type,
                  const std::string& what) {
  app.add_option("--" + name, value.both, what + ", on both lines")
      ->type_name(type)
      ->group("Faults, each line has its own dice");
  for (const bool is_a : {true, false}) {
    app.add_option("--" + name + (is_a ? "-a" : "-b"), is_a ? value.a : value.b,
                   std::string("the same on line ") + (is_a ? "A" : "B") + " alone")
        ->type_name(type)
        ->group("Faults, each line has its own dice");
  }
}

void declare(CLI::App& app, Arguments& arguments, Typed& typed) {
  const auto text = [&](const char* group, const char* name, std::string& value, const char* type, const char* what) {
    CLI::Option* option = app.add_option(name, value, what)->type_name(type)->group(group);
    if (!value.empty()) option->capture_default_str();
    return option;
  };
  const char* const what = "What is said";
  CLI::Option* replay = text(what, "--replay", arguments.replay_file, "FILE",
                             "messages of an ITCH 5.0 day file (.gz, .zst; - for stdin) as they are");
  app.add_option("--seed", arguments.market.seed, "the same seed makes the same market")
      ->capture_default_str()
      ->type_name("N")
      ->group(what)
      ->excludes(replay);
  app.add_option("--symbols", arguments.market.symbols, "how many stocks the market has")
      ->capture_default_str()
      ->type_name("N")
      ->group(what)
      ->excludes(replay);
  app.add_option("--live-orders", arguments.market.live_orders,
                 "about so many orders rest in the books; default: 100 a stock")

      ->type_name("N")
      ->group(what)
      ->excludes(replay);
  text(what, "--pre-open", typed.pre_open, "TIME", "from the first message to the opening auction")->excludes(replay);
  text(what, "--duration", typed.duration, "TIME", "then the market closes, or the replay stops; default: a signal");
  CLI::Option* truth =
      text(what, "--truth", arguments.truth_file, "FILE", "the market's own books as JSON, at the end and on SIGUSR1");
  truth->excludes(replay);
  CLI::Option* write = text(what, "--write", arguments.write_file, "FILE", "a day file of the market; no network");
  write->excludes(replay);
  CLI::Option* messages = app.add_option("--messages", arguments.write_messages, "how many --write writes");
  messages->type_name("N")->group(what)->needs(write);
  write->needs(messages);

  const char* const pace = "How fast";
  CLI::Option* rate = text(pace, "--rate", typed.rate, "N", "messages a second (2000, 50k, 1M, max); default: 2000");
  CLI::Option* burst = text(pace, "--burst", typed.burst, "N/TIME", "N messages at once, every so often");
  text(pace, "--speed", typed.speed, "X", "of a replay by its own time stamps (1, 10, max); default: 1")->needs(replay);
  burst->excludes(rate);
  app.add_flag("--spin", arguments.transmitter.spin, "spin instead of sleeping for less than 100 us")->group(pace);

  const char* const lines = "Where to";
  text(lines, "--line-a", typed.line_a, "GROUP:PORT[:IF]", "line A, or none");
  text(lines, "--line-b", typed.line_b, "GROUP:PORT[:IF]", "line B, or none");
  text(lines, "--interface", typed.interface, "IF", "to send from: name, IPv4 address, or auto (the route decides)");
  app.add_option("--ttl", typed.ttl, "routers a packet may pass")
      ->capture_default_str()
      ->type_name("N")
      ->group(lines)
      ->check(CLI::Range(0, 255).description("0 to 255"));
  app.add_option("--mtu", arguments.packet_bytes, "bytes of the largest packet, MoldUDP64 header included")
      ->capture_default_str()
      ->type_name("BYTES")
      ->group(lines)
      ->check(CLI::Range(100, 8972).description("100 to 8972"));
  text(lines, "--flush", typed.flush, "TIME", "how long a message may wait for company in its packet");
  text(lines, "--heartbeat", typed.heartbeat, "TIME", "of silence until a heartbeat is sent");
  text(lines, "--linger", typed.linger, "TIME", "how long the end of session is told");
  text(lines, "--session", typed.session, "NAME", "up to 10 characters; default: from the time of start");
  text(lines, "--rerequest", typed.rerequest, "ADDRESS:PORT", "where re-requests are answered, or none");
  text(lines, "--history", typed.history, "SIZE", "of messages kept for re-requests");

  add_per_line(app, "loss", typed.loss, "PERCENT", "packets lost");
  add_per_line(app, "duplicate", typed.duplicate, "PERCENT", "packets sent twice");
  add_per_line(app, "reorder", typed.reorder, "PERCENT", "packets overtaken by later ones");
  add_per_line(app, "delay", typed.delay, "TIME", "packets are late by so much");
  add_per_line(app, "jitter", typed.jitter, "TIME", "and by up to so much more");
  const char* const faults = "Faults, each line has its own dice";
  app.add_option("--reorder-depth", typed.reorder_depth, "by how many others a packet is overtaken at most")
      ->capture_default_str()
      ->type_name("N")
      ->group(faults)
      ->check(CLI::Range(1, 1000).description("1 to 1000"));
  app.add_option("--fault-seed", typed.fault_seed, "of the dice; default: --seed")->type_name("N")->group(faults);

  app.add_flag("-v,--verbose", arguments.verbose, "a line on stderr every 10 seconds");
  app.add_flag("--json", arguments.json, "the summary as JSON on stdout");
  // A script puts the user's words behind its own.
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 1) option->take_last();
  }
  app.footer(
      "TIME: 300us, 20ms, 2s, 10m, 1h. SIZE: 64MiB. All loss, delay and disorder come from seeds: the same command "
      "makes\n"
      "the same faults. Exit codes: 0 done, 2 wrong usage or set-up, 4 the replayed file is cut or damaged.");
}

FaultOptions faults_of(const Typed& typed, std::size_t line) {
  const auto option = [line](const char* name, const PerLine& value) {
    const bool own = !(line == 0 ? value.a : value.b).empty();
    return std::string("--") + name + (own ? (line == 0 ? "-a" : "-b") : "");
  };
  const auto percent = [&](const char* name, const PerLine& value) {
    return value.of(line).empty() ? 0 : percent_of(option(name, value), value.of(line));
  };
  const auto nanos = [&](const char* name, const PerLine& value) {
    return value.of(line).empty() ? 0 : nanos_of(option(name, value), value.of(line), kSecondNanos);
  };
  FaultOptions faults;
  faults.seed = typed.fault_seed * 2 + line;  // SplitMix64 makes unlike streams of neighbours
  faults.loss_percent = percent("loss", typed.loss);
  faults.duplicate_percent = percent("duplicate", typed.duplicate);
  faults.reorder_percent = percent("reorder", typed.reorder);
  faults.reorder_depth = typed.reorder_depth;
  faults.delay_nanos = nanos("delay", typed.delay);
  faults.jitter_nanos = nanos("jitter", typed.jitter);
  return faults;
}

void take_lines(Arguments& arguments, const Typed& typed) {
  const std::array<std::optional<LineAddress>, 2> addresses{line_of("--line-a", typed.line_a, typed.interface),
                                                            line_of("--line-b", typed.line_b, typed.interface)};
  for (std::size_t line = 0; line < addresses.size(); ++line) {
    if (!addresses[line]) continue;
    arguments.lines.push_back({.name = line == 0 ? "A" : "B",
                               .address = *addresses[line],
                               .ttl = typed.ttl,
                               .packet_bytes = arguments.packet_bytes,
                               .faults = faults_of(typed, line)});
  }
  if (arguments.lines.empty())
    throw SetupError{"--line-a and --line-b are both none: nobody would hear a word", "leave out one of them"};
}

void take_pace(Arguments& arguments, const Typed& typed) {
  if (!typed.burst.empty())
    arguments.pace = burst_of(typed.burst);
  else if (!typed.rate.empty())
    arguments.pace = rate_of(typed.rate);
  else if (!arguments.replay_file.empty())
    arguments.pace = speed_of(typed.speed.empty() ? "1" : typed.speed);
}

/// What the words meant.
void interpret(Arguments& arguments, Typed& typed, bool has_fault_seed) {
  if (!has_fault_seed) typed.fault_seed = arguments.market.seed;
  take_pace(arguments, typed);
  arguments.transmitter.has_schedule = arguments.pace.pace != Pace::max;
  take_lines(arguments, typed);
  if (arguments.market.live_orders == 0) arguments.market.live_orders = kOrdersPerStock * arguments.market.symbols;
  arguments.pre_open_nanos = nanos_of("--pre-open", typed.pre_open, kDayNanos);
  if (!typed.duration.empty()) arguments.end.nanos = nanos_of("--duration", typed.duration, 7 * kDayNanos);
  if (!arguments.write_file.empty())
    arguments.market.session_seconds = kDaySessionSeconds;
  else if (arguments.end != kNever)
    arguments.market.session_seconds = static_cast<std::uint32_t>(
        std::max(kSecondNanos, arguments.end.nanos - arguments.pre_open_nanos) / kSecondNanos);
  arguments.transmitter.flush_nanos = nanos_of("--flush", typed.flush, kSecondNanos);
  arguments.transmitter.heartbeat_nanos = nanos_of("--heartbeat", typed.heartbeat, 60 * kSecondNanos);
  if (arguments.transmitter.heartbeat_nanos == 0)
    throw SetupError{"--heartbeat is 0: nothing else would be sent", "write it like 1s"};
  arguments.transmitter.linger_nanos = nanos_of("--linger", typed.linger, 60 * kSecondNanos);
  arguments.rerequest = host_port_of("--rerequest", typed.rerequest);
  arguments.history_bytes = bytes_of("--history", typed.history, kLeastHistory, std::uint64_t{64} << 30);
  if (!typed.session.empty()) {
    arguments.session = make_session_name(typed.session);
    if (!arguments.session)
      throw SetupError{"--session is " + config::in_quotes(typed.session) + ", which MoldUDP64 cannot carry",
                       "use 1 to 10 printable characters without spaces"};
  }
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> strangers = app.remaining();
  std::string problem = error.what();
  std::string meant;
  if (!strangers.empty()) {
    problem = config::in_quotes(strangers.front()) + " is not an option";
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    meant = config::nearest(strangers.front(), known);
  }
  return "tickplant-venue: " + problem +
         "\n  remedy: " + (meant.empty() ? "see" : "did you mean '" + meant + "'? See") + " `tickplant-venue --help`\n";
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, char** argv, int& exit_code) {
  CLI::App app{kAbout, "tickplant-venue"};
  app.set_version_flag("--version", "tickplant-venue " TICKPLANT_VERSION);
  Arguments arguments;
  arguments.market.live_orders = 0;  // not said
  arguments.packet_bytes = 1400;
  Typed typed;
  declare(app, arguments, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = error.get_exit_code() == 0 ? app.exit(error) : 2;
    if (exit_code != 0) std::fputs(usage_text(app, error).c_str(), stderr);
    return std::nullopt;
  }
  interpret(arguments, typed, app.count("--fault-seed") > 0);
  return arguments;
}

}  // namespace tickplant::feedhandlers::venue::program
