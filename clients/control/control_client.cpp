#include "clients/control/control_client.hpp"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "clients/control/wire.hpp"
#include "clients/protocol/control.capnp.h"
#include "platform/setup_error.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;

constexpr std::size_t kImagesOfACall = 100, kDerivedOfACall = 50;
constexpr std::int64_t kLongNanos = 60 * platform::kNanosPerSecond;  // beyond our patience: the disk is waited for

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

  /// The answer, or why there is none. `more_ns`: the daemon may take so much longer.
  template <class T>
  T wait(kj::Promise<T>&& promise, std::int64_t more_ns = 0) {
    bool is_late = false;
    auto late = io.provider->getTimer().afterDelay(patience + more_ns * kj::NANOSECONDS).then([&]() -> kj::Promise<T> {
      is_late = true;
      return kj::Exception(kj::Exception::Type::OVERLOADED, "", 0);
    });
    try {
      return promise.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
    } catch (const kj::Exception& exception) {
      if (!is_late) fail(exception);
      throw SetupError("the daemon at " + socket.string() + " does not answer",
                       "tickplant status: is it alive? Its log says what it is busy with");
    }
  }
  [[noreturn]] void fail(const kj::Exception& exception) const {
    if (exception.getType() == kj::Exception::Type::FAILED) throw ControlRefusal(said_in(exception));
    throw SetupError("the daemon at " + socket.string() + " has closed the connection: " + said_in(exception),
                     "tickplant status: is it alive? Its log says whether it refused us");
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
  kj::Own<protocol::Trader::Client> trader;
  kj::Own<protocol::Admin::Client> admin;

  /// Sends it and waits for the answer.
  template <class Params, class Results>
  capnp::Response<Results> call(capnp::Request<Params, Results>&& request, std::int64_t more_ns = 0) {
    return wait(kj::Promise<capnp::Response<Results>>(request.send()), more_ns);
  }

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
  auto answer = call(kj::mv(request));
  role = role_of(answer.getRole());
  reader = kj::heap<protocol::Reader::Client>(answer.getReader());
  // What the role may not do, these refuse; so does an older daemon that knows no traders.
  trader = kj::heap<protocol::Trader::Client>(answer.getTrader());
  admin = kj::heap<protocol::Admin::Client>(answer.getAdmin());
}

