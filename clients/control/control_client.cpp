#include "clients/control/control_client.hpp"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "clients/protocol/control.capnp.h"
#include "platform/setup_error.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;

std::string text_of(kj::StringPtr text) { return {text.cStr(), text.size()}; }

/// Without what KJ puts before what the daemon said.
std::string said_in(const kj::Exception& exception) {
  std::string text = text_of(exception.getDescription());
  constexpr std::string_view kRemote = "remote exception: ";
  return text.starts_with(kRemote) ? text.substr(kRemote.size()) : text;
}

ControlRole role_of(protocol::Role role) noexcept {
  switch (role) {
    case protocol::Role::READER: return ControlRole::reader;
    case protocol::Role::TRADER: return ControlRole::trader;
    case protocol::Role::ADMIN: return ControlRole::admin;
    case protocol::Role::NONE: break;
  }
  return ControlRole::none;
}

// The numbers are the same at both ends: both are contracts.
static_assert(static_cast<int>(ringbuf::InstrumentStatus::delisted) ==
              static_cast<int>(protocol::InstrumentStatus::DELISTED));

ringbuf::InstrumentStatus status_of(protocol::InstrumentStatus status) noexcept {
  return static_cast<ringbuf::InstrumentStatus>(status);
}
protocol::InstrumentStatus on_wire(ringbuf::InstrumentStatus status) noexcept {
  return static_cast<protocol::InstrumentStatus>(status);
}

}  // namespace

std::string_view name_of(ControlRole role) noexcept {
  switch (role) {
    case ControlRole::reader: return "reader";
    case ControlRole::trader: return "trader";
    case ControlRole::admin: return "admin";
    case ControlRole::none: break;
  }
  return "none";
}

namespace {

/// KJ has one event loop a thread; clients of one thread share it.
std::shared_ptr<kj::AsyncIoContext> loop_of_this_thread() {
  static thread_local std::weak_ptr<kj::AsyncIoContext> current;
  std::shared_ptr<kj::AsyncIoContext> loop = current.lock();
  if (loop == nullptr) current = loop = std::make_shared<kj::AsyncIoContext>(kj::setupAsyncIo());
  return loop;
}

}  // namespace

struct ControlClient::Connection {
  Connection(std::filesystem::path path, std::string caller, kj::Duration wait)
      : socket(std::move(path)), name(std::move(caller)), patience(wait), loop(loop_of_this_thread()), io(*loop) {
    connect();
  }

  /// Throws SetupError.
  void connect();
  /// The daemon has closed it. No wait.
  [[nodiscard]] bool is_closed() {
    io.waitScope.poll();
    return has_closed;
  }

  /// The answer, or why there is none.
  template <class T>
  T wait(kj::Promise<T>&& promise) {
    auto late = io.provider->getTimer().afterDelay(patience).then([this]() -> kj::Promise<T> {
      throw SetupError("the daemon at " + socket.string() + " does not answer",
                       "tickplant status: is it alive? Its log says what it is busy with");
    });
    try {
      return promise.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
    } catch (const kj::Exception& exception) {
      fail(exception);
    }
  }
  [[noreturn]] void fail(const kj::Exception& exception) const {
    if (exception.getType() == kj::Exception::Type::FAILED) throw ControlRefusal(said_in(exception));
    throw SetupError("the daemon at " + socket.string() + " has closed the connection: " + said_in(exception),
                     "tickplant status: is it alive? Its log says whether it refused us");
  }
  protocol::Admin::Client& as_admin() {
    if (role == ControlRole::admin) return *admin;
    throw ControlRefusal("this is for admins, and you are a " + std::string(name_of(role)) +
                         "; remedy: run it as the daemon's user or root, or join control.admins_group");
  }

  std::filesystem::path socket;
  std::string name;  // of the caller
  kj::Duration patience;
  std::shared_ptr<kj::AsyncIoContext> loop;
  kj::AsyncIoContext& io;
  kj::Own<kj::AsyncIoStream> stream;
  kj::Own<capnp::TwoPartyClient> rpc;
  ControlRole role = ControlRole::none;
  kj::Own<protocol::Reader::Client> reader;
  kj::Own<protocol::Admin::Client> admin;
  bool has_closed = false;
  kj::Promise<void> closing = nullptr;  // sets has_closed; goes before `rpc`
};

