// Does for the control thread what may take its time: the disk, the past. Jobs are short pieces, done in the order in
// which they were asked for; who has more to do asks again, so that all who wait take turns.
//
//   control thread --run(job, then)--> helper: job() --> control thread: then()
//
// Threads: one of its own. run() and take_done() the control thread's; a `then` lives and dies there.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace tickplant::daemon {

class HelperThread {
 public:
  using Job = std::function<void()>;

  /// Beyond that many at a time a client is refused; what must be done is taken always: it comes from calls that were.
  static constexpr std::size_t kMost = 1'024;

  /// `wake`: the control thread has something to take; any time, cheap.
  explicit HelperThread(std::function<void()> wake) : wake_(std::move(wake)) {}
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;
  ~HelperThread() { stop(); }

  void start();
  /// What must be done is done before; the rest is dropped.
  void stop() noexcept;

  /// `job` throws nothing. False: too much is waiting, and none of both is called.
  [[nodiscard]] bool run(Job job, Job then);
  /// Is done also when the plant ends meanwhile.
  void must_run(Job job, Job then = {});

  /// Calls what is to be called now.
  void take_done();
  /// Nobody waits any more.
  void forget() { waiting_.clear(); }

 private:
  struct Task {
    std::uint64_t id = 0;  // of its `then`
    Job job;
    bool must = false;
  };
  void add(Job job, Job then, bool must);
  void work();

  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Task> tasks_;
  std::vector<std::uint64_t> done_;
  bool is_stopping_ = false;
  std::thread thread_;

  // The control thread's:
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Job> waiting_;
};

}  // namespace tickplant::daemon
