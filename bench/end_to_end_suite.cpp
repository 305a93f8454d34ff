// Suite `end_to_end`: from the moment a datagram was due to be sent until a client process sees its record: the whole
// plant as users run it, the real tickplantd with its UDP source, feed handler, book and ring.
//
// This process sends and is the client, on one core; the daemon has the other. One datagram carries one new ITCH order.
// The baseline is the bare hand-over of the same datagrams between the same cores: a process that does nothing but
// receive them, in the same way (io_uring multishot, spinning or asleep), and looks at the clock. Beside them: the bare
// echo (there and back), and the hiccup meter, what the host takes from a core that only looks at the clock.
//
// What would change our mind: a p50 above 1.3 bare hand-overs.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/child_program.hpp"
#include "bench/harness/hiccup_meter.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "clients/cpp/subscriber.hpp"
#include "feedhandlers/venue/itch_encoder.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/datagram_receiver.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::bench {
namespace {

using platform::LatencyHistogram;
using platform::read_tsc;
using platform::SetupError;
using platform::UniqueFd;
namespace venue = feedhandlers::venue;

/// One way of running the plant, and what it is compared with.
struct Placement {
  const char* name;
  bool pinned;
  double interval_nanos;
  std::uint64_t count;
};

struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0, p999 = 0;
  explicit Percentiles(const LatencyHistogram& histogram)
      : p50(static_cast<double>(histogram.percentile(50))),
        p90(static_cast<double>(histogram.percentile(90))),
        p99(static_cast<double>(histogram.percentile(99))),
        p999(static_cast<double>(histogram.percentile(99.9))) {}
};

/// For stalls of the host: as much as the plant asks for its sockets.
void make_room(const UniqueFd& socket) {
  const int bytes = 8 << 20;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
}

/// A multicast group of this process on the loopback interface.
class Group {
 public:
  Group() {
    const auto pid = static_cast<std::uint32_t>(::getpid());
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(0xefc20000u | (pid & 0xffffu));  // 239.194.x.y
    address_.sin_port = htons(static_cast<std::uint16_t>(20'000 + pid % 20'000));
  }
  [[nodiscard]] const sockaddr_in& address() const noexcept { return address_; }
  [[nodiscard]] std::string host() const {
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address_.sin_addr, text.data(), text.size());
    return text.data();
  }
  [[nodiscard]] int port() const noexcept { return ntohs(address_.sin_port); }

  [[nodiscard]] UniqueFd sender() const {
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const in_addr loopback{htonl(INADDR_LOOPBACK)};
    const bool ok = fd && ::setsockopt(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) == 0 &&
                    ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
    if (!ok) throw SetupError{"no multicast on the loopback interface", "run where `lo` takes multicast"};
    return fd;
  }
  [[nodiscard]] UniqueFd receiver() const {
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ip_mreqn membership{address_.sin_addr, {htonl(INADDR_LOOPBACK)}, 0};
    const bool ok = fd && ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                    ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0 &&
                    ::setsockopt(fd.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0;
    make_room(fd);
    if (!ok) throw SetupError{"no multicast on the loopback interface", "run where `lo` takes multicast"};
    return fd;
  }

 private:
  sockaddr_in address_{};
};

