// A stream as a C program holds it: one of the C++ library's readers, the plant it reads, and the way into an array.
//
//   Stream<ringbuf::Record> stream(std::make_unique<StreamOf<Subscriber>>(folder, subscription), {.raises = true});
//   const std::int64_t count = stream.poll(records, capacity);
//
// Threads: one at a time.
// Not here: which options make which reader (ticks.cpp, results.cpp).
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "clients/c/answer.hpp"
#include "clients/c/handover.hpp"
#include "clients/cpp/idle.hpp"
#include "clients/cpp/look_timer.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::clients::c {

/// A reader of any kind; called once a batch.
template <class Record>
class StreamSource {
 public:
  StreamSource() = default;
  StreamSource(const StreamSource&) = delete;
  StreamSource& operator=(const StreamSource&) = delete;
  virtual ~StreamSource() = default;

  virtual std::size_t poll(Handover<Record>& to, std::size_t limit) = 0;
  virtual std::size_t poll_or_idle(Handover<Record>& to, Idle& idle, std::size_t limit) = 0;
  [[nodiscard]] virtual tickplant_progress progress() const = 0;
  /// All that was asked for was handed over.
  [[nodiscard]] virtual bool is_done() const = 0;
  virtual void conflate() = 0;
  /// Of results; else nullptr.
  [[nodiscard]] virtual const ringbuf::FunctionsReader* functions() const = 0;
};

/// Each has a plant of its own (plant_handle.hpp says why).
template <class Record, class Reader>
class StreamOf final : public StreamSource<Record> {
 public:
  template <class Wish>
  StreamOf(const std::filesystem::path& folder, Wish wish)
      : plant_(Plant::in_folder(folder)), reader_(plant_, std::move(wish)) {}

  std::size_t poll(Handover<Record>& to, std::size_t limit) override { return reader_.poll(to, limit); }
  std::size_t poll_or_idle(Handover<Record>& to, Idle& idle, std::size_t limit) override {
    return reader_.poll_or_idle(to, idle, limit);
  }
  [[nodiscard]] tickplant_progress progress() const override {
    tickplant_progress found{};
    found.lost_count = reader_.lost_count();
    found.is_joined = 1;
    if constexpr (requires { reader_.merged_count(); }) found.merged_count = reader_.merged_count();
    if constexpr (requires { reader_.lag(); }) found.lag = reader_.lag();
    if constexpr (requires { reader_.unknown_count(); }) found.unknown_count = reader_.unknown_count();
    if constexpr (requires { reader_.is_joined(); }) found.is_joined = reader_.is_joined() ? 1 : 0;
    set_text(found.problem, reader_.problem());
    return found;
  }
  [[nodiscard]] bool is_done() const override {
    if constexpr (requires { reader_.is_done(); }) return reader_.is_done();
    return false;
  }
  void conflate() override {
    if constexpr (requires { reader_.conflate(); }) reader_.conflate();
  }
  [[nodiscard]] const ringbuf::FunctionsReader* functions() const override {
    if constexpr (requires { reader_.functions(); }) return &reader_.functions();
    return nullptr;
  }

 private:
  Plant plant_;
  Reader reader_;
};

struct StreamWays {
  bool raises = false;               // a loss
  bool ends_when_caught_up = false;  // where a poll finds nothing more
  bool conflates = false;
  std::size_t ring_count = 1;  // about: a batch is shared out among them
};

template <class Record>
class Stream {
 public:
  Stream(std::unique_ptr<StreamSource<Record>> source, StreamWays ways)
      : source_(std::move(source)), ways_(ways), handover_(ways.raises) {}

  std::int64_t poll(void* records, std::size_t capacity) {
    begin(records, capacity);
    if (!handover_.is_closed() && !is_done_) read();
    return answer();
  }

  std::int64_t wait(void* records, std::size_t capacity, std::int64_t timeout_ns) {
    const std::int64_t count = poll(records, capacity);
    if (count != 0 || handover_.has_events() || timeout_ns == 0) return count;
    const std::int64_t begin_ns = steady_nanos();
    for (std::int64_t left = timeout_ns; left != 0;) {
      const std::int64_t patience = timeout_ns < 0 ? Idle::kSleepMax.count() : std::min(left, Idle::kSleepMax.count());
      if (is_interrupted_asleep(patience)) return 0;
      if (const std::int64_t found = answer(); found != 0 || handover_.has_events()) return found;
      if (timeout_ns > 0) left = std::max<std::int64_t>(timeout_ns - (steady_nanos() - begin_ns), 0);
    }
    return 0;
  }

