// A plant as a client sees it: found by name, mapped read-only, attached again when it was rebuilt.
//
//   Plant plant{"demo"};
//   const auto apple = plant.instrument("AAPL");         // throws with the candidates when it is ambiguous
//   ImageView image{plant};                              // image_view.hpp: where is it now?
//   Subscriber ticks{plant, {.symbols = {"AAPL"}}};      // subscriber.hpp: every record from here on
//
// Threads: a Plant and all that was made from it belong to one thread; make a Plant for each thread that reads. Nothing
// here can change or delay the plant.
// Not here: control (alerts, subscriptions upstream), history before the ring.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/attached_segment.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::clients {

enum class PlantState : std::uint8_t {
  live,     // its daemon runs and shows it
  stalled,  // its daemon exists, but has shown no sign of life for Plant::kStalledNanos
  dead,     // its daemon was killed; the segments stay for its successor and can be read
  closed,   // stopped in order; a successor may take it over
};

/// "live".
[[nodiscard]] std::string_view name_of(PlantState state) noexcept;

class Plant {
 public:
  /// Heartbeats come every 100 ms by default, 1 s at most.
  static constexpr std::int64_t kStalledNanos = 3'000'000'000;
  /// A daemon that we cannot see in /proc (killed, or in another pid namespace, or /proc hides it) is believed alive
  /// while its heartbeat is younger than this. One that this Plant has seen before is dead at once.
  static constexpr std::int64_t kUnseenNanos = 1'500'000'000;

  /// Attaches the plant of that name (ringbuf/plant_folder.hpp says where it is looked for). Throws SetupError: no such
  /// plant (with the names of those that are there), no permission, another version, half built.
  explicit Plant(std::string_view name,
                 const ringbuf::RuntimeEnvironment& environment = ringbuf::runtime_environment_of_this_process());
  /// The same, in a folder known to the caller.
  static Plant in_folder(std::filesystem::path folder);

  /// Views and subscribers hold on to the object they were made from: move it before, not after.
  Plant(Plant&&) noexcept;
  Plant& operator=(Plant&&) noexcept;
  ~Plant();

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept;

  /// Looks at heartbeat, process and segment state; a few microseconds. Of what we have attached: after is_superseded()
  /// it speaks of the old plant until reattach().
  [[nodiscard]] PlantState state() const noexcept;
  /// Process id of the daemon, or of the last one.
  [[nodiscard]] std::uint32_t daemon_pid() const noexcept;
  /// Grows with each daemon that took over.
  [[nodiscard]] std::uint64_t epoch() const noexcept;
  /// ns UTC: when its segments were made, and of its newest heartbeat.
  [[nodiscard]] platform::UnixNanos created_at() const noexcept;
  [[nodiscard]] platform::UnixNanos heartbeat() const noexcept;
  /// Changes when any ring has news: a futex word. It stays where it is until reattach().
  [[nodiscard]] const std::atomic<std::uint32_t>& wake_word() const noexcept;

  /// The catalog as it is now: more may come while the plant runs. Throw SetupError when an entry stays half written.
  [[nodiscard]] std::vector<ringbuf::CatalogFeed> feeds() const;
  [[nodiscard]] std::vector<ringbuf::CatalogSegment> segments() const;
  /// Names of the rings of ticks, in the order of the catalog.
  [[nodiscard]] std::vector<std::string> tick_rings() const;
  /// Grows with every change of the above. Cheap: one load.
  [[nodiscard]] std::uint64_t catalog_version() const noexcept;

  /// References hold until reattach().
  [[nodiscard]] const ringbuf::InstrumentDirectoryReader& instruments() const noexcept;
  [[nodiscard]] const ringbuf::CountersReader& counters() const noexcept;
  [[nodiscard]] const ringbuf::ClockPageReader& clock() const noexcept;
  /// UTC now by the plant's clock: comparable with ts_recv, no system call where the TSC is good.
  [[nodiscard]] platform::UnixNanos now() const noexcept;

  /// "AAPL@XNAS", or "AAPL" when only one venue has it. Throws SetupError with candidates or near misses.
  [[nodiscard]] ringbuf::InstrumentId instrument(std::string_view symbol) const;
  /// "AAPL@XNAS"; "" when unknown.
  [[nodiscard]] std::string symbol_of(ringbuf::InstrumentId id) const;
  /// Of the feed that defined the instrument: the name of its ring, and so of its tables. Empty when unknown.
  [[nodiscard]] std::string ring_of(ringbuf::InstrumentId id) const;

  /// Attaches a segment by its catalog name ("ticks", "image.ticks"). Throws SetupError. It stays valid on its own.
  [[nodiscard]] AttachedSegment open(const std::string& segment_name, ringbuf::SegmentExpectation expectation) const;

  /// Has any of the files we hold been replaced by a new one of its name? A plant that was stopped in order and is
  /// taken over in place is not superseded: it is closed, then live again. Four system calls: ask about ten times a
  /// second, or when nothing comes.
  [[nodiscard]] bool is_superseded() const noexcept;
  /// Attaches the files that have the plant's name now. True when they are others than before: views turn to the new
  /// tables by themselves, subscribers when they have read the old rings to their end. False when nothing has changed,
  /// or when there is nothing to attach yet: problem() says why.
  bool reattach();
  /// Grows with each reattach() that returned true.
  [[nodiscard]] std::uint64_t generation() const noexcept;
  /// Why the last reattach() could not attach; empty when it could.
  [[nodiscard]] const std::string& problem() const noexcept;

 private:
  struct Attachment;
  explicit Plant(std::unique_ptr<Attachment> attachment) noexcept;
  std::unique_ptr<Attachment> attachment_;
  std::uint64_t generation_ = 1;
  std::string problem_;
};

/// Names of the plants that `Plant{name}` would find, sorted.
[[nodiscard]] std::vector<std::string> known_plants(
    const ringbuf::RuntimeEnvironment& environment = ringbuf::runtime_environment_of_this_process());

}  // namespace tickplant::clients
