// Suite `control`: what does a question at the control socket cost, and does whoever asks disturb the data?
//
//   round trip   a question to the real tickplantd and its answer, by the C++ client, against the bare echo of as many
//                bytes through a Unix socket between the same cores
//   storm        what publishing a record costs while two processes connect to the daemon and leave, as fast as it
//   goes,
//                all of them and the daemon off the writer's core; against the same without them, in turns. And that
//                publishing makes no system call
//
// What would change our mind: a round trip above three echoes; a publish p50 that moves by more than a tenth.
//
// Threads: the writer here; daemon, echo and storm are processes of their own.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/child_program.hpp"
#include "bench/harness/hiccup_meter.hpp"
#include "bench/harness/side_process.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/harness/without_system_calls.hpp"
#include "bench/peers/broadcast_ring.hpp"
#include "bench/suites.hpp"
#include "clients/control/control_client.hpp"
#include "clients/cpp/plant.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::bench {
namespace {

using platform::LatencyHistogram;
using platform::read_tsc;
using platform::SetupError;
using platform::UniqueFd;

/// What a call of the C++ client sends and gets: measured, rounded up.
constexpr std::size_t kQuestionBytes = 128, kAnswerBytes = 128;
constexpr std::uint64_t kBlock = 1'024;

class ControlFolder {
 public:
  ControlFolder() : path_("/dev/shm/tickplant-bench-control-" + std::to_string(::getpid())) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ControlFolder(const ControlFolder&) = delete;
  ControlFolder& operator=(const ControlFolder&) = delete;
  ~ControlFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path run() const { return path_ / "run"; }

 private:
  std::filesystem::path path_;
};

/// A daemon whose feed stays silent: the socket and nothing else.
class QuietDaemon {
 public:
  explicit QuietDaemon(const ControlFolder& folder) {
    std::ofstream(folder.path() / "plant.yaml")
        << "plant:\n  name: bench\ninstruments:\n  capacity: 1024\nrings:\n  ticks:\n    slots: 65536\n"
           "feeds:\n  bench:\n    protocol: itch50\n    venue: XNAS\n    source:\n      kind: udp_multicast\n"
           "      line_a: {group: 239.194.255."
        << ::getpid() % 250 + 1 << ", port: " << 20'000 + ::getpid() % 20'000
        << ", interface: lo}\ncontrol: {clients: 4096}\nlog: {level: warn}\n";
    daemon_.emplace(sibling_program("tickplantd"),
                    std::vector<std::string>{"--config", (folder.path() / "plant.yaml").string()},
                    std::vector<std::string>{"TICKPLANT_RUNTIME=" + folder.run().string(),
                                             "TICKPLANT_PLANT_STATE_FOLDER=" + (folder.path() / "state").string()},
                    (folder.path() / "log").string());
    for (int tries = 0; tries < 1'000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      try {
        (void)clients::ControlClient(folder.run(), "bench").describe();
        return;
      } catch (const SetupError&) {  // not yet
      }
    }
    std::ifstream log(folder.path() / "log");
    throw SetupError{"tickplantd does not answer: " + std::string(std::istreambuf_iterator<char>(log), {}),
                     "see above"};
  }

 private:
  std::optional<ChildProgram> daemon_;
};

bool pass(int fd, std::size_t bytes, bool sends) {
  std::array<char, 512> buffer{};
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t now =
        sends ? ::send(fd, buffer.data(), bytes - done, MSG_NOSIGNAL) : ::recv(fd, buffer.data(), bytes - done, 0);
    if (now <= 0) return false;
    done += static_cast<std::size_t>(now);
  }
  return true;
}

