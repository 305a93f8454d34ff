#include "daemon/control/control_server.hpp"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/async-unix.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "clients/cpp/plant.hpp"
#include "clients/protocol/control.capnp.h"
#include "daemon/log.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;

constexpr std::uint32_t kInstrumentsMost = 1'000;  // of one answer
constexpr std::size_t kNameBytesMax = 64;          // of a client
constexpr std::int64_t kGoodbyeMillis = 20;
constexpr std::int64_t kRetryMillis = 100;  // after accept() was refused: no descriptors are left

kj::Duration duration(std::int64_t nanos) { return nanos * kj::NANOSECONDS; }

/// What the client is told, as it stands.
[[noreturn]] void refuse(const std::string& text) {
  kj::throwFatalException(kj::Exception(kj::Exception::Type::FAILED, "", 0, kj::str(text.c_str())));
}

protocol::Role on_wire(Role role) noexcept {
  switch (role) {
    case Role::reader: return protocol::Role::READER;
    case Role::trader: return protocol::Role::TRADER;
    case Role::admin: return protocol::Role::ADMIN;
  }
  return protocol::Role::NONE;
}

protocol::InstrumentStatus on_wire(ringbuf::InstrumentStatus status) noexcept {
  switch (status) {
    case ringbuf::InstrumentStatus::active: return protocol::InstrumentStatus::ACTIVE;
    case ringbuf::InstrumentStatus::suspended: return protocol::InstrumentStatus::SUSPENDED;
    case ringbuf::InstrumentStatus::delisted: return protocol::InstrumentStatus::DELISTED;
    case ringbuf::InstrumentStatus::unknown: break;
  }
  return protocol::InstrumentStatus::UNKNOWN;
}

bool is_wished(capnp::List<protocol::InstrumentStatus>::Reader wished, ringbuf::InstrumentStatus status) {
  bool is_any = wished.size() == 0;
  for (const protocol::InstrumentStatus each : wished) is_any |= each == on_wire(status);
  return is_any;
}

/// For the log: no line of its own, nothing that a terminal obeys.
std::string printable(kj::StringPtr text) {
  std::string out(text.cStr(), std::min<std::size_t>(text.size(), kNameBytesMax));
  std::replace_if(
      out.begin(), out.end(), [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return out;
}

kj::StringPtr ptr(const std::string& text) { return {text.c_str(), text.size()}; }

}  // namespace

// ---- the loop

class ControlServer::Loop final : private kj::TaskSet::ErrorHandler {
 public:
  Loop(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters)
      : socket_(socket),
        setup_(std::move(setup)),
        requests(setup_.wake_plant, [this] { wake(); }),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        clients_(level(counters, counter::kClients, "connected now", "clients")),
        accepted_(total(counters, counter::kAccepted, "connections taken", "connections")),
        refused_(total(counters, counter::kRefused, "closed: too many, nobody said who it is, too slow to read",
                       "connections")),
        calls_(total(counters, counter::kCalls, "answered, refusals too", "calls")),
        changes_(total(counters, counter::kChanges, "of them: changes of the plant that were asked for", "calls")) {
    clients_.set(0);
    if (!event_) throw platform::SetupError("no descriptor for the control thread", "raise LimitNOFILE=");
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
  class Connection;
  class ControlImpl;
  class ReaderImpl;
  class AdminImpl;

  static ringbuf::Counter total(ringbuf::CountersWriter& counters, std::string_view name, std::string_view meaning,
                                std::string_view unit) {
    return counters.add(counter::kControl, {name, meaning, unit});
  }
  static ringbuf::Counter level(ringbuf::CountersWriter& counters, std::string_view name, std::string_view meaning,
                                std::string_view unit) {
    return counters.add(counter::kControl, {name, meaning, unit, ringbuf::CounterKind::level});
  }

  /// Any thread.
  void wake() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one);
  }

  void run();
  kj::Promise<void> accept();
  kj::Promise<void> watch(kj::UnixEventPort::FdObserver& event);
  void take(kj::Own<kj::AsyncIoStream> stream);
  void take_answers();
  kj::Promise<PlantAnswer> ask(PlantRequest::What what);
  void taskFailed(kj::Exception&&) override {}  // of one connection: it is gone

  const ControlSocket& socket_;
  const ControlServerSetup setup_;

 public:
  PlantRequests requests;

 private:
  platform::UniqueFd event_;
  ringbuf::Counter clients_, accepted_, refused_, calls_, changes_;
  std::uint64_t connected_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;

  // While it runs, its own thread's:
  kj::AsyncIoContext* io_ = nullptr;
  kj::ConnectionReceiver* listener_ = nullptr;
  kj::TaskSet* tasks_ = nullptr;
  kj::PromiseFulfiller<void>* ended_ = nullptr;
  std::optional<clients::Plant> plant_;
  std::uint64_t next_request_ = 1;
  std::map<std::uint64_t, kj::Own<kj::PromiseFulfiller<PlantAnswer>>> waiting_;
};

