// What a candidate must look like, and running one: its writer and its reader each in a process (or thread) of its own.
//
//   struct SomePeer {
//     static constexpr PeerTraits kTraits{...};
//     SomePeer();                                     made once per run, before the sides are
//     struct Writer {                                 made in the writer's side
//       explicit Writer(SomePeer&);
//       bool try_send(const CheckedRecord&);          false: full, try again
//       void flush();                                 what was sent must be on its way now
//     };
//     struct Reader {                                 made in the reader's side; from then on nothing is missed
//       explicit Reader(SomePeer&);
//       bool try_receive(CheckedRecord&);             false: nothing yet; may block for a moment if kTraits says so
//     };
//   };
//
// Threads: described above. Not here: what is measured (hop.hpp, throughput.hpp).
#pragma once

#include <exception>
#include <thread>

#include "bench/harness/checked_record.hpp"
#include "bench/harness/side_process.hpp"
#include "bench/ring/stage.hpp"

namespace tickplant::bench {

enum class Between { processes, threads };

struct PeerTraits {
  const char* name;
  const char* how;  // for the conditions: what it is, who waits how
  Between between = Between::processes;
  std::uint64_t window =
      0;  // it would overwrite or pile up: the writer keeps at most so far ahead; 0: it blocks itself
  double shortest_interval_nanos = 0;  // known not to sustain more
};

/// Calls write(Writer&) and read(Reader&) in their sides, pinned, and returns when both are done.
template <class Peer, class Write, class Read>
void run_peer(Stage& stage, Write&& write, Read&& read) {
  // Pinned after construction: threads that a library starts for itself stay free to run where there is room.
  const auto writer_side = [&](Peer& peer) {
    typename Peer::Writer writer(peer);
    stage.enter_writer();
    stage.wait_for_reader();
    write(writer);
  };
  const auto reader_side = [&](Peer& peer) {
    typename Peer::Reader reader(peer);
    stage.enter_reader();
    stage.reader_is_ready();
    read(reader);
  };
  stage.reset_meeting();
  if constexpr (Peer::kTraits.between == Between::processes) {
    Peer peer;
    SideProcess reader([&] { reader_side(peer); });
    SideProcess writer([&] { writer_side(peer); });
    SideProcess::join_all({&writer, &reader}, Stage::kPatience);
  } else {
    SideProcess both([&] {
      Peer peer;
      std::thread reader([&] {
        try {
          reader_side(peer);
        } catch (const std::exception& error) {
          SideProcess::fail(error.what());
        }
      });
      writer_side(peer);
      reader.join();
    });
    SideProcess::join_all({&both}, Stage::kPatience);
  }
}

}  // namespace tickplant::bench
