#include "bench/ring/stage.hpp"

#include <algorithm>
#include <new>
#include <thread>

#include "bench/harness/interruption.hpp"
#include "platform/cpu_affinity.hpp"

namespace tickplant::bench {
namespace {

constexpr double kNearNanos = 100;  // two cores that share a cache hand a line over in less

}  // namespace

Stage::Stage(const Options& options, Report& report)
    : options_(options),
      report_(report),
      cores_(choose_cores()),
      memory_(sizeof(Meeting)),
      meeting_(*new (memory_.writable()) Meeting) {}

void Stage::reset_meeting() noexcept {
  meeting_.reader_is_ready.store(0);
  meeting_.is_warm.store(0);
  meeting_.go.store(0);
  meeting_.reader_position.store(0);
  meeting_.schedule_start.store(0);
  meeting_.line.store(0);
  for (auto& figure : meeting_.figure) figure.store(0);
}

void Stage::wait_for_side(const std::atomic<std::uint32_t>& flag) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (flag.load(std::memory_order_acquire) == 0) {
    Interruption::check();
    if (std::chrono::steady_clock::now() > deadline)
      throw platform::SetupError{"a side of a benchmark did not begin", "run it again by itself"};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Stage::enter(int cpu) const {
  if (cores_.pinned) platform::pin_this_thread(cpu);
  memory_.prefault();
}

void Stage::wait_for_reader() const noexcept {
  while (meeting_.reader_is_ready.load(std::memory_order_acquire) == 0) platform::cpu_pause();
}

void Stage::wait_for_position(std::uint64_t position) const noexcept {
  while (meeting_.reader_position.load(std::memory_order_acquire) < position) platform::cpu_pause();
}

void Stage::add(const std::string& name, const std::string& metric, const char* unit, const std::vector<Pair>& pairs,
                const std::string& baseline, const std::string& conditions) {
  const Pair pair = median_pair(pairs);
  report_.add({"ring", name, metric, unit, pair.value, baseline, pair.baseline, spread(pairs) + "; " + conditions});
}

void Stage::add(const std::string& name, const std::string& metric, const char* unit, const std::vector<double>& values,
                const std::string& conditions) {
  report_.add({"ring", name, metric, unit, median(values), "", 0,
               "median of " + std::to_string(values.size()) + " rounds; " + conditions});
}

std::string Stage::placement(const std::vector<double>& floors) const {
  if (!cores_.pinned) return "not pinned: one core only";
  const auto near = std::count_if(floors.begin(), floors.end(), [](double floor) { return floor < kNearNanos; });
  const auto [least, most] = std::minmax_element(floors.begin(), floors.end());
  return "writer on cpu " + std::to_string(cores_.writer) + ", reader on cpu " + std::to_string(cores_.reader) +
         "; placement near in " + std::to_string(near) + ", far in " +
         std::to_string(static_cast<std::ptrdiff_t>(floors.size()) - near) + " rounds (floor p50 " +
         std::to_string(static_cast<int>(*least)) + " to " + std::to_string(static_cast<int>(*most)) + " ns)";
}

}  // namespace tickplant::bench
