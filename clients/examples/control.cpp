// Asks the daemon of a plant: `control PLANT` describes it, `control PLANT reload` has it read its analytics file
// again.
//
// Threads: one.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "clients/control/control_client.hpp"
#include "clients/cpp/plant.hpp"

int main(int argc, char** argv) try {
  using namespace tickplant;
  if (argc < 2 || argc > 3 || (argc == 3 && std::string_view(argv[2]) != "reload")) {
    return std::fputs("usage: control PLANT [reload]\n", stderr), 2;
  }
  const clients::Plant plant{argv[1]};
  clients::ControlClient daemon{plant.folder(), "example"};
  if (argc == 3) {
    for (const std::string& change : daemon.reload().lines) std::printf("%s\n", change.c_str());
    return 0;
  }
  const clients::PlantDescription found = daemon.describe();
  std::printf("%s %s, process %u, %u instruments; you are a %s\n", found.name.c_str(), found.version.c_str(), found.pid,
              found.instrument_count, std::string(name_of(daemon.role())).c_str());
  for (const auto& feed : found.feeds) {
    std::printf("feed %s: %s from %s, ring %s\n", feed.name.c_str(), feed.protocol.c_str(), feed.venue.c_str(),
                feed.ring.c_str());
  }
  return 0;
} catch (const tickplant::clients::ControlRefusal& refusal) {
  return std::fprintf(stderr, "the daemon refuses: %s\n", refusal.what()), 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 2;
}
