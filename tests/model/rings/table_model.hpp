// One entry of a table and what any reader of it may see: a whole copy, never an older one than before.
//
// Threads: one writer, Readers readers. Not here: an entry beside a ring (join_model.hpp).
#pragma once

#include "tests/model/rings/search.hpp"
//
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::model {

/// A stamp and two words, functions of the stamp.
struct EntryImage {
  std::uint64_t stamp = 0;
  std::array<std::uint64_t, 2> word{};

  static EntryImage of(std::uint64_t sequence) noexcept { return {sequence, {sequence * 10 + 1, sequence * 10 + 2}}; }
  friend bool operator==(const EntryImage&, const EntryImage&) = default;
};
using Entry = ringbuf::StampedEntry<sizeof(EntryImage), RelacyAtomic>;

/// `Deaths`: also entries never written, and a writer that dies in its last write.
template <int Readers, unsigned Writes, unsigned Reads, bool Deaths>
struct TableModel : rl::test_suite<TableModel<Readers, Writes, Reads, Deaths>, 1 + Readers> {
  Entry entry{};
  std::uint64_t complete = 0;  // stamp of the newest whole write, in the order of execution
  bool is_dead = false;        // the writer died in a write
  std::array<std::uint64_t, Readers> seen{};

  void before() {
    if (!Deaths || choose(2) == 0) write(1, 3);
  }

  void thread(unsigned index) {
    if (index == 0) {
      const unsigned last_step = Deaths ? choose(4) : 3;
      for (unsigned i = 0; i < Writes; ++i) write(complete + 1 + i, i + 1 == Writes ? last_step : 3);
    } else {
      for (unsigned i = 0; i < Reads; ++i) read(index - 1);
    }
  }

  void after() {
    for (unsigned i = 0; i < Readers; ++i) {
      read(i);
      require(is_dead || seen[i] == complete, "at the end the newest write is read");
    }
  }

 private:
  /// `steps` of begin, store, end: fewer than three are a death.
  void write(std::uint64_t sequence, unsigned steps) {
    const EntryImage image = EntryImage::of(sequence);
    is_dead = steps == 1 || steps == 2;
    if (steps > 0) entry.begin({sequence});
    if (steps > 1) entry.store(8, image.word.data(), sizeof image.word);
    if (steps > 2) {
      entry.end({sequence});
      complete = sequence;
    }
  }

  void read(unsigned reader) {
    EntryImage out;
    switch (entry.read(&out)) {
      case ringbuf::TableRead::value:
        require(out.stamp != 0 && out == EntryImage::of(out.stamp), "a copy is whole");
        require(out.stamp >= seen[reader], "an entry never goes back");
        seen[reader] = out.stamp;
        break;
      case ringbuf::TableRead::never: require(seen[reader] == 0, "what was written stays written"); break;
      case ringbuf::TableRead::busy: require(is_dead, "busy for ever is a dead writer's entry only"); break;
    }
  }
};

}  // namespace tickplant::model
