#include "feedhandlers/venue/program/arguments.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "config/quoting.hpp"
#include "feedhandlers/venue/day_file_writer.hpp"
#include "feedhandlers/venue/program/typed.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::program {
namespace {

using platform::SetupError;

constexpr std::int64_t kSecondNanos = 1'000'000'000;
constexpr std::uint32_t kOrdersPerStock = 100;
constexpr std::int64_t kDayNanos = 86'400 * kSecondNanos;
constexpr std::uint64_t kLeastHistory = std::uint64_t{8} << 20;
static_assert(kLeastHistory >= MessageHistory::kLeastBytes);

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
    arguments.simulated.lines.push_back(faults_of(typed, line));
    arguments.lines.push_back({.name = line == 0 ? "A" : "B",
                               .address = *addresses[line],
                               .ttl = typed.ttl,
                               .faults = arguments.simulated.lines.back()});
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

void take_servers(Arguments& arguments, const Typed& typed) {
  arguments.rerequest = host_port_of("--rerequest", typed.rerequest);
  arguments.soupbintcp = host_port_of("--soupbintcp", typed.soupbintcp);
  arguments.glimpse = host_port_of("--glimpse", typed.glimpse);
  const std::uint64_t history_bytes = bytes_of("--history", typed.history, kLeastHistory, std::uint64_t{64} << 30);
  if (arguments.rerequest || arguments.soupbintcp) arguments.simulated.history_bytes = history_bytes;
  arguments.simulated.keeps_told = arguments.glimpse.has_value();
  if (!typed.rerequest_fault.empty()) arguments.rerequest_faults = rerequest_fault_of(typed.rerequest_fault);
  if (!typed.rerequest_delay.empty())
    arguments.rerequest_faults.delay_nanos = nanos_of("--rerequest-delay", typed.rerequest_delay, 60 * kSecondNanos);
  if (!typed.burst_loss.empty()) arguments.simulated.burst_loss = burst_loss_of(typed.burst_loss);
  // Dice of their own, unlike those of the lines.
  arguments.rerequest_faults.seed = ~typed.fault_seed * 2;
  arguments.simulated.burst_loss.seed = ~typed.fault_seed * 2 + 1;
}

void take_roll(Arguments& arguments, const Typed& typed) {
  if (!typed.roll_session_at.empty())
    arguments.roll_at.nanos = nanos_of("--roll-session-at", typed.roll_session_at, 7 * kDayNanos);
  if (arguments.roll_at != kNever && arguments.roll_at >= arguments.end)
    throw SetupError{"--roll-session-at is " + typed.roll_session_at + ", not before the end of --duration",
                     "make --duration longer, or leave it out"};
  if (arguments.rolls() && arguments.replay_file == "-")
    throw SetupError{"--replay - cannot be played again in the session after the roll", "give it a file"};
}

/// What the words meant.
void interpret(Arguments& arguments, Typed& typed, bool has_fault_seed) {
  if (!has_fault_seed) typed.fault_seed = arguments.market.seed;
  take_pace(arguments, typed);
  arguments.simulated.has_schedule = arguments.pace.pace != Pace::max;
  take_lines(arguments, typed);
  if (arguments.market.live_orders == 0) arguments.market.live_orders = kOrdersPerStock * arguments.market.symbols;
  arguments.pre_open_nanos = nanos_of("--pre-open", typed.pre_open, kDayNanos);
  if (!typed.duration.empty()) arguments.end.nanos = nanos_of("--duration", typed.duration, 7 * kDayNanos);
  take_roll(arguments, typed);
  if (!arguments.write_file.empty())
    arguments.market.session_seconds = kDaySessionSeconds;
  else if (const SinceStart end = std::min(arguments.end, arguments.roll_at); end != kNever)
    arguments.market.session_seconds =
        static_cast<std::uint32_t>(std::max(kSecondNanos, end.nanos - arguments.pre_open_nanos) / kSecondNanos);
  arguments.simulated.flush_nanos = nanos_of("--flush", typed.flush, kSecondNanos);
  arguments.simulated.heartbeat_nanos = nanos_of("--heartbeat", typed.heartbeat, 60 * kSecondNanos);
  if (arguments.simulated.heartbeat_nanos == 0)
    throw SetupError{"--heartbeat is 0: nothing else would be sent", "write it like 1s"};
  arguments.simulated.linger_nanos = nanos_of("--linger", typed.linger, 60 * kSecondNanos);
  take_servers(arguments, typed);
  if (!typed.session.empty()) {
    arguments.session = make_session_name(typed.session);
    if (!arguments.session)
      throw SetupError{"--session is " + config::in_quotes(typed.session) + ", which MoldUDP64 cannot carry",
                       "use 1 to 10 printable characters without spaces"};
  }
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, char** argv, int& exit_code) {
  CLI::App app{kAbout, "tickplant-venue"};
  app.set_version_flag("--version", "tickplant-venue " TICKPLANT_VERSION);
  Arguments arguments;
  arguments.market.live_orders = 0;  // not said
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