// ---- one client

class ControlServer::Loop::Connection {
 public:
  Connection(Loop& loop, kj::Own<kj::AsyncIoStream> stream, Peer peer);
  ~Connection() { loop.clients_.set(--loop.connected_); }
  KJ_DISALLOW_COPY(Connection);

  /// It is gone, or was closed.
  kj::Promise<void> on_end() {
    return network_.onDisconnect().exclusiveJoin(kj::mv(closed_.promise)).exclusiveJoin(handshake());
  }
  void close() {
    loop.refused_.add(1);
    closed_.fulfiller->fulfill();
  }
  /// Before each answer. Who does not read what it is told is closed.
  void count_call() {
    loop.calls_.add(1);
    if (network_.getCurrentQueueSize() <= loop.setup_.client_bytes_max) return;
    close();
    refuse("too much waits to be read");
  }
  [[nodiscard]] std::string who() const {
    return name + " (" + std::string(name_of(role)) + ", " + text_of(peer) + ')';
  }

  Loop& loop;
  const Peer peer;
  const Role role;
  std::string name;
  bool is_connected = false;  // it has said who it is

 private:
  /// Never over for who has said it in time.
  kj::Promise<void> handshake() {
    return loop.io_->provider->getTimer().afterDelay(duration(loop.setup_.handshake_ns)).then([this] {
      if (is_connected) return kj::Promise<void>(kj::NEVER_DONE);
      loop.refused_.add(1);
      return kj::Promise<void>(kj::READY_NOW);
    });
  }
  static capnp::ReaderOptions limits(std::uint64_t bytes) {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = bytes / sizeof(capnp::word);
    options.nestingLimit = 16;
    return options;
  }

  kj::PromiseFulfillerPair<void> closed_ = kj::newPromiseAndFulfiller<void>();
  kj::Own<kj::AsyncIoStream> stream_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> system_;
};

class ControlServer::Loop::ReaderImpl final : public protocol::Reader::Server {
 public:
  explicit ReaderImpl(Connection& connection) : connection_(connection) {}

 protected:
  kj::Promise<void> describe(DescribeContext context) override {
    connection_.count_call();
    const clients::Plant& plant = *connection_.loop.plant_;
    protocol::Description::Builder out = context.getResults().initPlant();
    out.setPlant(ptr(plant.name()));
    out.setVersion(TICKPLANT_VERSION);
    out.setFolder(ptr(plant.folder().native()));
    out.setPid(plant.daemon_pid());
    out.setEpoch(plant.epoch());
    out.setCreatedAt(plant.created_at().value);
    out.setNow(plant.now().value);
    out.setInstrumentCount(static_cast<std::uint32_t>(plant.instruments().count()));
    const std::vector<ringbuf::CatalogFeed> feeds = plant.feeds();
    auto feeds_out = out.initFeeds(static_cast<unsigned>(feeds.size()));
    for (unsigned i = 0; i < feeds.size(); ++i) {
      feeds_out[i].setName(ptr(feeds[i].name));
      feeds_out[i].setVenue(ptr(feeds[i].venue));
      feeds_out[i].setProtocol(ptr(feeds[i].protocol));
      feeds_out[i].setRing(ptr(feeds[i].ring));
      feeds_out[i].setId(feeds[i].id.value);
    }
    const std::vector<ringbuf::CatalogSegment> segments = plant.segments();
    auto segments_out = out.initSegments(static_cast<unsigned>(segments.size()));
    for (unsigned i = 0; i < segments.size(); ++i) {
      segments_out[i].setName(ptr(segments[i].name));
      segments_out[i].setFile(ptr(segments[i].file));
      segments_out[i].setBytes(segments[i].slot_bytes * segments[i].slot_count);
    }
    return kj::READY_NOW;
  }

