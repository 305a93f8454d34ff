// What all connections share: the plant as any reader sees it, requests to its owner, what users keep, who changed
// what.
//
// Threads: made by set-up; then the control thread's, from begin() to end().
// Not here: connections (connection.hpp), the loop and its socket (control_server.hpp).
#pragma once

#include <kj/async.h>
#include <kj/timer.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/plant.hpp"
#include "daemon/control/audit_file.hpp"
#include "daemon/control/caller.hpp"
#include "daemon/control/control_setup.hpp"
#include "daemon/control/helper_thread.hpp"
#include "daemon/control/plant_requests.hpp"
#include "daemon/control/plant_views.hpp"
#include "daemon/control/stream_turns.hpp"
#include "daemon/control/upstream_wishes.hpp"
#include "daemon/control/watchlists.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

struct ControlCounters {
  explicit ControlCounters(ringbuf::CountersWriter& counters);
  ringbuf::Counter clients, accepted, refused, calls, changes, audited, not_audited, streams;
};

using CallArguments = std::vector<std::pair<std::string, std::string>>;

/// A call that changes something, on its way.
struct Change {
  AuditEntry entry;
  std::string said;  // for the log
};

class ControlState {
 public:
  /// `wake`: of the control thread, by any other. Throws SetupError: no room for counters, watchlists that cannot be
  /// read.
  ControlState(ControlServerSetup with, ringbuf::CountersWriter& table, std::function<void()> wake);

  /// The plant is announced; `timer` is of the loop that runs now.
  void begin(kj::Timer& timer);
  /// Before that loop ends.
  void end() noexcept;
  /// Another thread has something for us.
  void take_news();

  [[nodiscard]] kj::Timer& timer() noexcept { return *timer_; }
  [[nodiscard]] clients::Plant& plant() noexcept { return *plant_; }
  [[nodiscard]] PlantViews& views() noexcept { return *views_; }

  [[nodiscard]] std::shared_ptr<Caller> make_caller(Peer peer);
  [[nodiscard]] std::map<std::uint64_t, std::weak_ptr<Caller>>& callers() noexcept { return callers_; }

  /// Before each answer. Who does not read what it is told is closed.
  void count_call(const Caller& caller);
  enum class StreamOf { now, past };
  /// Throws a refusal: it holds as many streams as it may, or all do.
  void expect_room_for_stream(const Caller& caller, StreamOf of) const;
  void count_stream(StreamOf of, int more) {
    if (of == StreamOf::past) past_count_ += static_cast<std::uint64_t>(more);
    counters.streams.set(stream_count_ += static_cast<std::uint64_t>(more));
  }

  /// A call that changes something: logged, and refused when the caller may not. Each ends in the audit file, through
  /// one of the two below.
  [[nodiscard]] Change begin_change(const Caller& caller, Role needed, const char* call, CallArguments arguments);
  void done(Change change);
  [[nodiscard]] kj::Exception refused(Change change, const std::string& why);

  /// What the plant's owner says to it.
  [[nodiscard]] kj::Promise<PlantAnswer> ask(PlantRequest request);
  /// What `work` returns, from the helper thread; what it throws refuses.
  template <class T>
  [[nodiscard]] kj::Promise<T> on_helper(std::function<T()> work);
  /// The watchlists as they are now are on disk.
  [[nodiscard]] kj::Promise<void> save_watchlists();

  const ControlServerSetup setup;
  PlantRequests requests;
  HelperThread helper;
  ControlCounters counters;
  Watchlists watchlists;
  UpstreamWishes wishes;
  std::optional<StreamTurns> turns;

 private:
  struct Refusals {
    std::int64_t minute = 0;
    int count = 0;
  };
  /// Who is refused on and on must not turn over the audit file.
  static constexpr int kRefusalsOfAMinute = 60;
  static constexpr std::uint64_t kStreamsOfAClient = 4;
  static constexpr std::uint64_t kStreamsOfAll = 2'000;
  static constexpr std::uint64_t kPastsOfAll = 64;  // each has files of the journal open

  [[nodiscard]] bool is_worth_auditing(uid_t user);
  void audit(AuditEntry entry);
  void start_save();

  kj::Timer* timer_ = nullptr;
  std::optional<clients::Plant> plant_;
  std::optional<PlantViews> views_;
  std::map<std::uint64_t, std::weak_ptr<Caller>> callers_;
  std::uint64_t stream_count_ = 0, past_count_ = 0;
  std::uint64_t next_caller_ = 1, next_request_ = 1, next_change_ = 1;
  std::string change_prefix_;
  std::map<std::uint64_t, kj::Own<kj::PromiseFulfiller<PlantAnswer>>> waiting_;
  std::map<uid_t, Refusals> refusals_;
  std::shared_ptr<AuditFile> audit_file_;  // the helper thread's
  bool is_audit_broken_ = false;
  std::vector<kj::Own<kj::PromiseFulfiller<void>>> saving_, to_save_;
};

/// One of a client's streams, as long as it is there.
class HeldStream {
 public:
  using Of = ControlState::StreamOf;
  HeldStream(ControlState& state, std::shared_ptr<Caller> caller, Of of)
      : state_(state), caller_(std::move(caller)), of_(of) {
    ++caller_->streams;
    state_.count_stream(of_, 1);
  }
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() {
    --caller_->streams;
    state_.count_stream(of_, -1);
  }

  [[nodiscard]] const Caller& caller() const noexcept { return *caller_; }

 private:
  ControlState& state_;
  std::shared_ptr<Caller> caller_;
  Of of_;
};

template <class T>
kj::Promise<T> ControlState::on_helper(std::function<T()> work) {
  struct Result {
    std::optional<T> value;
    std::string problem;
  };
  auto result = std::make_shared<Result>();
  auto answered = kj::newPromiseAndFulfiller<T>();
  auto fulfiller = std::make_shared<kj::Own<kj::PromiseFulfiller<T>>>(kj::mv(answered.fulfiller));
  const bool is_taken = helper.run(
      [result, work = std::move(work)] {
        try {
          result->value.emplace(work());
        } catch (const platform::SetupError& error) {
          result->problem = error.problem() + "; remedy: " + error.remedy();
        } catch (const std::exception& error) {
          result->problem = error.what();
        }
      },
      [result, fulfiller] {
        if (result->value) return (*fulfiller)->fulfill(std::move(*result->value));
        (*fulfiller)->reject({kj::Exception::Type::FAILED, "", 0, kj::str(result->problem.c_str())});
      });
  if (!is_taken) {
    (*fulfiller)->reject({kj::Exception::Type::FAILED, "", 0, kj::str("the daemon is busy; remedy: try again")});
  }
  return kj::mv(answered.promise);
}

}  // namespace tickplant::daemon