void ControlClient::Connection::connect() {
  try {
    auto address = io.provider->getNetwork().parseAddress(("unix:" + socket.string()).c_str()).wait(io.waitScope);
    stream = address->connect().wait(io.waitScope);
  } catch (const kj::Exception& exception) {
    throw SetupError("nobody answers at " + socket.string() + ": " + text_of(exception.getDescription()),
                     "start the daemon (control.socket: auto), or ask as a member of its readers' group");
  }
  rpc = kj::heap<capnp::TwoPartyClient>(*stream);
  closing = rpc->onDisconnect().then([this] { has_closed = true; }).eagerlyEvaluate(nullptr);
  auto request = rpc->bootstrap().castAs<protocol::Control>().connectRequest();
  request.setVersion(protocol::VERSION);
  request.setClient(name.c_str());
  auto answer = wait(kj::Promise<capnp::Response<protocol::Control::ConnectResults>>(request.send()));
  role = role_of(answer.getRole());
  reader = kj::heap<protocol::Reader::Client>(answer.getReader());
  if (role == ControlRole::admin) admin = kj::heap<protocol::Admin::Client>(answer.getAdmin());
}

ControlClient::Line::Line(std::unique_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {}
ControlClient::Line::Line(Line&&) noexcept = default;
ControlClient::Line& ControlClient::Line::operator=(Line&&) noexcept = default;
ControlClient::Line::~Line() = default;

ControlClient::Connection* ControlClient::Line::operator->() {
  if (connection_->is_closed()) {
    const Connection& before = *connection_;
    connection_ = std::make_unique<Connection>(before.socket, before.name, before.patience);
  }
  return connection_.get();
}

ControlClient::ControlClient(const std::filesystem::path& folder, const std::string& name, std::int64_t patience_ns)
    : connection_(std::make_unique<Connection>(folder / ringbuf::kControlSocket, name, patience_ns * kj::NANOSECONDS)) {
}

ControlClient::ControlClient(ControlClient&&) noexcept = default;
ControlClient& ControlClient::operator=(ControlClient&&) noexcept = default;
ControlClient::~ControlClient() = default;

ControlRole ControlClient::role() const noexcept { return connection_.last().role; }

PlantDescription ControlClient::describe() {
  auto request = connection_->reader->describeRequest();
  auto answer = connection_->wait(kj::Promise<capnp::Response<protocol::Reader::DescribeResults>>(request.send()));
  const auto plant = answer.getPlant();
  PlantDescription out;
  out.name = text_of(plant.getPlant());
  out.version = text_of(plant.getVersion());
  out.folder = text_of(plant.getFolder());
  out.pid = plant.getPid();
  out.epoch = plant.getEpoch();
  out.created_at_ns = plant.getCreatedAt();
  out.now_ns = plant.getNow();
  out.instrument_count = plant.getInstrumentCount();
  for (const auto feed : plant.getFeeds()) {
    out.feeds.push_back({feed.getId(), text_of(feed.getName()), text_of(feed.getVenue()), text_of(feed.getProtocol()),
                         text_of(feed.getRing())});
  }
  for (const auto segment : plant.getSegments()) {
    out.segments.push_back({text_of(segment.getName()), text_of(segment.getFile()), segment.getBytes()});
  }
  return out;
}

std::vector<ListedInstrument> ControlClient::instruments(const InstrumentWish& wish) {
  std::vector<ListedInstrument> all;
  for (bool has_more = true; has_more;) {
    auto request = connection_->reader->instrumentsRequest();
    request.setPrefix(wish.prefix.c_str());
    request.setVenue(wish.venue.c_str());
    auto statuses = request.initStatuses(static_cast<unsigned>(wish.statuses.size()));
    for (unsigned i = 0; i < wish.statuses.size(); ++i) statuses.set(i, on_wire(wish.statuses[i]));
    request.setAfter(all.empty() ? 0 : all.back().id);
    auto answer = connection_->wait(kj::Promise<capnp::Response<protocol::Reader::InstrumentsResults>>(request.send()));
    for (const auto each : answer.getInstruments()) {
      all.push_back({each.getId(), text_of(each.getSymbol()), text_of(each.getVenue()), each.getFeed(),
                     status_of(each.getStatus())});
    }
    has_more = answer.getHasMore() && answer.getInstruments().size() != 0;
  }
  return all;
}

std::vector<std::string> ControlClient::reload() {
  auto request = connection_->as_admin().reloadRequest();
  auto answer = connection_->wait(kj::Promise<capnp::Response<protocol::Admin::ReloadResults>>(request.send()));
  std::vector<std::string> changes;
  for (const kj::StringPtr change : answer.getChanges()) changes.push_back(text_of(change));
  return changes;
}

void ControlClient::stop() {
  auto request = connection_->as_admin().stopRequest();
  (void)connection_->wait(kj::Promise<capnp::Response<protocol::Admin::StopResults>>(request.send()));
}

}  // namespace tickplant::clients
