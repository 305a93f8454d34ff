#include "daemon/control/control_server.hpp"

#include <kj/async-io.h>
#include <kj/async-unix.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/control/connection.hpp"
#include "daemon/control/control_state.hpp"
#include "daemon/log.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::int64_t kGoodbyeMillis = 20;
constexpr std::int64_t kRetryMillis = 100;  // when no descriptors are left
constexpr unsigned kEventsInARow = 64;

/// Clients must not take the descriptors that the journal, the log and queries need.
std::size_t clients_by_descriptors() {
  constexpr rlim_t kReserve = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return ~std::size_t{0};
  return static_cast<std::size_t>(limit.rlim_cur - std::min(kReserve, limit.rlim_cur / 2));
}

}  // namespace

/// Takes connections, and what other threads say, until it is told to stop.
class ControlServer::Loop final : private kj::TaskSet::ErrorHandler {
 public:
  Loop(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters)
      : socket_(socket),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        state(std::move(setup), counters, [this] { wake(); }) {
    if (!event_) throw platform::SetupError("no descriptor for the control thread", "raise LimitNOFILE=");
    if (clients_by_descriptors_ >= state.setup.clients_max) return;
    log_info("control: " + std::to_string(clients_by_descriptors_) + " clients are taken at a time, not " +
             std::to_string(state.setup.clients_max) +
             " (control.clients): this process may open no more files; raise " + "LimitNOFILE= for them");
  }
  ~Loop() { stop(); }

  void start() {
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "tp-control");
      run();
    });
  }
  void stop() noexcept {
    is_stopping_.store(true, std::memory_order_release);
    wake();
    if (thread_.joinable()) thread_.join();
  }

 private:
  /// Any thread.
  void wake() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one);
  }

  void run();
  kj::Promise<void> accept();
  kj::Promise<void> watch(kj::UnixEventPort::FdObserver& event);
  void take(kj::Own<kj::AsyncIoStream> stream);
  void taskFailed(kj::Exception&&) override {}  // of one connection: it is gone

  const ControlSocket& socket_;
  platform::UniqueFd event_;

 public:
  ControlState state;

 private:
  const std::size_t clients_by_descriptors_ = clients_by_descriptors();
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;

  // While it runs, its own thread's:
  kj::ConnectionReceiver* listener_ = nullptr;
  kj::TaskSet* tasks_ = nullptr;
  kj::PromiseFulfiller<void>* ended_ = nullptr;
};

void ControlServer::Loop::run() {
  kj::AsyncIoContext io = kj::setupAsyncIo();
  // By itself KJ looks at other sockets when nothing is left to do, which a client that sends on and on, or a storm of
  // connections, can put off for ever.
  io.waitScope.setBusyPollInterval(kEventsInARow);
  kj::UnixEventPort::FdObserver event(io.unixEventPort, event_.get(), kj::UnixEventPort::FdObserver::OBSERVE_READ);
  auto listener =
      io.lowLevelProvider->wrapListenSocketFd(socket_.descriptor(), kj::LowLevelAsyncIoProvider::ALREADY_NONBLOCK);
  auto ended = kj::newPromiseAndFulfiller<void>();
  listener_ = listener.get(), ended_ = ended.fulfiller.get();
  state.begin(io.provider->getTimer());
  {
    kj::TaskSet tasks(*this);
    tasks_ = &tasks;
    tasks.add(watch(event));
    tasks.add(accept());
    ended.promise.wait(io.waitScope);
  }
  state.end();
}

kj::Promise<void> ControlServer::Loop::watch(kj::UnixEventPort::FdObserver& event) {
  return event.whenBecomesReadable().then([this, &event]() -> kj::Promise<void> {
    std::uint64_t count = 0;
    (void)!::read(event_.get(), &count, sizeof count);
    state.take_news();
    if (!is_stopping_.load(std::memory_order_acquire)) return watch(event);
    // Who asked for the end is answered first.
    const kj::Duration goodbye = (state.callers().empty() ? 0 : kGoodbyeMillis) * kj::MILLISECONDS;
    return state.timer().afterDelay(goodbye).then([this] { ended_->fulfill(); });
  });
}

/// Whoever comes when no descriptors are left waits until others leave.
kj::Promise<void> ControlServer::Loop::accept() {
  if (state.callers().size() >= clients_by_descriptors_) {
    return state.timer().afterDelay(kRetryMillis * kj::MILLISECONDS).then([this] { return accept(); });
  }
  return listener_->accept().then(
      [this](kj::Own<kj::AsyncIoStream> stream) {
        take(kj::mv(stream));
        return accept();
      },
      [this](kj::Exception&&) {  // others took them
        return state.timer().afterDelay(kRetryMillis * kj::MILLISECONDS).then([this] { return accept(); });
      });
}

void ControlServer::Loop::take(kj::Own<kj::AsyncIoStream> stream) {
  state.counters.accepted.add(1);
  std::optional<Peer> peer;
  KJ_IF_MAYBE (fd, stream->getFd()) {
    peer = peer_of(*fd);
  }
  if (!peer || state.callers().size() >= state.setup.clients_max) return state.counters.refused.add(1);
  auto connection = kj::heap<Connection>(state, kj::mv(stream), std::move(*peer));
  auto end = connection->on_end();
  tasks_->add(end.attach(kj::mv(connection)));
}

ControlServer::ControlServer(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters)
    : loop_(std::make_unique<Loop>(socket, std::move(setup), counters)) {}
ControlServer::~ControlServer() = default;

void ControlServer::start() { loop_->start(); }
void ControlServer::stop() noexcept { loop_->stop(); }
PlantRequests& ControlServer::requests() noexcept { return loop_->state.requests; }
const WishedSymbols& ControlServer::wished_symbols() const noexcept { return loop_->state.wishes; }

}  // namespace tickplant::daemon
