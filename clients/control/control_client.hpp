// Asks the daemon of a plant, over its control socket, from any process that may.
//
//   ControlClient daemon(plant.folder(), "my-tool");
//   for (const ControlImage& image : daemon.images({"AAPL", "MSFT"})) ...
//   ControlTicks ticks = daemon.subscribe({.symbols = {"AAPL"}});
//   for (;;) use(ticks.next().records);
//
// Each call waits for its answer, `patience_ns` at most. A daemon that was restarted meanwhile is connected to again by
// the next call; one that goes while a call waits makes that call fail, since nobody knows whether it was done. Who
// follows ticks needs none of this: Plant and Subscriber read shared memory.
//
// Threads: the one that made it; several of one thread share an event loop of KJ's, which that thread has no other of.
// Not here: what can be asked, exactly (clients/protocol/control.capnp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "clients/control/control_types.hpp"

namespace tickplant::clients {

/// The daemon said no, and why.
class ControlRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A stream of ticks, as long as it is held.
class ControlTicks {
 public:
  ControlTicks(ControlTicks&&) noexcept;
  ControlTicks& operator=(ControlTicks&&) noexcept;
  ~ControlTicks();

  /// At most `limit` records, 0: 1024, which is the most. Waits for something to tell, `wait_ns` at most; an empty
  /// batch: there was nothing. Throws as ControlClient's calls do.
  [[nodiscard]] TickBatch next(std::int64_t wait_ns = 1'000'000'000, std::uint32_t limit = 0);

 private:
  friend class ControlClient;
  struct Stream;
  explicit ControlTicks(std::unique_ptr<Stream> stream) noexcept;
  std::unique_ptr<Stream> stream_;
};

/// Bars and signals of the past, and what comes.
class ControlResults {
 public:
  ControlResults(ControlResults&&) noexcept;
  ControlResults& operator=(ControlResults&&) noexcept;
  ~ControlResults();

  /// At most `limit` of both, 0: 256, which is the most. Not has_more: that is all there is now.
  [[nodiscard]] ResultBatch next(std::uint32_t limit = 0);

 private:
  friend class ControlClient;
  struct Stream;
  explicit ControlResults(std::unique_ptr<Stream> stream) noexcept;
  std::unique_ptr<Stream> stream_;
};

class ControlClient {
 public:
  static constexpr std::int64_t kPatienceNanos = 10'000'000'000;

  /// `folder`: the plant's. `name`: of the caller, for the daemon's log. Throws SetupError: nobody answers there, no
  /// permission, another version of the protocol.
  ControlClient(const std::filesystem::path& folder, const std::string& name,
                std::int64_t patience_ns = kPatienceNanos);
  ControlClient(ControlClient&&) noexcept;
  ControlClient& operator=(ControlClient&&) noexcept;
  ~ControlClient();

  [[nodiscard]] ControlRole role() const noexcept;

  // All throw ControlRefusal: this user may not, or it cannot be done; SetupError: the daemon is gone or too slow.

  [[nodiscard]] PlantDescription describe();
  [[nodiscard]] std::vector<ListedRing> rings();
  /// In the order of their ids.
  [[nodiscard]] std::vector<ListedInstrument> instruments(const InstrumentWish& wish = {});
  /// "AAPL@XNAS", or "AAPL" where one venue has it. In their order.
  [[nodiscard]] std::vector<ControlImage> images(const std::vector<std::string>& symbols);
  [[nodiscard]] std::vector<ControlDerived> derived(const std::vector<std::string>& symbols);
  [[nodiscard]] ControlDepth depth(const std::string& symbol);

  /// From now on. `conflates`: a slow client is told how much was merged, and the newest image, instead of what it
  /// lost.
  [[nodiscard]] ControlTicks subscribe(const TickWish& wish, ControlJoin join = ControlJoin::newest,
                                       bool conflates = false);
  /// Out of journal and rings, then on. `until`: what was received before; nothing: no end.
  [[nodiscard]] ControlTicks history(const TickWish& wish, ControlFrom from,
                                     std::optional<platform::UnixNanos> until = std::nullopt);
  [[nodiscard]] ControlResults results(const ResultWish& wish, ControlFrom from,
                                       std::optional<platform::UnixNanos> until = std::nullopt);

  /// Where we read, for operators. False: less than a second after the last one; it is forgotten.
  bool report(std::span<const ReaderPosition> positions);
  [[nodiscard]] std::vector<ReportedReader> readers();

  // A trader's: lists of one's own, kept across restarts. Those that change one return what is in it then.
  [[nodiscard]] std::vector<std::string> watchlists();
  [[nodiscard]] std::vector<std::string> watchlist(const std::string& name);
  ChangeDone add_to_watchlist(const std::string& name, const std::vector<std::string>& symbols);
  ChangeDone remove_from_watchlist(const std::string& name, const std::vector<std::string>& symbols);
  ChangeDone delete_watchlist(const std::string& name);

  // An admin's:

  /// The analytics file is read again. Lines: what that changes; none: it says the same.
  ChangeDone reload();
  /// The daemon drains and ends. Returns when it has begun to.
  ChangeDone stop();
  /// No lines: it was so already.
  ChangeDone feed(const std::string& name, FeedAction action);
  /// Would the daemon start with this text; empty: with its own file? Returns notes; a refusal says why not.
  [[nodiscard]] std::vector<std::string> check_config(const std::string& text = "");
  /// Line: number of the journal's new file.
  ChangeDone rotate_journal();
  /// Line: its file.
  ChangeDone make_savepoint(const std::string& name);
  /// Feeds stop; all is computed with and on disk when it returns. Lines: where rings end.
  ChangeDone drain();

 private:
  friend class ControlTicks;
  friend class ControlResults;
  struct Connection;
  /// The connection, made again where the daemon has closed it.
  class Line {
   public:
    explicit Line(std::shared_ptr<Connection> connection) noexcept;
    Line(Line&&) noexcept;
    Line& operator=(Line&&) noexcept;
    ~Line();
    /// Throws SetupError: nobody answers.
    Connection* operator->();
    /// For who goes on with it: a stream ends with its connection.
    [[nodiscard]] const std::shared_ptr<Connection>& shared() {
      (void)operator->();
      return connection_;
    }
    /// As it was last.
    [[nodiscard]] const Connection& last() const noexcept { return *connection_; }

   private:
    std::shared_ptr<Connection> connection_;
  };
  Line connection_;
};

}  // namespace tickplant::clients
