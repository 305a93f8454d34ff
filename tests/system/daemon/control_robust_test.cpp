// Clients that mean no good, or are many: what they cost, and that others are answered meanwhile.
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "clients/protocol/control.capnp.h"
#include "platform/setup_error.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/system/daemon/control_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using clients::ControlClient;
using testing::HasSubstr;
using tests::eventually;

using Bytes = std::string;
constexpr bool kIsSanitized = tests::kUnderTsan || tests::kUnderAsan;

template <class Fill>
Bytes message(Fill&& fill) {
  capnp::MallocMessageBuilder builder;
  fill(builder.initRoot<capnp::rpc::Message>());
  const auto words = capnp::messageToFlatArray(builder);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

Bytes bootstrap() {
  return message([](capnp::rpc::Message::Builder to) { to.initBootstrap().setQuestionId(0); });
}

Bytes hello(std::string_view name = "raw") {
  return message([&](capnp::rpc::Message::Builder to) {
    auto call = to.initCall();
    call.setQuestionId(1);
    call.initTarget().initPromisedAnswer().setQuestionId(0);
    call.setInterfaceId(capnp::typeId<protocol::Control>());
    auto params = call.initParams().initContent().initAs<protocol::Control::ConnectParams>();
    params.setVersion(protocol::VERSION);
    params.setClient(std::string(name).c_str());
  });
}

/// The answer was read, its capabilities are kept.
Bytes finish(std::uint32_t question) {
  return message([&](capnp::rpc::Message::Builder to) {
    auto done = to.initFinish();
    done.setQuestionId(question);
    done.setReleaseResultCaps(false);
  });
}

/// Of the capability in that pointer field of connect()'s answer: 0 the reader, 1 the admin.
Bytes call_of(std::uint32_t question, std::uint16_t field, std::uint64_t interface, std::uint16_t method) {
  return message([&](capnp::rpc::Message::Builder to) {
    auto call = to.initCall();
    call.setQuestionId(question);
    auto answer = call.initTarget().initPromisedAnswer();
    answer.setQuestionId(1);
    answer.initTransform(1)[0].setGetPointerField(field);
    call.setInterfaceId(interface);
    call.setMethodId(method);
  });
}

class ControlRobust : public tests::ControlPlant {
 protected:
  static void send(const platform::UniqueFd& fd, const Bytes& bytes) {
    ASSERT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// What comes within a moment.
  static Bytes receive(const platform::UniqueFd& fd) {
    Bytes all;
    (void)eventually([&] {
      char bytes[4096];
      const ssize_t got = ::recv(fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (got > 0) all.append(bytes, static_cast<std::size_t>(got));
      return !all.empty() || got == 0;
    });
    return all;
  }
  /// One that is answered, in time.
  void expect_answered() {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(client().describe().name, "demo");
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  }
  [[nodiscard]] std::uint64_t resident_kb() {
    std::ifstream status("/proc/" + std::to_string(live_.daemon().pid()) + "/status");
    for (std::string word; status >> word;) {
      std::uint64_t kb = 0;
      if (word == "VmRSS:" && status >> kb) return kb;
    }
    return 0;
  }
};

/// As many as this process may open, 5,000 at most; back to what it was afterwards.
class MoreDescriptors {
 public:
  explicit MoreDescriptors(rlim_t wanted) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit raised{std::min(before_.rlim_max, std::max(before_.rlim_cur, wanted)), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &raised);
    granted_ = raised.rlim_cur;
  }
  MoreDescriptors(const MoreDescriptors&) = delete;
  MoreDescriptors& operator=(const MoreDescriptors&) = delete;
  ~MoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  [[nodiscard]] rlim_t granted() const noexcept { return granted_; }

 private:
  rlimit before_{};
  rlim_t granted_ = 0;
};

TEST_F(ControlRobust, FiveThousandIdleClientsCostLittle) {
  const MoreDescriptors descriptors(6'000);  // the daemon inherits them
  start("handshake_timeout: 60s");
  const std::size_t wanted = std::min<std::size_t>(5'000, descriptors.granted() - 200) - 1;
  expect_answered();
  const std::uint64_t before = resident_kb();
  std::vector<platform::UniqueFd> idle;
  for (std::size_t i = 0; i < wanted; ++i) {
    idle.push_back(stranger());
    send(idle.back(), bootstrap() + hello("idle") + finish(0) + finish(1));
  }
  ASSERT_TRUE(eventually([&] { return counts(counter::kCalls) > wanted; })) << counts(counter::kCalls);
  const std::uint64_t each = (resident_kb() - before) * 1024 / wanted;
  RecordProperty("bytes_per_client", static_cast<int>(each));
  std::printf("%zu idle clients, %lu bytes each\n", wanted, static_cast<unsigned long>(each));
  if (!kIsSanitized) {
    EXPECT_LE(each, 20'000u) << "5,000 of them in 100 MB";
  }
  expect_answered();
  idle.clear();
  EXPECT_TRUE(eventually([&] { return counts(counter::kClients) == 0; }));
}

TEST_F(ControlRobust, AStormOfConnectionsHoldsUpNobody) {
  start("clients: 64");
  ControlClient known = client();
  std::atomic<bool> is_over{false};
  std::vector<std::thread> storm;
  for (int i = 0; i < 3; ++i) {
    storm.emplace_back([&] {
      while (!is_over) (void)stranger();
    });
  }
  EXPECT_NO_THROW({
    for (int i = 0; i < 200; ++i) EXPECT_EQ(known.describe().name, "demo");
  });
  is_over = true;
  for (std::thread& each : storm) each.join();
  EXPECT_TRUE(eventually([&] { return counts(counter::kClients) == 1; }));
  EXPECT_GT(counts(counter::kAccepted), 100u);
  expect_answered();
}

TEST_F(ControlRobust, WhoSendsByteByByteIsClosedInTimeAndHoldsUpNobody) {
  start("handshake_timeout: 500ms");
  std::vector<platform::UniqueFd> slow;
  for (int i = 0; i < 20; ++i) slow.push_back(stranger());
  const Bytes bytes = bootstrap() + hello();
  for (std::size_t i = 0; i < bytes.size() && i < 40; ++i) {
    for (const platform::UniqueFd& fd : slow) (void)::send(fd.get(), &bytes[i], 1, MSG_NOSIGNAL);
    expect_answered();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (const platform::UniqueFd& fd : slow) EXPECT_TRUE(is_closed(fd));
}

TEST_F(ControlRobust, AHandshakeInPiecesIsOneTooIfItIsInTime) {
  start();
  const platform::UniqueFd fd = stranger();
  for (const char byte : bootstrap() + hello("pieces")) send(fd, Bytes(1, byte));
  EXPECT_TRUE(eventually([&] { return counts(counter::kCalls) == 1; }));
  EXPECT_FALSE(receive(fd).empty());
}

TEST_F(ControlRobust, AMessageThatIsTooLongClosesItsClientAlone) {
  start("client_memory: 64KiB");
  ControlClient other = client();
  const platform::UniqueFd fd = stranger();
  send(fd, bootstrap() + hello());
  (void)receive(fd);
  const Bytes all = message([](capnp::rpc::Message::Builder to) {
    auto call = to.initCall();
    call.setQuestionId(2);
    call.initTarget().initPromisedAnswer().setQuestionId(1);
    call.setInterfaceId(capnp::typeId<protocol::Reader>());
    call.initParams().initContent().initAs<capnp::Data>(1'000'000);
  });
  (void)::send(fd.get(), all.data(), all.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  EXPECT_TRUE(is_closed(fd));
  EXPECT_EQ(other.describe().name, "demo");
}

TEST_F(ControlRobust, CapabilitiesAndCallsThatAreNoneAreRefused) {
  start();
  ControlClient other = client();
  const platform::UniqueFd fd = stranger();
  send(fd, bootstrap() + hello());
  send(fd, call_of(2, 7, capnp::typeId<protocol::Reader>(), 0));       // no such field
  send(fd, call_of(3, 0, 0xdeadbeefdeadbeef, 0));                      // no such interface
  send(fd, call_of(4, 0, capnp::typeId<protocol::Reader>(), 60'000));  // no such method
  send(fd, call_of(5, 0, capnp::typeId<protocol::Admin>(), 1));        // another capability's: stop
  send(fd, message([](capnp::rpc::Message::Builder to) {               // one that was never given
         auto call = to.initCall();
         call.setQuestionId(6);
         call.initTarget().setImportedCap(4711);
         call.setInterfaceId(capnp::typeId<protocol::Reader>());
       }));
  EXPECT_FALSE(receive(fd).empty());
  EXPECT_EQ(other.describe().name, "demo");
  EXPECT_EQ(counts(counter::kChanges), 0u);
}

TEST_F(ControlRobust, WhatIsClosedTwiceClosesItsClientAlone) {
  start();
  ControlClient other = client();
  const Bytes finish = message([](capnp::rpc::Message::Builder to) { to.initFinish().setQuestionId(1); });
  const Bytes release = message([](capnp::rpc::Message::Builder to) {
    to.initRelease().setId(0);
    to.getRelease().setReferenceCount(1);
  });
  for (const Bytes& bytes :
       {finish + finish, release + release + release, bootstrap() + bootstrap(), hello() + hello(), finish + hello()}) {
    const platform::UniqueFd fd = stranger();
    send(fd, bootstrap() + hello());
    (void)receive(fd);
    (void)::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    EXPECT_EQ(other.describe().name, "demo");
  }
}

TEST_F(ControlRobust, ADaemonThatDiesInACallIsToldAndItsSuccessorAnswers) {
  start();
  ControlClient client = this->client();
  clients::ControlTicks ticks = client.subscribe({.symbols = {"NOSUCH"}, .market_wide = false});
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    live_.daemon().kill();
  });
  EXPECT_THROW((void)ticks.next(20'000'000'000), platform::SetupError);
  killer.join();
  EXPECT_THROW((void)client.describe(), platform::SetupError);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  expect_answered();
}

TEST_F(ControlRobust, AnOrderlyStopEndsStreamsThatAreWaitedFor) {
  start();
  ControlClient client = this->client(), admin = this->client();
  clients::ControlTicks ticks = client.subscribe({.symbols = {"NOSUCH"}, .market_wide = false});
  std::thread stopper([folder = live_.folder()] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ControlClient(folder, "stopper").stop();
  });
  EXPECT_THROW((void)ticks.next(20'000'000'000), platform::SetupError);
  stopper.join();
  EXPECT_EQ(live_.daemon().wait(), 0) << live_.daemon().output();
}

TEST_F(ControlRobust, WithoutDescriptorsThoseWhoWaitAreTakenAsOthersLeave) {
  std::optional<MoreDescriptors> descriptors(std::in_place, 4'096);
  rlimit few{}, before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  few = {128, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);  // the daemon's
  start("handshake_timeout: 60s");
  ::setrlimit(RLIMIT_NOFILE, &before);
  ControlClient known = client();
  std::vector<platform::UniqueFd> waiting;
  for (int i = 0; i < 300; ++i) waiting.push_back(stranger());
  EXPECT_EQ(known.describe().name, "demo") << "who is in is answered";
  EXPECT_FALSE(known.rings().empty());
  waiting.clear();
  expect_answered();
}

TEST_F(ControlRobust, AHundredStoppedSubscribersOfAThousandHoldUpNobody) {
  const MoreDescriptors descriptors(4'096);
  constexpr std::size_t kSubscribers = kIsSanitized ? 100 : 1'000, kStopped = kSubscribers / 10;
  ASSERT_GT(descriptors.granted(), kSubscribers + 100);
  start();
  list(20);
  struct Subscriber {
    ControlClient client;
    clients::ControlTicks ticks;
  };
  std::vector<std::unique_ptr<Subscriber>> all;
  for (std::size_t i = 0; i < kSubscribers; ++i) {
    ControlClient one = client();
    clients::ControlTicks ticks = one.subscribe({.types = {ringbuf::RecordType::quote}});
    all.push_back(std::make_unique<Subscriber>(Subscriber{std::move(one), std::move(ticks)}));
  }
  const std::uint64_t before = resident_kb();
  std::size_t told = 0;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = kStopped; i < kSubscribers; ++i) told += all[i]->ticks.next().records.size() != 0 ? 1 : 0;
  }
  EXPECT_GE(told, (kSubscribers - kStopped) * 2) << "each that asks is told";
  expect_answered();
  EXPECT_LT(resident_kb(), before + 64 * 1024) << "those who do not ask cost nothing more";
  EXPECT_EQ(counts(counter::kStreams), kSubscribers);
}

}  // namespace
}  // namespace tickplant::this_file