  kj::Promise<void> instruments(InstrumentsContext context) override {
    connection_.count_call();
    const auto wish = context.getParams();
    const std::string_view prefix(wish.getPrefix().cStr(), wish.getPrefix().size());
    const std::string_view venue(wish.getVenue().cStr(), wish.getVenue().size());
    const std::uint32_t limit = wish.getLimit() == 0 ? kInstrumentsMost : std::min(wish.getLimit(), kInstrumentsMost);
    const ringbuf::InstrumentDirectoryReader& directory = connection_.loop.plant_->instruments();
    std::vector<ringbuf::InstrumentEntry> found;
    const auto count = static_cast<std::uint32_t>(directory.count());
    std::uint32_t id = wish.getAfter();
    while (id < count && found.size() < limit) {
      ringbuf::InstrumentEntry entry;
      if (directory.read({++id}, entry) != ringbuf::TableRead::value) continue;
      if (!ringbuf::text_of(entry.symbol).starts_with(prefix)) continue;
      if (!venue.empty() && ringbuf::text_of(entry.venue) != venue) continue;
      if (is_wished(wish.getStatuses(), entry.status)) found.push_back(entry);
    }
    auto results = context.getResults();
    auto out = results.initInstruments(static_cast<unsigned>(found.size()));
    for (unsigned i = 0; i < found.size(); ++i) {
      out[i].setId(found[i].id.value);
      out[i].setSymbol(ptr(std::string(ringbuf::text_of(found[i].symbol))));
      out[i].setVenue(ptr(std::string(ringbuf::text_of(found[i].venue))));
      out[i].setFeed(found[i].feed.value);
      out[i].setStatus(on_wire(found[i].status));
    }
    results.setHasMore(id < count);
    return kj::READY_NOW;
  }

 private:
  Connection& connection_;
};

class ControlServer::Loop::AdminImpl final : public protocol::Admin::Server {
 public:
  explicit AdminImpl(Connection& connection) : connection_(connection) {}

 protected:
  kj::Promise<void> reload(ReloadContext context) override {
    return change(PlantRequest::What::reload, "reload").then([context](PlantAnswer answer) mutable {
      auto out = context.getResults().initChanges(static_cast<unsigned>(answer.lines.size()));
      for (unsigned i = 0; i < answer.lines.size(); ++i) out.set(i, ptr(answer.lines[i]));
    });
  }
  kj::Promise<void> stop(StopContext) override { return change(PlantRequest::What::stop, "stop").ignoreResult(); }

 private:
  /// The log says who asked for what, and what became of it: also when he has gone meanwhile.
  kj::Promise<PlantAnswer> change(PlantRequest::What what, const char* call) {
    connection_.count_call();
    connection_.loop.changes_.add(1);
    const std::string said = "control: " + std::string(call) + " by " + connection_.who();
    log_info(said);
    return connection_.loop.ask(what).then([said](PlantAnswer answer) {
      if (answer.refusal.empty()) return answer;
      log_warning(said + " refused: " + answer.refusal);
      refuse(answer.refusal);
    });
  }

  Connection& connection_;
};

class ControlServer::Loop::ControlImpl final : public protocol::Control::Server {
 public:
  explicit ControlImpl(Connection& connection) : connection_(connection) {}

 protected:
  kj::Promise<void> connect(ConnectContext context) override {
    connection_.count_call();
    const auto params = context.getParams();
    if (params.getVersion() != protocol::VERSION) {
      refuse("the client speaks version " + std::to_string(params.getVersion()) +
             " of the control protocol, this daemon " + std::to_string(protocol::VERSION) +
             "; remedy: update the older of the two");
    }
    if (connection_.is_connected) refuse("this connection was made already");
    connection_.is_connected = true;
    connection_.name = printable(params.getClient());
    auto results = context.getResults();
    results.setRole(on_wire(connection_.role));
    results.setReader(kj::heap<ReaderImpl>(connection_));
    if (connection_.role == Role::admin) results.setAdmin(kj::heap<AdminImpl>(connection_));
    return kj::READY_NOW;
  }

 private:
  Connection& connection_;
};

