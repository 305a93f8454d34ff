#include "bench/journal_restart.hpp"

#include <signal.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "bench/harness/child_program.hpp"
#include "bench/harness/temp_folder.hpp"
#include "clients/cpp/plant.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::bench {
namespace {

namespace counter = ringbuf::counter;
using namespace std::chrono_literals;
using platform::SetupError;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 60s;

class KilledPlant {
 public:
  explicit KilledPlant(const RestartWish& wish) : wish_(wish) {
    std::ofstream(folder_.path() / "analytics.yaml") << wish.analytics;
    std::ofstream(folder_.path() / "plant.yaml")
        << "plant: {name: restart}\nrings:\n  ticks: {slots: 1048576}\ninstruments: {capacity: "
        << wish.instruments + 24
        << "}\nfeeds:\n  bench:\n    protocol: journal\n    venue: XBEN\n    source: {kind: journal, path: "
        << wish.recorded.string() << ", plays: ticks, speed: " << wish.speed
        << "}\nanalytics: {file: " << (folder_.path() / "analytics.yaml").string()
        << "}\njournal: {folder: " << (folder_.path() / "journal").string()
        << ", segment: 64MiB, checkpoint: 3600s}\nlog: {level: info}\n";
  }

  RestartTimes run() {
    {
      const ChildProgram daemon = start("first.log");
      killed_ = wait_for("first.log", [&](const clients::Plant& plant) { return published(plant) >= wish_.records; });
      ::kill(static_cast<pid_t>(killed_), SIGKILL);  // our own child
    }
    // Counters go on where they were, this one until the next daemon is ready, too.
    const clients::Plant dead = clients::Plant::in_folder(memory_.path() / "run");
    const std::uint64_t told = published(dead);
    ready_before_ = ready_at(dead);
    RestartTimes times;
    const auto began = Clock::now();
    const auto millis = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - began).count(); };
    {
      const ChildProgram daemon = start("second.log");
      (void)wait_for("second.log", [&](const clients::Plant&) { return true; });
      times.ready_ms = millis();
      (void)wait_for("second.log", [&](const clients::Plant& plant) { return published(plant) > told; });
      times.first_live_ms = millis();
    }  // its log is written by a thread of its own, and whole when it has ended
    times.told = line_of("second.log", "analytics goes on behind");
    if (times.told.empty()) throw SetupError{"the daemon did not go on: " + text_of("second.log"), "this is a bug"};
    return times;
  }

 private:
  [[nodiscard]] ChildProgram start(const char* log) const {
    return {sibling_program("tickplantd"),
            {"--config", (folder_.path() / "plant.yaml").string()},
            {"TICKPLANT_RUNTIME=" + (memory_.path() / "run").string(),
             "TICKPLANT_PLANT_STATE_FOLDER=" + (folder_.path() / "state").string()},
            (folder_.path() / log).string()};
  }
  static std::uint64_t ready_at(const clients::Plant& plant) {
    return plant.counters().find(counter::kHousekeeping, counter::kReadyAt).value_or(0);
  }
  static std::uint64_t published(const clients::Plant& plant) {
    return plant.counters().find("feed.bench", counter::kRecords).value_or(0);
  }
  /// Until a live plant fulfils it. Returns its process.
  template <class Condition>
  std::uint32_t wait_for(const char* log, Condition&& is_met) const {
    std::optional<clients::Plant> plant;
    for (const auto until = Clock::now() + kPatience; Clock::now() < until; std::this_thread::sleep_for(1ms)) {
      try {
        if (!plant) plant = clients::Plant::in_folder(memory_.path() / "run");
      } catch (const SetupError&) {  // not yet
        continue;
      }
      const bool is_ready = plant->state() == clients::PlantState::live && plant->daemon_pid() != killed_ &&
                            ready_at(*plant) != 0 && ready_at(*plant) != ready_before_;
      if (is_ready && is_met(*plant)) return plant->daemon_pid();
      if (!is_ready) plant.reset();  // that of the one that is gone
    }
    throw SetupError{"benchmark journal: the daemon did not get there: " + text_of(log), "see above"};
  }
  [[nodiscard]] std::string text_of(const char* log) const {
    std::ifstream in(folder_.path() / log);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::string line_of(const char* log, const std::string& what) const {
    const std::string text = text_of(log);
    const std::size_t at = text.find(what);
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  }

  RestartWish wish_;
  std::uint32_t killed_ = 0;
  std::uint64_t ready_before_ = 0;
  TempFolder folder_;
  TempFolder memory_{"/dev/shm"};
};

}  // namespace

RestartTimes restart_after_kill(const RestartWish& wish) { return KilledPlant(wish).run(); }

}  // namespace tickplant::bench