/// Datagram i: one MoldUDP64 packet with the order of reference i. Prices fall, so that none is a new best bid: one
/// order record each.
class Datagrams {
 public:
  std::span<const std::byte> order(std::uint64_t number) {
    venue::Buffer message;
    venue::AddOrder add;
    add.header.stock_locate = {1};
    add.header.timestamp = {36'000'000'000'000ull + number};
    add.order_ref = {number};
    add.side = ringbuf::Side::bid;
    add.shares = 100;
    add.stock = venue::symbol("BENCH");
    add.price = {static_cast<std::uint32_t>(1'000'000 - 100 * (number % 1'000))};
    venue::encode_framed(add, message);
    bytes_.assign(20, std::byte{' '});
    put(10, number, 8);
    put(18, 1, 2);
    bytes_.insert(bytes_.end(), message.begin(), message.end());
    return bytes_;
  }

 private:
  void put(std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) bytes_[at + i] = static_cast<std::byte>(value >> (8 * (width - 1 - i)));
  }
  std::vector<std::byte> bytes_;
};

/// What the bare receiver hands back.
struct Meeting {
  alignas(64) std::atomic<std::uint32_t> is_ready;
  alignas(64) std::atomic<std::uint64_t> received;
  std::uint64_t seen_at[1 << 20];
};

class EndToEndSuite {
 public:
  EndToEndSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        cores_(choose_cores()),
        all_cpus_(platform::affinity_of_this_thread()),
        meeting_memory_(sizeof(Meeting)),
        meeting_(*new (meeting_memory_.writable()) Meeting) {}

  void run() {
    const std::uint64_t fast = options_.smoke ? 2'000 : 400'000;
    const std::uint64_t slow = options_.smoke ? 500 : 20'000;
    if (cores_.pinned) measure({"fused, pinned, spinning", true, 10'000, fast});
    measure({"unpinned default, parked", false, 100'000, slow});
    platform::set_affinity_of_this_thread(all_cpus_);
  }

 private:
  void measure(const Placement& placement) {
    std::vector<double> ours[4], bare[4], idle[4], echo;
    for (int round = 0; round < options_.rounds; ++round) {
      push(bare, Percentiles(bare_hand_over(placement)));
      push(ours, Percentiles(through_the_plant(placement)));
      push(idle, Percentiles(hiccups(placement)));
      echo.push_back(Percentiles(bare_echo(placement)).p50);
    }
    const std::string conditions = "median of " + std::to_string(options_.rounds) + " rounds; open loop, " +
                                   std::to_string(placement.count) + " datagrams of 58 bytes, one per " +
                                   std::to_string(static_cast<int>(placement.interval_nanos / 1'000)) +
                                   " us, first tenth dropped; loopback multicast; " +
                                   (placement.pinned ? "plant on cpu " + std::to_string(cores_.reader) +
                                                           ", sender and client on cpu " + std::to_string(cores_.writer)
                                                     : std::string("nothing pinned, plant asleep between datagrams"));
    const std::string name = std::string("datagram to client, ") + placement.name;
    const char* percentile[] = {"latency p50", "latency p90", "latency p99", "latency p99.9"};
    for (int i = 0; i < 4; ++i) {
      add(name, percentile[i], median(ours[i]), "bare datagram hand-over", median(bare[i]), conditions);
    }
    add(name, "bare echo, there and back, p50", median(echo), "", 0, conditions);
    for (int i = 2; i < 4; ++i) {
      add(name, i == 2 ? "hiccup meter p99" : "hiccup meter p99.9", median(idle[i]), "", 0,
          "a loop on the client's core that only looks at the clock, same schedule");
    }
  }

  static void push(std::vector<double> (&into)[4], const Percentiles& from) {
    into[0].push_back(from.p50);
    into[1].push_back(from.p90);
    into[2].push_back(from.p99);
    into[3].push_back(from.p999);
  }

  void place_client(const Placement& placement) const {
    if (placement.pinned) {
      platform::pin_this_thread(cores_.writer);
    } else {
      platform::set_affinity_of_this_thread(all_cpus_);
    }
  }

  /// Sends all datagrams of the schedule; `look(i)` polls in between and says how many were seen. Gives up when nothing
  /// is seen for five seconds.
  template <class Look>
  void drive(const Placement& placement, int socket, std::vector<std::uint64_t>& due, Look&& look) {
    Datagrams datagrams;
    std::vector<std::vector<std::byte>> ready;
    for (std::uint64_t i = 1; i <= placement.count; ++i) {
      const auto bytes = datagrams.order(i);
      ready.emplace_back(bytes.begin(), bytes.end());
    }
    const std::uint64_t interval = clock_.ticks(placement.interval_nanos);
    const std::uint64_t patience = clock_.ticks(5e9);
    std::uint64_t next = read_tsc() + clock_.ticks(1e6);
    std::uint64_t sent = 0, seen = 0, moved = next;
    due.assign(placement.count, 0);
    while (seen < placement.count) {
      const std::uint64_t now = read_tsc();
      if (sent < placement.count && now >= next) {
        due[sent] = next;
        (void)::send(socket, ready[sent].data(), ready[sent].size(), 0);
        ++sent;
        next += interval;
        moved = now;
      }
      const std::uint64_t found = look();
      if (found != seen) moved = now;
      seen = found;
      if (now > moved && now - moved > patience) {
        throw SetupError{std::to_string(placement.count - seen) + " of " + std::to_string(placement.count) +
                             " datagrams were lost on the way",
                         "run again on a quieter machine, or raise net.core.rmem_max"};
      }
    }
  }

  LatencyHistogram histogram(const std::vector<std::uint64_t>& due, const std::vector<std::uint64_t>& seen_at) const {
    LatencyHistogram latencies;
    for (std::size_t i = due.size() / 10; i < due.size(); ++i) latencies.record(clock_.nanos(due[i], seen_at[i]));
    return latencies;
  }

  // --- the bare hand-over and echo ---

  /// Receives in the child as the plant does; `on_datagram(index)` after each look at the clock.
  template <class OnDatagram>
  void receive_bare(const Placement& placement, const UniqueFd& socket, OnDatagram&& on_datagram) {
    platform::IoRing ring;
    platform::DatagramReceiver receiver(ring, socket.get(), 1);
    std::array<platform::IoCompletion, 64> completions;
    std::uint64_t count = 0;
    bool told = false;
    const std::uint64_t patience = clock_.ticks(8e9);
    std::uint64_t moved = read_tsc();
    while (count < placement.count && read_tsc() - moved < patience) {
      if (!receiver.is_armed()) (void)receiver.arm();
      ring.submit();
      if (!told) meeting_.is_ready.store(1, std::memory_order_release);
      told = true;
      const std::size_t found = placement.pinned ? ring.poll(completions) : ring.wait(completions, 100'000'000);
      for (std::size_t i = 0; i < found; ++i) {
        const auto datagram = receiver.take(completions[i]);
        if (!datagram) continue;
        meeting_.seen_at[count] = moved = read_tsc();
        on_datagram(count);
        receiver.give_back(*datagram);
        meeting_.received.store(++count, std::memory_order_release);
      }
      if (found == 0 && placement.pinned) platform::cpu_pause();
    }
  }

  LatencyHistogram bare_hand_over(const Placement& placement) {
    const UniqueFd receiver = group_.receiver();
    std::vector<std::uint64_t> due;
    beside(
        placement, [&] { receive_bare(placement, receiver, [](std::uint64_t) {}); },
        [&] {
          const UniqueFd sender = group_.sender();
          drive(placement, sender.get(), due, [&] { return meeting_.received.load(std::memory_order_acquire); });
        });
    return histogram(due, {meeting_.seen_at, meeting_.seen_at + placement.count});
  }

  LatencyHistogram bare_echo(const Placement& placement) {
    const UniqueFd receiver = group_.receiver();
    UniqueFd back(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof here;
    if (::bind(back.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
        ::getsockname(back.get(), reinterpret_cast<sockaddr*>(&here), &length) != 0) {
      throw SetupError{platform::with_errno("no socket for the echo", errno), "free some ports"};
    }
    make_room(back);
    std::vector<std::uint64_t> due, seen_at(placement.count);
    std::uint64_t seen = 0;
    beside(
        placement,
        [&] {
          const UniqueFd answer(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
          const std::array<std::byte, 58> echo{};
          receive_bare(placement, receiver, [&](std::uint64_t) {
            (void)::sendto(answer.get(), echo.data(), echo.size(), 0, reinterpret_cast<const sockaddr*>(&here),
                           sizeof here);
          });
        },
        [&] {
          const UniqueFd sender = group_.sender();
          std::array<std::byte, 64> answer;
          drive(placement, sender.get(), due, [&] {
            while (seen<placement.count&& ::recv(back.get(), answer.data(), answer.size(), MSG_DONTWAIT)> 0) {
              seen_at[seen++] = read_tsc();
            }
            return seen;
          });
        });
    return histogram(due, seen_at);
  }

  /// `child` on the plant's core, `here` on the client's.
  void beside(const Placement& placement, const std::function<void()>& child, const std::function<void()>& here) {
    meeting_.is_ready.store(0);
    meeting_.received.store(0);
    const auto parent = [&] {
      while (meeting_.is_ready.load(std::memory_order_acquire) == 0) platform::cpu_pause();
      here();
    };
    Cores cores = cores_;
    cores.pinned = placement.pinned;
    if (!placement.pinned) platform::set_affinity_of_this_thread(all_cpus_);
    run_in_two_processes(cores, parent, child);
  }

  // --- the plant ---

  LatencyHistogram through_the_plant(const Placement& placement) {
    platform::set_affinity_of_this_thread(all_cpus_);  // the daemon inherits it
    const Folder folder;
    write_config(placement, folder.path() / "plant.yaml");
    const ChildProgram daemon(sibling_program("tickplantd"), {"--config", (folder.path() / "plant.yaml").string()},
                              {"TICKPLANT_RUNTIME=" + (folder.path() / "run").string(),
                               "TICKPLANT_PLANT_STATE_FOLDER=" + (folder.path() / "state").string()},
                              (folder.path() / "log").string());
    clients::Plant plant = attached(folder);
    place_client(placement);
    clients::Subscriber subscriber(plant, {.types = {ringbuf::RecordType::order}});
    const UniqueFd sender = group_.sender();
    std::vector<std::uint64_t> due, seen_at(placement.count);
    std::uint64_t seen = 0;
    drive(placement, sender.get(), due, [&] {
      subscriber.poll([&](const ringbuf::Record& record) {
        const std::uint64_t number = record.as<ringbuf::OrderBody>().order_id;
        if (number < 1 || number > placement.count || seen_at[number - 1] != 0) return;
        seen_at[number - 1] = read_tsc();
        ++seen;
      });
      return seen;
    });
    return histogram(due, seen_at);
  }

  LatencyHistogram hiccups(const Placement& placement) const {
    place_client(placement);
    return measure_hiccups(clock_, placement.interval_nanos, placement.count);
  }

  struct Folder {
    Folder() : path_("/dev/shm/tickplant-bench-" + std::to_string(::getpid())) {
      std::filesystem::create_directory(path_);
      std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

   private:
    std::filesystem::path path_;
  };

  void write_config(const Placement& placement, const std::filesystem::path& file) const {
    std::ofstream out(file);
    out << "plant:\n  name: bench\ninstruments:\n  capacity: 4096\nrings:\n  ticks:\n    slots: 1048576\n"
           "feeds:\n  bench:\n    protocol: itch50\n    venue: XNAS\n    source:\n      kind: udp_multicast\n"
           "      line_a:\n        group: "
        << group_.host() << "\n        port: " << group_.port() << "\n        interface: lo\n";
    if (placement.pinned) {
      out << "threads:\n  all:\n    stages: [feed.bench]\n    core: cpu" << cores_.reader << "\n    idle: spin\n";
    }
    out << "log:\n  level: warn\n";
  }

  /// The daemon is ready; throws SetupError with its own words when it is not within ten seconds.
  static clients::Plant attached(const Folder& folder) {
    for (int tries = 0; tries < 1'000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      try {
        clients::Plant plant = clients::Plant::in_folder(folder.path() / "run");
        const auto ready = plant.counters().find(ringbuf::counter::kHousekeeping, ringbuf::counter::kReadyAt);
        if (ready.value_or(0) != 0) return plant;
      } catch (const SetupError&) {  // not yet
      }
    }
    std::ifstream log(folder.path() / "log");
    throw SetupError{"tickplantd did not become ready: " + std::string(std::istreambuf_iterator<char>(log), {}),
                     "see above"};
  }

  void add(const std::string& name, const char* metric, double value, const char* baseline, double baseline_value,
           const std::string& conditions) {
    report_.add({"end_to_end", name, metric, "ns", value, baseline, baseline_value, conditions});
  }

  Options options_;
  Report& report_;
  BenchClock clock_;
  Group group_;
  Cores cores_;
  platform::CpuList all_cpus_;
  SharedBlock meeting_memory_;
  Meeting& meeting_;
};

}  // namespace

void run_end_to_end_suite(const Options& options, Report& report) { EndToEndSuite(options, report).run(); }

}  // namespace tickplant::bench
