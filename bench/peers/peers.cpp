#include "bench/peers/peers.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace tickplant::bench {

std::string program_path(const std::string& name) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::istringstream folders(std::string(path == nullptr ? "" : path) + ":/usr/bin:/usr/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  throw platform::SetupError{"there is no program " + name, "tools/packages install bench"};
}

Peers all_peers() {
  Peers peers{{naive_ring(), boost_spsc(), boost_message_queue(), seqpacket()}, {}};
  const auto add = [&](const std::string& name, Candidate (*make)()) {
    std::string why = "tools/packages install bench, then configure again";
    try {
      if (make != nullptr) {
        peers.all.push_back(make());
        return;
      }
    } catch (const platform::SetupError& error) {
      why = error.problem();
    }
    peers.left_out.push_back("left out: " + name + " (" + why + ")");
  };
#if defined(TICKPLANT_BENCH_ICEORYX)
  add("iceoryx", iceoryx);
#else
  add("iceoryx", nullptr);
#endif
#if defined(TICKPLANT_BENCH_ZEROMQ)
  add("ZeroMQ", zeromq);
#else
  add("ZeroMQ", nullptr);
#endif
#if defined(TICKPLANT_BENCH_REDIS)
  add("Redis", redis);
#else
  add("Redis", nullptr);
#endif
#if defined(TICKPLANT_BENCH_MOODYCAMEL)
  add("moodycamel queue", moodycamel_queue);
#else
  add("moodycamel queue", nullptr);
#endif
#if defined(TICKPLANT_BENCH_ATOMIC_QUEUE)
  add("atomic_queue", atomic_queue_spsc);
#else
  add("atomic_queue", nullptr);
#endif
  return peers;
}

}  // namespace tickplant::bench
