// A plant for tests in other languages: `plant_on_command` makes one, prints its folder, and does what stdin says, a
// line each, answered by a line each.
//
//   define SYMBOL [RING]                 answers its id
//   quote ID BID ASK [COUNT]             the first of COUNT quotes; each answers the last sequence
//   trade ID PRICE SIZE [COUNT]
//   depth ID BID ASK                     three levels a side, a cent apart
//   halt ID
//   compute                              from here on the plant computes
//   row ID WINDOW START_SECONDS CLOSE    needs `compute`, as the next do
//   values ID FIRST START_SECONDS VALUE...
//   signal ID NAME SECONDS PRICE
//   beat, rebuild                        sign of life; a successor builds all anew with twice the instruments
//
// Ends with stdin. Threads: one.
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/computing_plant.hpp"

namespace {

using namespace tickplant;

std::uint64_t run(const std::string& verb, std::istringstream& words, tests::PlantInFolder& made,
                  std::optional<tests::ComputingPlant>& computed) {
  std::string text;
  std::uint32_t id = 0;
  const auto next = [&](auto& value) {
    if (!(words >> value)) throw std::runtime_error(verb + " needs more words");
  };
  if (verb == "define") {
    next(text);
    std::size_t ring = 0;
    words >> ring;
    return made.define(text, ring).value;
  }
  if (verb == "beat") return made.beat(platform::system_now()), 0;
  if (verb == "rebuild") {
    tests::PlantShape shape = made.shape();
    shape.instruments *= 2;
    shape.ring_slots *= 2;
    computed.reset();
    made.succeed(shape);
    return 0;
  }
  if (verb == "compute") return computed.emplace(made), 0;
  next(id);
  std::uint64_t last = 0;
  if (verb == "quote" || verb == "trade") {
    double first = 0, second = 0;
    std::uint64_t count = 1;
    next(first);
    next(second);
    words >> count;
    for (std::uint64_t i = 0; i < count; ++i) {
      last = (verb == "quote" ? made.quote({id}, first, second)
                              : made.trade({id}, first, static_cast<std::uint64_t>(second)))
                 .value;
    }
    return last;
  }
  if (verb == "depth") {
    double bid = 0, ask = 0;
    next(bid);
    next(ask);
    std::vector<ringbuf::DepthLevel> bids, asks;
    for (int i = 0; i < 3; ++i) {
      bids.push_back({tests::dollars(bid - 0.01 * i), {100}, 1, 0});
      asks.push_back({tests::dollars(ask + 0.01 * i), {200}, 2, 0});
    }
    return made.depth({id}, bids, asks), 0;
  }
  if (verb == "halt") {
    ringbuf::StatusBody halt;
    halt.trading_status = ringbuf::TradingStatus::halted;
    return made.publish({id}, halt).value;
  }
  if (!computed) throw std::runtime_error("say `compute` first, or this is no command: " + verb);
  std::int64_t seconds = 0;
  next(text);
  next(seconds);
  const platform::UnixNanos time{seconds * platform::kNanosPerSecond};
  double value = 0;
  if (verb == "row") {
    next(value);
    return computed->row({id}, text, time, {.close = value}).value;
  }
  if (verb == "values") {
    std::vector<double> values;
    while (words >> value) values.push_back(value);
    return computed->values({id}, text, time, values).value;
  }
  if (verb == "signal") {
    next(value);
    return computed->signal({id}, text, time, ringbuf::SignalValue::golden, value).value;
  }
  throw std::runtime_error("no such command: " + verb);
}

}  // namespace

int main() try {
  tests::PlantInFolder made{{.rings = {"ticks", "more"}}};
  std::optional<tests::ComputingPlant> computed;
  made.beat(platform::system_now());
  std::cout << made.folder().string() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    std::cout << run(verb, words, made, computed) << std::endl;
  }
  return 0;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "plant_on_command: %s\n", error.what()), 2;
}
