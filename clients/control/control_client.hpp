// Asks the daemon of a plant, over its control socket, from any process that may.
//
//   ControlClient daemon(plant.folder(), "my-tool");
//   for (const std::string& change : daemon.reload()) ...
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
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/instruments_layout.hpp"

namespace tickplant::clients {

/// What this user may do.
enum class ControlRole : std::uint8_t { none, reader, trader, admin };

/// "admin".
[[nodiscard]] std::string_view name_of(ControlRole role) noexcept;

/// The daemon said no, and why.
class ControlRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PlantDescription {
  struct Feed {
    std::uint16_t id = 0;
    std::string name, venue, protocol, ring;
  };
  struct Segment {
    std::string name, file;
    std::uint64_t bytes = 0;
  };
  std::string name, version, folder;  // the daemon's version; absolute
  std::uint32_t pid = 0;
  std::uint64_t epoch = 0;
  std::int64_t created_at_ns = 0, now_ns = 0;  // UTC
  std::uint32_t instrument_count = 0;
  std::vector<Feed> feeds;
  std::vector<Segment> segments;
};

struct ListedInstrument {
  std::uint32_t id = 0;
  std::string symbol, venue;
  std::uint16_t feed = 0;
  ringbuf::InstrumentStatus status = ringbuf::InstrumentStatus::unknown;
};

/// Empty texts: all.
struct InstrumentWish {
  std::string prefix = {};  // of the symbol
  std::string venue = {};
  std::vector<ringbuf::InstrumentStatus> statuses = {};
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
  /// In the order of their ids.
  [[nodiscard]] std::vector<ListedInstrument> instruments(const InstrumentWish& wish = {});
  /// An admin's: the analytics file is read again. Returns what that changes, a line each; none: it says the same.
  std::vector<std::string> reload();
  /// An admin's: the daemon drains and ends. Returns when it has begun to.
  void stop();

 private:
  struct Connection;
  /// The connection, made again where the daemon has closed it.
  class Line {
   public:
    explicit Line(std::unique_ptr<Connection> connection) noexcept;
    Line(Line&&) noexcept;
    Line& operator=(Line&&) noexcept;
    ~Line();
    /// Throws SetupError: nobody answers.
    Connection* operator->();
    /// As it was last.
    [[nodiscard]] const Connection& last() const noexcept { return *connection_; }

   private:
    std::unique_ptr<Connection> connection_;
  };
  Line connection_;
};

}  // namespace tickplant::clients
