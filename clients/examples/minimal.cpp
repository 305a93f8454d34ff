// Prints the quotes of one instrument, whatever happens to the plant meanwhile: `minimal demo AAPL`.
//
// Threads: one. The example of the README.
#include <cstdio>
#include <exception>

#include "clients/cpp/subscriber.hpp"
#include "platform/cpu_pause.hpp"

int main(int argc, char** argv) try {
  using namespace tickplant;
  if (argc != 3) return std::fputs("usage: minimal PLANT SYMBOL\n", stderr), 2;
  clients::Plant plant{argv[1]};
  clients::Subscriber quotes{plant, {.symbols = {argv[2]}, .types = {ringbuf::RecordType::quote}}};
  for (;;) {
    const auto count = quotes.poll([](const ringbuf::Record& record) {
      const auto quote = record.as<ringbuf::QuoteBody>();
      std::printf("%.4f x %.4f\n", double(quote.bid_price.value) / 1e9, double(quote.ask_price.value) / 1e9);
    });
    if (count == 0) platform::cpu_pause();
  }
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