ControlClient::Line::Line(std::shared_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {}
ControlClient::Line::Line(Line&&) noexcept = default;
ControlClient::Line& ControlClient::Line::operator=(Line&&) noexcept = default;
ControlClient::Line::~Line() = default;

ControlClient::Connection* ControlClient::Line::operator->() {
  if (connection_->is_closed()) {
    const Connection& before = *connection_;
    connection_ = std::make_shared<Connection>(before.socket, before.name, before.patience);
  }
  return connection_.get();
}

ControlClient::ControlClient(const std::filesystem::path& folder, const std::string& name, std::int64_t patience_ns)
    : connection_(std::make_shared<Connection>(folder / ringbuf::kControlSocket, name, patience_ns * kj::NANOSECONDS)) {
}

ControlClient::ControlClient(ControlClient&&) noexcept = default;
ControlClient& ControlClient::operator=(ControlClient&&) noexcept = default;
ControlClient::~ControlClient() = default;

ControlRole ControlClient::role() const noexcept { return connection_.last().role; }

PlantDescription ControlClient::describe() {
  return description_of(connection_->call(connection_->reader->describeRequest()).getPlant());
}

std::vector<ListedRing> ControlClient::rings() {
  std::vector<ListedRing> all;
  const auto answer = connection_->call(connection_->reader->ringsRequest());
  for (const auto ring : answer.getRings()) {
    all.push_back(
        {text_of(ring.getName()), ring.getSlots(), ring.getSlotBytes(), ring.getPublished(), ring.getDurable()});
  }
  return all;
}

std::vector<ListedInstrument> ControlClient::instruments(const InstrumentWish& wish) {
  std::vector<ListedInstrument> all;
  for (bool has_more = true; has_more;) {
    auto request = connection_->reader->instrumentsRequest();
    request.setPrefix(wish.prefix.c_str());
    request.setVenue(wish.venue.c_str());
    auto statuses = request.initStatuses(size_of(wish.statuses));
    for (unsigned i = 0; i < wish.statuses.size(); ++i) statuses.set(i, on_wire(wish.statuses[i]));
    request.setAfter(all.empty() ? 0 : all.back().id);
    auto answer = connection_->call(kj::mv(request));
    for (const auto each : answer.getInstruments()) {
      all.push_back({each.getId(), text_of(each.getSymbol()), text_of(each.getVenue()), each.getFeed(),
                     status_of(each.getStatus())});
    }
    has_more = answer.getHasMore() && answer.getInstruments().size() != 0;
  }
  return all;
}

namespace {

/// In pieces of what one call may have.
template <class Ask>
void in_pieces(const std::vector<std::string>& symbols, std::size_t most, Ask&& ask) {
  for (std::size_t begin = 0; begin < symbols.size(); begin += most) {
    const auto first = symbols.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto end = first + static_cast<std::ptrdiff_t>(std::min(most, symbols.size() - begin));
    ask(std::vector<std::string>(first, end));
  }
}

}  // namespace

std::vector<ControlImage> ControlClient::images(const std::vector<std::string>& symbols) {
  std::vector<ControlImage> all;
  in_pieces(symbols, kImagesOfACall, [&](const std::vector<std::string>& some) {
    auto request = connection_->reader->imagesRequest();
    set_texts(request.initSymbols(size_of(some)), some);
    const auto answer = connection_->call(kj::mv(request));
    for (const auto image : answer.getImages()) all.push_back(image_of(image));
  });
  return all;
}

std::vector<ControlDerived> ControlClient::derived(const std::vector<std::string>& symbols) {
  std::vector<ControlDerived> all;
  in_pieces(symbols, kDerivedOfACall, [&](const std::vector<std::string>& some) {
    auto request = connection_->reader->derivedRequest();
    set_texts(request.initSymbols(size_of(some)), some);
    const auto answer = connection_->call(kj::mv(request));
    for (const auto derived : answer.getDerived()) all.push_back(derived_of(derived));
  });
  return all;
}

ControlDepth ControlClient::depth(const std::string& symbol) {
  auto request = connection_->reader->depthRequest();
  request.setSymbol(symbol.c_str());
  return depth_of(connection_->call(kj::mv(request)).getDepth());
}

// ---- streams

struct ControlTicks::Stream {
  std::shared_ptr<ControlClient::Connection> connection;  // outlives the capability
  protocol::Ticks::Client ticks;
};

ControlTicks::ControlTicks(std::unique_ptr<Stream> stream) noexcept : stream_(std::move(stream)) {}
ControlTicks::ControlTicks(ControlTicks&&) noexcept = default;
ControlTicks& ControlTicks::operator=(ControlTicks&&) noexcept = default;
ControlTicks::~ControlTicks() = default;

TickBatch ControlTicks::next(std::int64_t wait_ns, std::uint32_t limit) {
  auto request = stream_->ticks.nextRequest();
  request.setLimit(limit);
  request.setWait(wait_ns);
  return batch_of(stream_->connection->call(kj::mv(request), wait_ns).getBatch());
}

struct ControlResults::Stream {
  std::shared_ptr<ControlClient::Connection> connection;
  protocol::Results::Client results;
};

ControlResults::ControlResults(std::unique_ptr<Stream> stream) noexcept : stream_(std::move(stream)) {}
ControlResults::ControlResults(ControlResults&&) noexcept = default;
ControlResults& ControlResults::operator=(ControlResults&&) noexcept = default;
ControlResults::~ControlResults() = default;

ResultBatch ControlResults::next(std::uint32_t limit) {
  auto request = stream_->results.nextRequest();
  request.setLimit(limit);
  auto answer = stream_->connection->call(kj::mv(request));
  ResultBatch out;
  for (const auto bar : answer.getBars()) out.bars.push_back(bar_of(bar));
  for (const auto signal : answer.getSignals()) out.signals.push_back(signal_of(signal));
  out.lost = lost_of(answer.getLost());
  out.has_more = answer.getHasMore();
  return out;
}

ControlTicks ControlClient::subscribe(const TickWish& wish, ControlJoin join, bool conflates) {
  auto request = connection_->reader->subscribeRequest();
  set_wish(wish, request.initWish());
  request.setJoin(static_cast<protocol::Join>(join));
  request.setConflate(conflates);
  return ControlTicks(std::unique_ptr<ControlTicks::Stream>(
      new ControlTicks::Stream{connection_.shared(), connection_->call(kj::mv(request)).getTicks()}));
}

ControlTicks ControlClient::history(const TickWish& wish, ControlFrom from, std::optional<platform::UnixNanos> until) {
  auto request = connection_->reader->historyRequest();
  set_wish(wish, request.initWish());
  set_from(from, request.initFrom());
  if (until) request.setUntil(until->value);
  return ControlTicks(std::unique_ptr<ControlTicks::Stream>(
      new ControlTicks::Stream{connection_.shared(), connection_->call(kj::mv(request)).getTicks()}));
}

ControlResults ControlClient::results(const ResultWish& wish, ControlFrom from,
                                      std::optional<platform::UnixNanos> until) {
  auto request = connection_->reader->resultsRequest();
  set_wish(wish, request.initWish());
  set_from(from, request.initFrom());
  if (until) request.setUntil(until->value);
  return ControlResults(std::unique_ptr<ControlResults::Stream>(
      new ControlResults::Stream{connection_.shared(), connection_->call(kj::mv(request)).getResults()}));
}

// ---- who reads

bool ControlClient::report(std::span<const ReaderPosition> positions) {
  auto request = connection_->reader->reportRequest();
  auto list = request.initPositions(size_of(positions));
  for (unsigned i = 0; i < positions.size(); ++i) {
    list[i].setRing(positions[i].ring.c_str());
    list[i].setNext(positions[i].next);
    list[i].setLatencyP50(positions[i].latency_ns_p50);
    list[i].setLatencyMax(positions[i].latency_ns_max);
  }
  return connection_->call(kj::mv(request)).getIsTaken();
}

std::vector<ReportedReader> ControlClient::readers() {
  std::vector<ReportedReader> all;
  std::uint64_t after = 0;
  for (bool has_more = true; has_more;) {
    auto request = connection_->reader->readersRequest();
    request.setAfter(after);
    auto answer = connection_->call(kj::mv(request));
    for (const auto reader : answer.getReaders()) all.push_back(reader_of(reader));
    after = answer.getNext();
    has_more = answer.getHasMore();
  }
  return all;
}

// ---- watchlists

std::vector<std::string> ControlClient::watchlists() {
  return texts_of(connection_->call(connection_->trader->watchlistsRequest()).getNames());
}

std::vector<std::string> ControlClient::watchlist(const std::string& name) {
  auto request = connection_->trader->watchlistRequest();
  request.setName(name.c_str());
  return texts_of(connection_->call(kj::mv(request)).getSymbols());
}

ChangeDone ControlClient::add_to_watchlist(const std::string& name, const std::vector<std::string>& symbols) {
  auto request = connection_->trader->addRequest();
  request.setName(name.c_str());
  set_texts(request.initSymbols(size_of(symbols)), symbols);
  auto answer = connection_->call(kj::mv(request));
  return {text_of(answer.getRequestId()), texts_of(answer.getSymbols())};
}

ChangeDone ControlClient::remove_from_watchlist(const std::string& name, const std::vector<std::string>& symbols) {
  auto request = connection_->trader->removeRequest();
  request.setName(name.c_str());
  set_texts(request.initSymbols(size_of(symbols)), symbols);
  auto answer = connection_->call(kj::mv(request));
  return {text_of(answer.getRequestId()), texts_of(answer.getSymbols())};
}

ChangeDone ControlClient::delete_watchlist(const std::string& name) {
  auto request = connection_->trader->deleteRequest();
  request.setName(name.c_str());
  return {text_of(connection_->call(kj::mv(request)).getRequestId())};
}

// ---- changes of the plant

ChangeDone ControlClient::reload() {
  auto answer = connection_->call(connection_->admin->reloadRequest());
  return {text_of(answer.getRequestId()), texts_of(answer.getChanges())};
}

ChangeDone ControlClient::stop() {
  return {text_of(connection_->call(connection_->admin->stopRequest()).getRequestId())};
}

ChangeDone ControlClient::feed(const std::string& name, FeedAction action) {
  auto request = connection_->admin->feedRequest();
  request.setName(name.c_str());
  request.setAction(static_cast<protocol::FeedAction>(action));
  auto answer = connection_->call(kj::mv(request));
  return {text_of(answer.getRequestId()), texts_of(answer.getChanges())};
}

std::vector<std::string> ControlClient::check_config(const std::string& text) {
  auto request = connection_->admin->checkConfigRequest();
  request.setText(text.c_str());
  return texts_of(connection_->call(kj::mv(request)).getNotes());
}

ChangeDone ControlClient::rotate_journal() {
  auto answer = connection_->call(connection_->admin->rotateRequest(), kLongNanos);
  return {text_of(answer.getRequestId()), {std::to_string(answer.getSegment())}};
}

ChangeDone ControlClient::make_savepoint(const std::string& name) {
  auto request = connection_->admin->savepointRequest();
  request.setName(name.c_str());
  auto answer = connection_->call(kj::mv(request), kLongNanos);
  return {text_of(answer.getRequestId()), {text_of(answer.getFile())}};
}

ChangeDone ControlClient::drain() {
  auto answer = connection_->call(connection_->admin->drainRequest(), kLongNanos);
  return {text_of(answer.getRequestId()), texts_of(answer.getNotes())};
}

}  // namespace tickplant::clients