ControlServer::Loop::Connection::Connection(Loop& owner, kj::Own<kj::AsyncIoStream> stream, Peer from)
    : loop(owner),
      peer(std::move(from)),
      role(role_of(peer, owner.setup_.roles)),
      stream_(kj::mv(stream)),
      network_(*stream_, capnp::rpc::twoparty::Side::SERVER, limits(owner.setup_.client_bytes_max)),
      system_(capnp::makeRpcServer(network_, protocol::Control::Client(kj::heap<ControlImpl>(*this)))) {
  system_.setFlowLimit(owner.setup_.client_bytes_max / sizeof(capnp::word));
  loop.clients_.set(++loop.connected_);
}

// ---- the loop's own

void ControlServer::Loop::run() {
  kj::AsyncIoContext io = kj::setupAsyncIo();
  kj::UnixEventPort::FdObserver event(io.unixEventPort, event_.get(), kj::UnixEventPort::FdObserver::OBSERVE_READ);
  auto listener =
      io.lowLevelProvider->wrapListenSocketFd(socket_.descriptor(), kj::LowLevelAsyncIoProvider::ALREADY_NONBLOCK);
  auto ended = kj::newPromiseAndFulfiller<void>();
  io_ = &io, listener_ = listener.get(), ended_ = ended.fulfiller.get();
  plant_.emplace(clients::Plant::in_folder(setup_.folder));
  {
    kj::TaskSet tasks(*this);
    tasks_ = &tasks;
    tasks.add(watch(event));
    tasks.add(accept());
    ended.promise.wait(io.waitScope);
  }
  waiting_.clear();
  plant_.reset();
}

kj::Promise<void> ControlServer::Loop::watch(kj::UnixEventPort::FdObserver& event) {
  return event.whenBecomesReadable().then([this, &event]() -> kj::Promise<void> {
    std::uint64_t count = 0;
    (void)!::read(event_.get(), &count, sizeof count);
    take_answers();
    if (!is_stopping_.load(std::memory_order_acquire)) return watch(event);
    // Who asked for the end is answered first.
    const kj::Duration goodbye = (connected_ == 0 ? 0 : kGoodbyeMillis) * kj::MILLISECONDS;
    return io_->provider->getTimer().afterDelay(goodbye).then([this] { ended_->fulfill(); });
  });
}

kj::Promise<void> ControlServer::Loop::accept() {
  return listener_->accept().then(
      [this](kj::Own<kj::AsyncIoStream> stream) {
        take(kj::mv(stream));
        return accept();
      },
      [this](kj::Exception&&) {  // no descriptors left: those who wait are taken when some are given back
        return io_->provider->getTimer().afterDelay(kRetryMillis * kj::MILLISECONDS).then([this] { return accept(); });
      });
}

void ControlServer::Loop::take(kj::Own<kj::AsyncIoStream> stream) {
  accepted_.add(1);
  std::optional<Peer> peer;
  KJ_IF_MAYBE (fd, stream->getFd()) {
    peer = peer_of(*fd);
  }
  if (!peer || connected_ >= setup_.clients_max) return refused_.add(1);
  auto connection = kj::heap<Connection>(*this, kj::mv(stream), std::move(*peer));
  auto end = connection->on_end();
  tasks_->add(end.attach(kj::mv(connection)));
}

kj::Promise<PlantAnswer> ControlServer::Loop::ask(PlantRequest::What what) {
  const std::uint64_t id = next_request_++;
  auto answered = kj::newPromiseAndFulfiller<PlantAnswer>();
  if (!requests.ask({id, what})) refuse("too many requests wait for the plant; remedy: try again");
  waiting_.emplace(id, kj::mv(answered.fulfiller));
  return kj::mv(answered.promise);
}

void ControlServer::Loop::take_answers() {
  for (PlantAnswer& answer : requests.take_answers()) {
    const auto found = waiting_.find(answer.id);
    if (found == waiting_.end()) continue;
    found->second->fulfill(kj::mv(answer));
    waiting_.erase(found);
  }
}

// ---- outside

ControlServer::ControlServer(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters)
    : loop_(std::make_unique<Loop>(socket, std::move(setup), counters)) {}
ControlServer::~ControlServer() = default;

void ControlServer::start() { loop_->start(); }
void ControlServer::stop() noexcept { loop_->stop(); }
PlantRequests& ControlServer::requests() noexcept { return loop_->requests; }

}  // namespace tickplant::daemon
