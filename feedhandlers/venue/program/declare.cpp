#include <cstdio>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "feedhandlers/venue/program/typed.hpp"

namespace tickplant::feedhandlers::venue::program {

const char* const kAbout =
    "tickplant-venue: a simulated exchange, or a real day again, on multicast lines A and B.\n\n"
    "Examples:\n"
    "  tickplant-venue    400 stocks, 2,000 messages/s, until Ctrl-C\n"
    "  tickplant-venue --rate 50k --loss 1 --duration 10m --truth books.json\n"
    "  tickplant-venue --replay 01302020.NASDAQ_ITCH50.gz --speed 10\n"
    "  tickplant-venue --replay aapl.itch --rate 100k --loss-a 100    line A is dead, B carries all\n"
    "  tickplant-venue --burst 500/10ms --delay-b 300us --jitter-b 50us --reorder 0.1\n"
    "  tickplant-venue --write day.itch --symbols 8000 --messages 20000000    a day file, no network\n"
    "  tickplant-venue --soupbintcp 127.0.0.1:26498 --glimpse 127.0.0.1:26497 --burst-loss 0.1/50\n";

namespace {

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

}  // namespace

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
  app.add_option("--mtu", arguments.simulated.packet_bytes, "bytes of the largest packet, MoldUDP64 header included")
      ->capture_default_str()
      ->type_name("BYTES")
      ->group(lines)
      ->check(CLI::Range(100, 8972).description("100 to 8972"));
  text(lines, "--flush", typed.flush, "TIME", "how long a message may wait for company in its packet");
  text(lines, "--heartbeat", typed.heartbeat, "TIME", "of silence until a heartbeat is sent");
  text(lines, "--linger", typed.linger, "TIME", "how long the end of session is told");
  text(lines, "--session", typed.session, "NAME", "up to 10 characters; default: from the time of start");
  text(lines, "--rerequest", typed.rerequest, "ADDRESS:PORT", "where re-requests are answered, or none");
  text(lines, "--soupbintcp", typed.soupbintcp, "ADDRESS:PORT", "where the messages can be had over TCP, or none");
  text(lines, "--glimpse", typed.glimpse, "ADDRESS:PORT", "where a snapshot of the books can be had, or none");
  text(lines, "--history", typed.history, "SIZE", "of messages kept for re-requests and SoupBinTCP");
  CLI::Option* roll_at = text(lines, "--roll-session-at", typed.roll_session_at, "TIME",
                              "then the session ends and a new one begins: a new day, sequence 1");
  app.add_option("--roll-session-after", arguments.roll_after, "the same after N messages")
      ->type_name("N")
      ->group(lines)
      ->check(CLI::PositiveNumber)
      ->excludes(roll_at);

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
  text(faults, "--burst-loss", typed.burst_loss, "PERCENT/N",
       "with so many packets begins a loss of N in a row, the same on all lines");
  text(faults, "--rerequest-delay", typed.rerequest_delay, "TIME", "answers to re-requests are late by so much");
  text(faults, "--rerequest-fault", typed.rerequest_fault, "KIND[/PERCENT]",
       "answers to re-requests are wrong-session, wrong-range, bad-framing or silent");
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

}  // namespace tickplant::feedhandlers::venue::program