  bool next_event(tickplant_event& event) { return handover_.next_event(event); }
  [[nodiscard]] tickplant_progress progress() const { return source_->progress(); }
  [[nodiscard]] const ringbuf::FunctionsReader* functions() const { return source_->functions(); }
  void conflate() {
    if (!ways_.conflates) {
      throw Failure(TICKPLANT_INVALID, "this stream does not conflate", "open it with on_overrun TICKPLANT_CONFLATE");
    }
    source_->conflate();
  }

 private:
  /// Records read for nobody before a call returns: so that one who wants few of them can do something else, too.
  static constexpr std::size_t kReadMax = 65'536;

  void begin(void* records, std::size_t capacity) {
    (void)given(static_cast<std::byte*>(records), "records");
    if (capacity == 0) {
      throw Failure(TICKPLANT_INVALID, "capacity is 0",
                    "give an array that takes one record at least; 256 is a good size");
    }
    handover_.begin(records, capacity);
  }
  [[nodiscard]] std::size_t limit() const noexcept {
    return std::max<std::size_t>(handover_.room() / std::max<std::size_t>(ways_.ring_count, 1), 1);
  }

  void read() {
    try {
      for (std::size_t sum = 0; sum < kReadMax && !handover_.is_closed();) {
        const std::size_t count = source_->poll(handover_, limit());
        note(count);
        if (count == 0) break;
        sum += count;
      }
    } catch (...) {
      handover_.fail_with(std::current_exception());
    }
  }
  /// Sleeps once, unless something is there.
  bool is_interrupted_asleep(std::int64_t patience_ns) {
    Idle idle(IdleStrategy::sleep, std::chrono::nanoseconds(patience_ns));
    errno = 0;
    try {
      note(source_->poll_or_idle(handover_, idle, limit()));
    } catch (...) {
      handover_.fail_with(std::current_exception());
    }
    return idle.slept_count() != 0 && errno == EINTR;
  }
  /// What is done stays so, whatever is published later.
  void note(std::size_t count) {
    is_done_ = source_->is_done() || (ways_.ends_when_caught_up && count == 0 && source_->progress().is_joined != 0);
  }
  std::int64_t answer() {
    handover_.end();
    if (handover_.count() == 0 && !handover_.has_events() && is_done_) return TICKPLANT_END;
    return static_cast<std::int64_t>(handover_.count());
  }

  std::unique_ptr<StreamSource<Record>> source_;
  StreamWays ways_;
  Handover<Record> handover_;
  bool is_done_ = false;
};

/// What the options of a history have in common, as the C++ library's wish. `from`: TICKPLANT_FROM_BEGINNING and later.
template <class Wish, class Options>
void fill_history_wish(Wish& wish, const Options& options, const Plant& plant) {
  switch (options.from) {
    case TICKPLANT_FROM_TIME: wish.from = platform::UnixNanos{options.from_value}; break;
    case TICKPLANT_FROM_AGO: wish.from = std::chrono::nanoseconds(options.from_value); break;
    case TICKPLANT_FROM_SEQUENCE: wish.from = ringbuf::Sequence{static_cast<std::uint64_t>(options.from_value)}; break;
    default: break;
  }
  if (options.from_value < 0) {
    throw Failure(TICKPLANT_INVALID, "from_value is " + std::to_string(options.from_value), "give 0 or more");
  }
  if (options.until != 0) wish.until = platform::UnixNanos{options.until};
  if (options.until == 0 && options.ends_when_caught_up != 0) wish.until = plant.now();
  if (options.journal != nullptr) wish.journal = options.journal;
}

/// Throws Failure: what only one kind of stream has is asked of another.
template <class Options>
void check_options(const Options& options) {
  const bool is_history = options.from >= TICKPLANT_FROM_BEGINNING;
  const auto refuse = [](const std::string& problem, const char* remedy) {
    throw Failure(TICKPLANT_INVALID, problem, remedy);
  };
  if (options.from > TICKPLANT_FROM_SEQUENCE)
    refuse("from is " + std::to_string(options.from), "see TICKPLANT_FROM_NEWEST");
  if (options.on_overrun > TICKPLANT_CONFLATE) {
    refuse("on_overrun is " + std::to_string(options.on_overrun), "see TICKPLANT_SKIP");
  }
  if (is_history && options.on_overrun == TICKPLANT_CONFLATE) {
    refuse("a history is complete, and does not conflate", "TICKPLANT_SKIP or TICKPLANT_RAISE");
  }
  if (!is_history && (options.until != 0 || options.journal != nullptr || options.ends_when_caught_up != 0)) {
    refuse("until, journal and ends_when_caught_up are of a history", "from: TICKPLANT_FROM_BEGINNING or later");
  }
}

}  // namespace tickplant::clients::c
