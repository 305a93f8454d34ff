// The suites, one function each.
#pragma once

#include <string>
#include <vector>

#include "bench/harness/report.hpp"

namespace tickplant::bench {

struct Options {
  int rounds = 5;
  bool smoke = false;
  std::vector<std::string> only;  // parts of the suites ring, analytics and journal; empty: all
};

/// Rings, tables and waking between processes against the bare hand-over of one cache line and against peers.
void run_ring_suite(const Options& options, Report& report);

/// ITCH 5.0, a whole day of 8,000 symbols: parse against a bare loop over the bytes; parse, book and publish against a
/// book of std::map.
void run_itch_suite(const Options& options, Report& report);

/// The same with real messages of one instrument, ITCH 5.0 and Databento MBO, where these captures are.
void run_book_suite(const Options& options, Report& report);

/// From the moment a datagram was due until a client process sees its record, through the real daemon, against the bare
/// hand-over of the datagram.
void run_end_to_end_suite(const Options& options, Report& report);

/// Receive, decode, book and publish what comes by UDP, against the bare recvmmsg drain of the same packets.
void run_udp_suite(const Options& options, Report& report);

/// Trades to windows, bars to indicators, and what waits while bars close, against every window updated by every trade
/// and every indicator from its history.
inline constexpr const char* kAnalyticsParts[] = {"trades", "bars", "memory", "delay"};
void run_analytics_suite(const Options& options, Report& report);

/// What rules of alerts add to a tick, against comparisons written by hand.
void run_alerts_suite(const Options& options, Report& report);

/// What a plant's journal writes, costs and reads again, against the disk alone, a plain reader, and the engine alone.
inline constexpr const char* kJournalParts[] = {"write", "verify", "replay", "cost", "past", "restart"};
void run_journal_suite(const Options& options, Report& report);

/// From the moment a trade was due until another process has what was computed from it, through the real daemon, beside
/// what is stated for a broker with a stream processor.
void run_seed_pipeline_suite(const Options& options, Report& report);

/// Batches into numpy arrays, and into a C array, against the C++ library's own, in turns.
void run_python_suite(const Options& options, Report& report);

/// A question at the control socket of the real daemon against the bare echo of a Unix socket; what a storm of
/// connections there changes for whoever publishes.
void run_control_suite(const Options& options, Report& report);

}  // namespace tickplant::bench