/// Connects to the daemon, says nothing, and leaves: again and again.
void storm(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
  for (;;) {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    (void)::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
}

class ControlSuite {
 public:
  ControlSuite(const Options& options, Report& report)
      : options_(options), report_(report), cores_(choose_cores()), all_cpus_(platform::affinity_of_this_thread()) {}

  void run() {
    measure_round_trip();
    measure_storm();
    platform::set_affinity_of_this_thread(all_cpus_);
  }

 private:
  /// Whatever is started from here on is off the writer's core.
  void leave_writers_core() const {
    if (cores_.pinned) platform::pin_this_thread(cores_.reader);
  }
  void take_writers_core() const {
    if (cores_.pinned) platform::pin_this_thread(cores_.writer);
  }

  // ---- round trip

  template <class Ask>
  [[nodiscard]] LatencyHistogram trips(std::uint64_t count, Ask&& ask) const {
    LatencyHistogram latencies;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t begin = read_tsc();
      ask();
      if (i >= count / 10) latencies.record(clock_.nanos(begin, read_tsc()));
    }
    return latencies;
  }

  [[nodiscard]] LatencyHistogram bare_echo(std::uint64_t count) const {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw SetupError{platform::with_errno("no Unix sockets", errno), "raise the limit of descriptors"};
    const UniqueFd here(ends[0]);
    UniqueFd there(ends[1]);
    leave_writers_core();
    SideProcess echo([&] {
      while (pass(there.get(), kQuestionBytes, false) && pass(there.get(), kAnswerBytes, true)) continue;
    });
    there.reset();
    take_writers_core();
    return trips(count, [&] {
      if (!pass(here.get(), kQuestionBytes, true) || !pass(here.get(), kAnswerBytes, false))
        throw SetupError{"the echo has ended", "run again"};
    });
  }

  void measure_round_trip() {
    const std::uint64_t count = options_.smoke ? 200 : 20'000;
    const ControlFolder folder;
    leave_writers_core();
    const QuietDaemon daemon(folder);
    take_writers_core();
    std::vector<double> ours50, ours99, bare50, bare99;
    for (int round = 0; round < options_.rounds; ++round) {
      const LatencyHistogram bare = bare_echo(count);
      take_writers_core();
      clients::ControlClient client(folder.run(), "bench");
      const LatencyHistogram ours = trips(count, [&] { (void)client.watchlists(); });
      ours50.push_back(static_cast<double>(ours.percentile(50)));
      ours99.push_back(static_cast<double>(ours.percentile(99)));
      bare50.push_back(static_cast<double>(bare.percentile(50)));
      bare99.push_back(static_cast<double>(bare.percentile(99)));
    }
    const std::string conditions = "median of " + std::to_string(options_.rounds) + " rounds of " +
                                   std::to_string(count) + ", one after the other; " + where();
    const char* const baseline = "bare Unix-socket echo";
    add("request round trip", "latency p50", "ns", median(ours50), baseline, median(bare50), conditions);
    add("request round trip", "latency p99", "ns", median(ours99), baseline, median(bare99), conditions);
  }

  // ---- storm

  struct Cost {
    double p50 = 0, p999 = 0;
  };

  static void publish(ringbuf::TickWriter& writer, std::uint64_t count) noexcept {
    for (std::uint64_t i = 0; i < count; ++i) {
      const CheckedRecord record = make_record(writer.last().value + 1, 1);
      writer.publish(&record);
    }
  }

  /// ns a record, over blocks.
  [[nodiscard]] Cost publish_cost(ringbuf::TickWriter& writer) const {
    LatencyHistogram picoseconds(std::int64_t{1} << 40);
    const int blocks = options_.smoke ? 200 : 20'000;
    for (int i = 0; i < blocks; ++i) {
      const std::uint64_t begin = read_tsc();
      publish(writer, kBlock);
      picoseconds.record(clock_.nanos(begin, read_tsc()) * 1'000 / static_cast<std::int64_t>(kBlock));
    }
    return {static_cast<double>(picoseconds.percentile(50)) / 1e3,
            static_cast<double>(picoseconds.percentile(99.9)) / 1e3};
  }

  void measure_storm() {
    const ControlFolder folder;
    leave_writers_core();
    const QuietDaemon daemon(folder);
    RingMemory ring;
    ringbuf::TickWriter writer = ring.writer();
    std::vector<double> quiet50, quiet999, stormy50, stormy999, hiccups;
    std::vector<double> rates;
    for (int round = 0; round < options_.rounds; ++round) {
      take_writers_core();
      publish(writer, RingMemory::kSlots);
      const Cost quiet = publish_cost(writer);
      leave_writers_core();
      const std::uint64_t before = accepted(folder);
      const auto began = std::chrono::steady_clock::now();
      {
        const std::filesystem::path socket = folder.run() / ringbuf::kControlSocket;
        SideProcess first([&] { storm(socket); });
        SideProcess second([&] { storm(socket); });
        take_writers_core();
        publish(writer, RingMemory::kSlots);
        const Cost stormy = publish_cost(writer);
        stormy50.push_back(stormy.p50);
        stormy999.push_back(stormy.p999);
      }
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      rates.push_back(static_cast<double>(accepted(folder) - before) / took.count());
      quiet50.push_back(quiet.p50);
      quiet999.push_back(quiet.p999);
      const LatencyHistogram idle = measure_hiccups(clock_, 1'000, options_.smoke ? 10'000 : 1'000'000);
      hiccups.push_back(static_cast<double>(idle.percentile(99.9)));
    }
    const std::string conditions = "median of " + std::to_string(options_.rounds) +
                                   " rounds; blocks of 1,024 records; two processes connect and leave; " + where();
    const char* const baseline = "the same without a storm";
    add("publish in a storm of connections", "cost p50", "ns/record", median(stormy50), baseline, median(quiet50),
        conditions);
    add("publish in a storm of connections", "cost p99.9", "ns/record", median(stormy999), baseline, median(quiet999),
        conditions);
    add("publish in a storm of connections", "hiccup meter p99.9", "ns", median(hiccups), "", 0,
        "a loop on the writer's core that only looks at the clock, every 1 us");
    add("publish in a storm of connections", "connections taken", "1/s", median(rates), "", 0, conditions);
    leave_writers_core();
    SideProcess one([socket = folder.run() / ringbuf::kControlSocket] { storm(socket); });
    take_writers_core();
    const SystemCalls calls = system_calls_of([&] { publish(writer, 200'000); });
    if (calls == SystemCalls::unknown) {
      report_.note("left out: system calls (no seccomp filters here)");
    } else {
      add("publish in a storm of connections", "system calls (0 none, 1 some)", "", calls == SystemCalls::none ? 0 : 1,
          "", 0, "200,000 records under a filter that ends the process at its first system call");
    }
  }

  static std::uint64_t accepted(const ControlFolder& folder) {
    const clients::Plant plant = clients::Plant::in_folder(folder.run());
    return plant.counters().find(ringbuf::counter::kControl, ringbuf::counter::kAccepted).value_or(0);
  }

  [[nodiscard]] std::string where() const {
    if (!cores_.pinned) return "one core: figures say little";
    return "this process on cpu " + std::to_string(cores_.writer) + ", all others on cpu " +
           std::to_string(cores_.reader);
  }

  void add(const char* name, const char* metric, const char* unit, double value, const char* baseline,
           double baseline_value, const std::string& conditions) {
    report_.add({"control", name, metric, unit, value, baseline, baseline_value, conditions});
  }

  Options options_;
  Report& report_;
  BenchClock clock_;
  Cores cores_;
  platform::CpuList all_cpus_;
};

}  // namespace

void run_control_suite(const Options& options, Report& report) { ControlSuite(options, report).run(); }

}  // namespace tickplant::bench
