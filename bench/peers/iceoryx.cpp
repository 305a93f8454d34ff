// iceoryx publish and subscribe, lossless (the publisher waits for its subscriber), with a RouDi of our own.
//
// RouDi and its programs use fixed places: /dev/shm/iceoryx_mgmt, a segment named after the user's group, sockets and
// locks in /tmp. They remove them at their end, unless a side was killed; then what is left is removed here: as ours
// ran, nobody else's did. Where somebody else's RouDi runs, ours does not start, and this peer is left out.
//
// Threads: writer and reader, a process each, the library's own threads in each; RouDi is a third process.
#include <grp.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/popo/publisher.hpp>
#include <iceoryx_posh/popo/subscriber.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <optional>
#include <sstream>
#include <thread>

#include "bench/harness/child_program.hpp"
#include "bench/harness/temp_folder.hpp"
#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

using platform::SetupError;

constexpr iox::popo::ConsumerTooSlowPolicy kWait = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;

std::string application(const char* side) {
  return "tickplant-bench-" + std::to_string(::getppid()) + "-" + side;  // asked in a side: our parent is the bench
}

iox::capro::ServiceDescription service() { return {"tickplant", "bench", "ticks"}; }

void join_roudi(const char* side) {
  const std::string name = application(side);
  iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kWarn,
                                                           iox::log::LogLevelOutput::kHideLogLevel);
  iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name.c_str()));
}

template <class Condition>
void wait_for(const char* what, Condition&& condition) {
  for (int attempt = 0; attempt < 2'000; ++attempt) {
    if (condition()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw SetupError{std::string("iceoryx: waited in vain for ") + what, "run it again by itself"};
}

class RouDi {
 public:
  RouDi() {
    program_.emplace(
        program_path("iox-roudi"),
        std::vector<std::string>{"--monitoring-mode", "off", "--log-level", "warning", "--config-file", config_file()},
        std::vector<std::string>{}, log_file());
    wait_for("RouDi", [&] {
      std::ifstream log(log_file());
      std::stringstream text;
      text << log.rdbuf();
      if (text.str().find("RouDi is ready") != std::string::npos) return true;
      if (!program_->is_running()) throw SetupError{"iox-roudi does not start; does another one run?", text.str()};
      return false;
    });
  }
  RouDi(const RouDi&) = delete;
  RouDi& operator=(const RouDi&) = delete;
  ~RouDi() {
    program_.reset();
    const group* our_group = ::getgrgid(::getegid());  // NOLINT(concurrency-mt-unsafe)
    std::vector<std::string> files{"/dev/shm/iceoryx_mgmt", "/tmp/roudi", "/tmp/roudi.lock",
                                   "/tmp/iox-unique-roudi.lock"};
    if (our_group != nullptr) files.push_back(std::string("/dev/shm/") + our_group->gr_name);
    for (const char* side : {"writer", "reader"})
      for (const char* suffix : {"", ".lock"})
        files.push_back("/tmp/tickplant-bench-" + std::to_string(::getpid()) + "-" + side + suffix);
    std::error_code ignored;
    for (const std::string& file : files) std::filesystem::remove(file, ignored);
  }

 private:
  /// Small pools: the default takes 150 MB and the time to fill them.
  [[nodiscard]] std::string config_file() const {
    const std::string path = (folder_.path() / "roudi.toml").string();
    std::ofstream(path) << "[general]\nversion = 1\n\n[[segment]]\n\n[[segment.mempool]]\nsize = 128\ncount = 4096\n";
    return path;
  }
  [[nodiscard]] std::string log_file() const { return (folder_.path() / "roudi.log").string(); }

  TempFolder folder_;
  std::optional<ChildProgram> program_;
};

struct Iceoryx {
  static constexpr PeerTraits kTraits{
      .name = "iceoryx", .how = "queue of 256 samples, publisher waits for its subscriber, polled, monitoring off"};
  RouDi roudi;

  struct Writer {
    explicit Writer(Iceoryx&) {
      join_roudi("writer");
      iox::popo::PublisherOptions options;
      options.subscriberTooSlowPolicy = kWait;
      publisher = std::make_unique<iox::popo::Publisher<CheckedRecord>>(service(), options);
      wait_for("a subscriber", [&] { return publisher->hasSubscribers(); });
    }
    bool try_send(const CheckedRecord& record) {
      auto loan = publisher->loan(record);
      if (loan.has_error()) return false;
      loan.value().publish();
      return true;
    }
    void flush() noexcept {}
    std::unique_ptr<iox::popo::Publisher<CheckedRecord>> publisher;
  };
  struct Reader {
    explicit Reader(Iceoryx&) {
      join_roudi("reader");
      iox::popo::SubscriberOptions options;
      options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
      subscriber = std::make_unique<iox::popo::Subscriber<CheckedRecord>>(service(), options);
      wait_for("the publisher", [&] { return subscriber->getSubscriptionState() == iox::SubscribeState::SUBSCRIBED; });
    }
    bool try_receive(CheckedRecord& out) {
      const auto sample = subscriber->take();
      if (sample.has_error()) return false;
      out = *sample.value();
      return true;
    }
    std::unique_ptr<iox::popo::Subscriber<CheckedRecord>> subscriber;
  };
};

}  // namespace

Candidate iceoryx() {
  const RouDi tried;  // throws where it does not start
  return candidate<Iceoryx>();
}

}  // namespace tickplant::bench
