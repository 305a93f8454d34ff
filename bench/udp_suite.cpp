// Suite `udp`: does the plant keep up with what arrives by UDP? Receive, decode, book and publish into a ring, against
// the bare recvmmsg drain of the same packets.
//
// Two looks at it, on loopback and over a veth pair, by io_uring and by recvmmsg, datagrams one by one and with receive
// offload:
//   live    a sender on the other core, as fast as it can with segmentation offload, or paced below that: packets/s,
//           and what the socket dropped. The sender does the kernel's half of receiving, too, so a receiver that is
//           quick enough finds its socket empty most of the time.
//   drain   packets that wait in the socket already, one core, no sender: what the receiving side itself costs a
//           packet, also cut off at three depths, which tells where the time goes.
//
// What would change our mind: live, fewer than 0.9 of the bare drain's packets/s; loss where the bare drain has none.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/interruption.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/side_process.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "bench/udp_packets.hpp"
#include "bench/udp_receivers.hpp"
#include "bench/udp_route.hpp"
#include "platform/cpu_affinity.hpp"

namespace tickplant::bench {
namespace {

using config::ReceiveMethod;
using platform::read_tsc;
using platform::SetupError;

struct Method {
  const char* name;
  ReceiveMethod receive;
  std::int64_t busy_poll_ns = 0;
  bool receive_offload = false;
};
constexpr Method kIoUring{"io_uring", ReceiveMethod::io_uring};
constexpr Method kRecvmmsg{"recvmmsg", ReceiveMethod::recvmmsg};
constexpr Method kIoUringOffload{"io_uring, receive_offload", ReceiveMethod::io_uring, 0, true};
constexpr Method kRecvmmsgOffload{"recvmmsg, receive_offload", ReceiveMethod::recvmmsg, 0, true};
constexpr Method kBusyPoll{"recvmmsg, busy poll", ReceiveMethod::recvmmsg, 50'000};

/// Where the sides of a live run meet.
struct Meeting {
  alignas(64) std::atomic<std::uint32_t> receiver_is_ready;
  alignas(64) std::atomic<std::uint32_t> receiver_is_done;
  std::uint64_t first_tsc, last_tsc;  // when packets were seen
  std::uint64_t received, kernel_drops;
  std::uint64_t sending_ticks;
};

struct LiveResult {
  double packets_per_second = 0;  // as received
  double offered_per_second = 0;
  std::uint64_t lost = 0;
  std::uint64_t kernel_drops = 0;
};

class UdpSuite {
 public:
  UdpSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        cores_(choose_cores()),
        packets_({.packets = options.smoke ? std::size_t{3'200} : std::size_t{512'000}}),
        meeting_memory_(sizeof(Meeting)),
        meeting_(*new (meeting_memory_.writable()) Meeting{}) {}

  void run() {
    if (!cores_.pinned) report_.note("udp: one core only, sender and receiver share it");
    over(UdpRoute::over_loopback);
    over([] { return UdpRoute::over_veth(false); });
    over([] { return UdpRoute::over_veth(true); }, true);
  }

 private:
  /// What is refused is left out by name.
  void over(const std::function<UdpRoute()>& make, bool busy_poll_alone = false) {
    std::optional<UdpRoute> route;
    try {
      route.emplace(make());
    } catch (const SetupError& error) {
      report_.note("udp: left out, " + error.problem());
      return;
    }
    if (busy_poll_alone) return live(*route, kBusyPoll);
    for (const Method& method : {kIoUring, kRecvmmsg, kIoUringOffload, kRecvmmsgOffload}) {
      live(*route, method);
      drain(*route, method);
    }
    drain_offloaded(*route);
  }

  // --- live ---

  void live(UdpRoute& route, const Method& method) {
    std::vector<Pair> rates, losses;
    std::vector<double> offered;
    const std::size_t count = packets_.count();
    for (int round = 0; round < options_.rounds; ++round) {
      const bool ours_first = round % 2 == 1;
      LiveResult ours, bare;
      if (ours_first) ours = live_ours(route, method, count, 0);
      bare = live_bare(route, count, 0);
      if (!ours_first) ours = live_ours(route, method, count, 0);
      rates.push_back({ours.packets_per_second, bare.packets_per_second});
      losses.push_back({percent(ours.lost, count), percent(bare.lost, count)});
      offered.push_back(ours.offered_per_second);
    }
    const std::string name = route.name() + ", " + method.name + ", live at full speed";
    const std::string conditions =
        spread(rates) + "; " + std::to_string(count) + " packets of " + std::to_string(packets_.packet_bytes()) +
        " bytes, " + std::to_string(packets_.messages_per_packet()) + " messages each, sender " +
        std::to_string(static_cast<long>(median(offered) / 1'000)) + "k/s with segmentation offload, " + placement();
    const Pair rate = median_pair(rates);
    add(name, "packets received", "packets/s", rate.value, "bare recvmmsg drain", rate.baseline, conditions);
    add(name, "lost", "%", median(values(losses)), "bare recvmmsg drain", median(baselines(losses)), conditions);
    if (!options_.smoke) loss_free(route, method, median(offered));
  }

  /// The highest of some paces at which nothing is lost, ours and bare in turns.
  void loss_free(UdpRoute& route, const Method& method, double offered) {
    const std::size_t count = packets_.count();
    const auto best = [&](auto&& run) {
      for (const int share : {100, 95, 90, 85, 80, 75, 70, 60, 50, 40, 30, 20, 10}) {
        const double pace = share == 100 ? 0 : offered * share / 100;
        std::uint64_t lost = 0;
        double rate = 0;
        for (int again = 0; again < 3 && lost == 0; ++again) {
          const LiveResult result = run(pace);
          lost = result.lost;
          rate = result.packets_per_second;
        }
        if (lost == 0) return rate;
      }
      return 0.0;
    };
    const double bare = best([&](double pace) { return live_bare(route, count, pace); });
    const double ours = best([&](double pace) { return live_ours(route, method, count, pace); });
    add(route.name() + ", " + method.name + ", live without loss", "packets received", "packets/s", ours,
        "bare recvmmsg drain", bare, "the first of 100, 95, ... 10 % of full speed that loses nothing three times");
  }

  LiveResult live_bare(UdpRoute& route, std::size_t count, double pace) {
    return exchange(route, count, pace, 1,
                    [&] { return std::make_unique<BareDrain>(route.listen(0, ReceiveMethod::recvmmsg)); });
  }
  LiveResult live_ours(UdpRoute& route, const Method& method, std::size_t count, double pace) {
    const std::uint64_t together = method.receive_offload ? UdpRoute::kSegmentsPerSend : 1;
    return exchange(route, count, pace, together, [&] {
      return std::make_unique<FeedPath>(packets_, route.listen(0, method.receive), wishes(method), Depth::publish);
    });
  }
  static feedhandlers::sources::ReceiveOptions wishes(const Method& method) {
    return {.busy_poll_ns = method.busy_poll_ns, .card_stamps = true, .receive_offload = method.receive_offload};
  }

  /// `together`: how many packets the kernel may drop as one.
  template <class MakeReceiver>
  LiveResult exchange(UdpRoute& route, std::size_t count, double pace, std::uint64_t together, MakeReceiver&& make) {
    Interruption::check();
    new (&meeting_) Meeting{};
    const platform::UniqueFd socket = route.sender(0, packets_.packet_bytes());
    SideProcess receiver([&] {
      enter(cores_.reader);
      const auto side = make();
      receive(*side);
    });
    SideProcess sender([&] {
      enter(cores_.writer);
      send(socket.get(), count, pace);
    });
    SideProcess::join_all({&sender, &receiver}, std::chrono::seconds(60));
    LiveResult result;
    const double seconds = static_cast<double>(clock_.nanos(meeting_.first_tsc, meeting_.last_tsc)) / 1e9;
    result.packets_per_second = static_cast<double>(meeting_.received) / seconds;
    result.offered_per_second =
        static_cast<double>(count) / (static_cast<double>(clock_.nanos(0, meeting_.sending_ticks)) / 1e9);
    result.lost = count - meeting_.received;
    result.kernel_drops = meeting_.kernel_drops;
    if (result.lost != 0 && result.kernel_drops * together < result.lost)
      throw SetupError{"of " + std::to_string(result.lost) + " lost packets the kernel counted " +
                           std::to_string(result.kernel_drops),
                       "this is a bug, of the receiver or of this suite"};
    return result;
  }

  template <class Receiver>
  void receive(Receiver& receiver) {
    meeting_.receiver_is_ready.store(1, std::memory_order_release);
    bool is_over = false;
    std::uint64_t received = 0, first = 0, last = 0;
    while (!is_over) {
      std::uint64_t found = 0;
      (void)receiver.receive([&](std::span<const std::byte> packet) {
        if (UdpPackets::is_heartbeat(packet)) [[unlikely]]
          is_over = true;
        else
          ++found;
      });
      if (found == 0) continue;
      last = read_tsc();
      if (first == 0) first = last;
      received += found;
    }
    meeting_.first_tsc = first;
    meeting_.last_tsc = last;
    meeting_.received = received;
    meeting_.kernel_drops = receiver.kernel_drops();
    meeting_.receiver_is_done.store(1, std::memory_order_release);
  }

  /// All packets, `pace` a second or as fast as the kernel takes them; heartbeats until the receiver has heard one.
  void send(int socket, std::size_t count, double pace) {
    while (meeting_.receiver_is_ready.load(std::memory_order_acquire) == 0) platform::cpu_pause();
    const std::uint64_t interval = pace > 0 ? clock_.ticks(1e9 * UdpRoute::kSegmentsPerSend / pace) : 0;
    const std::uint64_t begin = read_tsc();
    LoadSchedule schedule(begin, interval);
    for (std::size_t at = 0; at < count; at += UdpRoute::kSegmentsPerSend) {
      if (interval != 0) (void)schedule.wait();
      const auto bytes = packets_.range(at, std::min<std::size_t>(UdpRoute::kSegmentsPerSend, count - at));
      if (::send(socket, bytes.data(), bytes.size(), 0) < 0)
        throw SetupError{platform::with_errno("the kernel refuses to send", errno), "run again"};
    }
    meeting_.sending_ticks = read_tsc() - begin;
    while (meeting_.receiver_is_done.load(std::memory_order_acquire) == 0) {
      const timespec a_while{0, 50'000'000};  // for the receiver to empty its socket
      ::nanosleep(&a_while, nullptr);
      (void)::send(socket, packets_.heartbeat().data(), packets_.heartbeat().size(), 0);
    }
  }

  // --- drain ---

  static constexpr std::size_t kDrained = 320;  // packets at a time

  /// Ours at each depth and the bare drain, over the same packets in turns.
  void drain(UdpRoute& route, const Method& method) {
    struct Cut {
      Depth depth;
      const char* name;
    };
    for (const Cut& cut :
         {Cut{Depth::receive, "receive"}, Cut{Depth::decode, "receive + decode"},
          Cut{Depth::book, "receive + decode + book"}, Cut{Depth::publish, "receive + decode + book + publish"}}) {
      const auto make = [&] {
        return std::make_unique<FeedPath>(packets_, route.listen(1, method.receive), wishes(method), cut.depth);
      };
      drain_in_turns(route, route.name() + ", " + method.name + ", drain", cut.name, make, [&](const FeedPath& path) {
        const bool is_right = cut.depth != Depth::publish || path.open_orders() == packets_.shape().live_orders;
        if (!is_right) SideProcess::fail("the book is not as it must be");
      });
    }
  }

  /// The bare drain with generic receive offload, too: what `receive_offload` cannot be faster than.
  void drain_offloaded(UdpRoute& route) {
    const auto make = [&] { return std::make_unique<OffloadedDrain>(route.listen(1, ReceiveMethod::recvmmsg)); };
    drain_in_turns(route, route.name() + ", recvmmsg with UDP_GRO, drain", "receive, one stamp for up to 64", make,
                   [](const OffloadedDrain&) {});
  }

  template <class Make, class Check>
  void drain_in_turns(UdpRoute& route, const std::string& name, const char* metric, Make&& make, Check&& check) {
    const std::size_t chunks =
        std::min<std::size_t>(packets_.count() / kDrained, 200 * static_cast<std::size_t>(options_.rounds));
    struct Ticks {
      std::uint64_t bare, ours;
    };
    SharedBlock memory(chunks * sizeof(Ticks));
    auto* const ticks = reinterpret_cast<Ticks*>(memory.writable());
    Interruption::check();
    SideProcess side([&] {
      enter(cores_.reader);
      BareDrain bare(route.listen(0, ReceiveMethod::recvmmsg));
      const auto ours = make();
      const platform::UniqueFd to_bare = route.sender(0, packets_.packet_bytes());
      const platform::UniqueFd to_ours = route.sender(1, packets_.packet_bytes());
      for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        ticks[chunk].bare = fill_and_drain(chunk, to_bare, bare);
        ticks[chunk].ours = fill_and_drain(chunk, to_ours, *ours);
      }
      check(*ours);
    });
    SideProcess::join_all({&side}, std::chrono::seconds(120));
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < chunks; ++i)
      pairs.push_back({nanos_per_packet(ticks[i].ours), nanos_per_packet(ticks[i].bare)});
    const Pair middle = median_pair(pairs);
    add(name, metric, "ns/packet", middle.value, "bare recvmmsg drain", middle.baseline,
        spread(pairs) + "; " + std::to_string(kDrained) + " packets a round that wait in the socket, " +
            std::to_string(packets_.messages_per_packet()) + " messages each, one core");
  }

  template <class Receiver>
  std::uint64_t fill_and_drain(std::size_t chunk, const platform::UniqueFd& socket, Receiver& receiver) const {
    fill(socket.get(), chunk * kDrained);
    const std::uint64_t begin = read_tsc();
    for (std::size_t left = kDrained; left > 0;) {
      const std::size_t found = receiver.receive([](std::span<const std::byte>) {});
      if (found == 0) SideProcess::fail(std::to_string(left) + " packets are missing, or were dropped");
      left -= std::min(left, found);
    }
    return read_tsc() - begin;
  }

  void fill(int socket, std::size_t first) const {
    static_assert(kDrained % UdpRoute::kSegmentsPerSend == 0);
    for (std::size_t at = 0; at < kDrained; at += UdpRoute::kSegmentsPerSend) {
      const auto bytes = packets_.range(first + at, UdpRoute::kSegmentsPerSend);
      if (::send(socket, bytes.data(), bytes.size(), 0) < 0) SideProcess::fail("the kernel refuses to send");
    }
  }

  // --- figures ---

  [[nodiscard]] double nanos_per_packet(std::uint64_t ticks) const {
    return static_cast<double>(clock_.nanos(0, ticks)) / static_cast<double>(kDrained);
  }
  static double percent(std::uint64_t part, std::size_t whole) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  }
  static std::vector<double> values(const std::vector<Pair>& pairs) {
    std::vector<double> out;
    for (const Pair& pair : pairs) out.push_back(pair.value);
    return out;
  }
  static std::vector<double> baselines(const std::vector<Pair>& pairs) {
    std::vector<double> out;
    for (const Pair& pair : pairs) out.push_back(pair.baseline);
    return out;
  }
  void enter(int cpu) const {
    if (cores_.pinned) platform::pin_this_thread(cpu);
  }
  [[nodiscard]] std::string placement() const {
    return "sender on cpu " + std::to_string(cores_.writer) + ", receiver on cpu " + std::to_string(cores_.reader);
  }
  void add(const std::string& name, const std::string& metric, const char* unit, double value, const char* baseline,
           double baseline_value, const std::string& conditions) {
    report_.add({"udp", name, metric, unit, value, baseline, baseline_value, conditions});
  }

  Options options_;
  Report& report_;
  Interruption interruption_;
  BenchClock clock_;
  Cores cores_;
  UdpPackets packets_;
  SharedBlock meeting_memory_;
  Meeting& meeting_;
};

}  // namespace

void run_udp_suite(const Options& options, Report& report) { UdpSuite(options, report).run(); }

}  // namespace tickplant::bench
