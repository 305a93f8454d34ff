// Four ways to read the same stream, to choose from: `ways_to_read PLANT poll|batch|callback|blocking SYMBOL COUNT`.
//
//   poll      a lambda per record, as soon as it is there; a whole core. The fastest
//   batch     what is there, as an array: for who treats many at once
//   callback  a handler that is told more than records: images, losses, rebuilt rings
//   blocking  sleeps until there is news; no CPU meanwhile
//
// Prints the first COUNT quotes of the symbol and ends. Threads: one.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/subscriber.hpp"

namespace {

using namespace tickplant;
using ringbuf::Record;

class Printer {
 public:
  explicit Printer(long wanted) : left_(wanted) {}
  [[nodiscard]] bool is_done() const { return left_ <= 0; }
  void print(const Record& record) {
    if (is_done()) return;
    const auto quote = record.as<ringbuf::QuoteBody>();
    std::printf("%llu %.4f x %.4f\n", static_cast<unsigned long long>(record.sequence().value),
                static_cast<double>(quote.bid_price.value) / ringbuf::kPriceScale,
                static_cast<double>(quote.ask_price.value) / ringbuf::kPriceScale);
    --left_;
  }

 private:
  long left_;
};

void poll(clients::Subscriber& quotes, Printer& printer) {
  while (!printer.is_done()) {
    if (quotes.poll([&](const Record& record) { printer.print(record); }) == 0) platform::cpu_pause();
  }
}

void batch(clients::Subscriber& quotes, Printer& printer) {
  std::vector<Record> batch;
  while (!printer.is_done()) {
    batch.clear();
    if (quotes.poll([&](const Record& record) { batch.push_back(record); }, 4'096) == 0) platform::cpu_pause();
    for (const Record& record : batch) printer.print(record);
  }
}

struct Handler {
  void operator()(const Record& record) { printer.print(record); }
  void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) {
    std::printf("instrument %u: last %.4f\n", id.value, static_cast<double>(image.last_price.value) / 1e9);
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange lost) {
    std::printf("too slow: %llu records of %s are gone\n", static_cast<unsigned long long>(lost.count()),
                std::string(ring).c_str());
  }
  void on_attached(std::string_view ring, ringbuf::Sequence first) {
    std::printf("%s goes on at %llu\n", std::string(ring).c_str(), static_cast<unsigned long long>(first.value));
  }
  Printer& printer;
};

void callback(clients::Subscriber& quotes, Printer& printer) {
  Handler handler{printer};
  while (!printer.is_done()) {
    if (quotes.poll(handler) == 0) platform::cpu_pause();
  }
}

void blocking(clients::Subscriber& quotes, Printer& printer) {
  clients::Idle idle{clients::IdleStrategy::sleep};
  while (!printer.is_done()) {
    (void)quotes.poll_or_idle([&](const Record& record) { printer.print(record); }, idle);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const char* const usage = "usage: ways_to_read PLANT poll|batch|callback|blocking SYMBOL COUNT\n";
  if (words.size() != 4) return std::fputs(usage, stderr), 2;
  clients::Plant plant{words[0]};
  const bool wants_images = words[1] == "callback";
  clients::Subscriber quotes{plant,
                             {.symbols = {words[2]},
                              .types = {ringbuf::RecordType::quote},
                              .join = wants_images ? clients::Join::image : clients::Join::newest}};
  Printer printer{std::strtol(words[3].c_str(), nullptr, 10)};
  if (words[1] == "poll") {
    poll(quotes, printer);
  } else if (words[1] == "batch") {
    batch(quotes, printer);
  } else if (words[1] == "callback") {
    callback(quotes, printer);
  } else if (words[1] == "blocking") {
    blocking(quotes, printer);
  } else {
    return std::fputs(usage, stderr), 2;
  }
  std::printf("lost: %llu records\n", static_cast<unsigned long long>(quotes.lost_count()));
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
