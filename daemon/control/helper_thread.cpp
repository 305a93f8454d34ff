#include "daemon/control/helper_thread.hpp"

#include <pthread.h>

#include <utility>

namespace tickplant::daemon {

void HelperThread::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "tp-control-help");
    work();
  });
}

void HelperThread::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wanted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool HelperThread::run(Job job, Job then) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= kMost || is_stopping_) return false;
  }
  add(std::move(job), std::move(then), false);
  return true;
}

void HelperThread::must_run(Job job, Job then) { add(std::move(job), std::move(then), true); }

void HelperThread::add(Job job, Job then, bool must) {
  const std::uint64_t id = then ? next_id_++ : 0;
  if (then) waiting_.emplace(id, std::move(then));
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back({id, std::move(job), must});
  }
  wanted_.notify_one();
}

void HelperThread::take_done() {
  std::vector<std::uint64_t> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const std::uint64_t id : done) {
    auto found = waiting_.extract(id);
    if (found) found.mapped()();
  }
}

void HelperThread::work() {
  for (std::unique_lock lock(mutex_);;) {
    wanted_.wait(lock, [this] { return !tasks_.empty() || is_stopping_; });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    if (is_stopping_ && !task.must) continue;
    lock.unlock();
    task.job();
    task.job = {};  // here, not under the lock
    lock.lock();
    if (task.id == 0) continue;
    done_.push_back(task.id);
    lock.unlock();
    wake_();
    lock.lock();
  }
}

}  // namespace tickplant::daemon
