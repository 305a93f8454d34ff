// The candidates. Those whose library was not there when this was built, or whose service does not start, are named
// with the reason instead.
//
// Threads: one. A new one: its file here, a line below and in peers.cpp, its library in bench/CMakeLists.txt.
#pragma once

#include <string>
#include <vector>

#include "bench/ring/candidate.hpp"

namespace tickplant::bench {

[[nodiscard]] Candidate broadcast_ring();  // ours
[[nodiscard]] Candidate naive_ring();
[[nodiscard]] Candidate boost_spsc();
[[nodiscard]] Candidate boost_message_queue();
[[nodiscard]] Candidate seqpacket();

// Each in a file that is built only where its library is. Throws SetupError where its service does not start.
[[nodiscard]] Candidate iceoryx();
[[nodiscard]] Candidate zeromq();
[[nodiscard]] Candidate redis();
[[nodiscard]] Candidate moodycamel_queue();
[[nodiscard]] Candidate atomic_queue_spsc();

struct Peers {
  std::vector<Candidate> all;         // ours is not among them
  std::vector<std::string> left_out;  // "left out: zeromq (tools/packages install bench)"
};
[[nodiscard]] Peers all_peers();

/// A program of that name on the PATH, in /usr/bin or /usr/sbin. Throws SetupError when there is none.
[[nodiscard]] std::string program_path(const std::string& name);

}  // namespace tickplant::bench
