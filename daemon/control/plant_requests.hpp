// What clients want of the thread that owns the plant, and what it says to that. The control thread asks and goes on;
// the plant's thread answers when it comes by, and is woken for it.
//
// Threads: ask() and take_answers() the control thread's, next() and answer() the plant's.
// Not here: who may ask (control_server.hpp), what is done then (plant.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tickplant::daemon {

struct PlantRequest {
  enum class What : std::uint8_t { reload, stop, start_feed, stop_feed, restart_feed, rotate, savepoint, drain };
  std::uint64_t id = 0;  // of who asks
  What what = What::reload;
  std::string name = {};  // of a feed, of a savepoint
};

struct PlantAnswer {
  std::uint64_t id = 0;
  std::vector<std::string> lines = {};
  std::uint64_t number = 0;  // of the journal's new file
  std::string refusal = {};  // empty: done
};

class PlantRequests {
 public:
  /// Beyond that many at a time nobody is listened to.
  static constexpr std::size_t kMost = 64;

  /// `wake_plant`, `wake_control`: called by the other side, any time, cheap.
  PlantRequests(std::function<void()> wake_plant, std::function<void()> wake_control)
      : wake_plant_(std::move(wake_plant)), wake_control_(std::move(wake_control)) {}

  /// False: too many are waiting.
  [[nodiscard]] bool ask(PlantRequest request) {
    {
      const std::lock_guard lock(mutex_);
      if (requests_.size() == kMost) return false;
      requests_.push_back(std::move(request));
    }
    wake_plant_();
    return true;
  }
  [[nodiscard]] std::vector<PlantAnswer> take_answers() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }

  [[nodiscard]] std::optional<PlantRequest> next() {
    const std::lock_guard lock(mutex_);
    if (requests_.empty()) return std::nullopt;
    PlantRequest request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }
  void answer(PlantAnswer answer) {
    {
      const std::lock_guard lock(mutex_);
      answers_.push_back(std::move(answer));
    }
    wake_control_();
  }

 private:
  std::function<void()> wake_plant_, wake_control_;
  std::mutex mutex_;
  std::deque<PlantRequest> requests_;
  std::vector<PlantAnswer> answers_;
};

}  // namespace tickplant::daemon
