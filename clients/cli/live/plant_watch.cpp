#include "clients/cli/live/plant_watch.hpp"

#include <cstdio>

#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/terminal.hpp"
#include "ringbuf/resolve_symbol.hpp"

namespace tickplant::cli {

void PlantWatch::look() {
  const clients::PlantState state = plant_->state();
  if (state == state_) return;
  state_ = state;
  const bool live = state == clients::PlantState::live;
  std::fprintf(stderr, "tickplant: %s%s\n", state_text(*plant_).c_str(), live ? " again" : "; waiting for it");
}

void warn_of_unknown(const clients::Plant& plant, const std::vector<std::string>& symbols) {
  for (const std::string& symbol : symbols) {
    if (plant.instruments().find(symbol).kind != ringbuf::SymbolMatch::Kind::unknown) continue;
    const std::vector<std::string> near = ringbuf::nearest_symbols(plant.instruments(), symbol, 3);
    std::string guess;
    for (const std::string& name : near) guess += (guess.empty() ? "; did you mean " : ", ") + name;
    std::fprintf(stderr, "tickplant: nobody knows '%s' yet, waiting for it%s\n", printable(symbol).c_str(),
                 (near.empty() ? "" : guess + '?').c_str());
  }
}

void say_missing_journal(const clients::Plant& plant, const std::filesystem::path& journal) {
  if (!journal.empty()) return;
  std::fprintf(stderr, "tickplant: no journal of plant '%s' was found; this is what its rings keep\n",
               printable(plant.name()).c_str());
}

void say_lost(std::string_view ring, ringbuf::SequenceRange range) {
  std::fflush(stdout);
  std::fprintf(stderr, "tickplant: lost %s of ring %s: sequences %llu to %llu were overwritten before they were read\n",
               count_text(range.count(), "record").c_str(), std::string(ring).c_str(),
               static_cast<unsigned long long>(range.first), static_cast<unsigned long long>(range.last));
}

void say_attached(std::string_view ring, ringbuf::Sequence first) {
  std::fprintf(stderr, "tickplant: ring %s was built anew, going on from sequence %llu\n", std::string(ring).c_str(),
               static_cast<unsigned long long>(first.value));
}

}  // namespace tickplant::cli
