// Trades from some time ago on, then live, without a gap and without a duplicate:
// `history_to_live PLANT SYMBOL SECONDS_AGO COUNT` prints the first COUNT of them, and where the past ended.
//
// Threads: one.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/history.hpp"

namespace {

using namespace tickplant;

struct Printer {
  void operator()(const ringbuf::Record& record) {
    if (left-- <= 0) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    std::printf("%lld %.4f %llu\n", static_cast<long long>(record.header.ts_recv.value),
                static_cast<double>(trade.price.value) / ringbuf::kPriceScale,
                static_cast<unsigned long long>(trade.size.value));
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange lost) {
    std::printf("not kept any more: %llu records of %s\n", static_cast<unsigned long long>(lost.count()),
                std::string(ring).c_str());
  }
  long left = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4) return std::fputs("usage: history_to_live PLANT SYMBOL SECONDS_AGO COUNT\n", stderr), 2;
  clients::Plant plant{words[0]};
  clients::History history{plant,
                           {.from = std::chrono::seconds(std::strtol(words[2].c_str(), nullptr, 10)),
                            .symbols = {words[1]},
                            .types = {ringbuf::RecordType::trade},
                            .market_wide = false}};
  Printer printer{std::strtol(words[3].c_str(), nullptr, 10)};
  clients::Idle idle{clients::IdleStrategy::sleep};
  bool was_joined = false;
  while (printer.left > 0) {
    (void)history.poll_or_idle(printer, idle);
    if (!was_joined && history.is_joined()) {
      std::printf("from here on out of memory; the journal is %s\n",
                  history.journal().empty() ? "nowhere" : history.journal().c_str());
      was_joined = true;
    }
  }
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
