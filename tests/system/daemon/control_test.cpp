// The control socket of a real daemon: what it answers, whom it lets do what, and what clients that mean no good cost.
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "clients/control/control_client.hpp"
#include "clients/protocol/control.capnp.h"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/plant_folder.hpp"
#include "tests/system/daemon/control_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using clients::ControlClient;
using clients::ControlRefusal;
using clients::ControlRole;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::eventually;

class Control : public tests::ControlPlant {};

TEST_F(Control, DescribesThePlant) {
  start();
  ControlClient client = this->client();
  EXPECT_EQ(client.role(), ControlRole::admin);
  const clients::PlantDescription found = client.describe();
  const clients::Plant plant = live_.attach();
  EXPECT_EQ(found.name, "demo");
  EXPECT_EQ(found.folder, live_.folder());
  EXPECT_EQ(found.pid, plant.daemon_pid());
  EXPECT_EQ(found.epoch, plant.epoch());
  EXPECT_EQ(found.created_at_ns, plant.created_at().value);
  EXPECT_LE(found.now_ns, plant.now().value);
  ASSERT_THAT(found.feeds, SizeIs(1));
  EXPECT_EQ(found.feeds[0].name, "demo");
  EXPECT_EQ(found.feeds[0].protocol, "itch50");
  EXPECT_EQ(found.feeds[0].venue, "XNAS");
  EXPECT_EQ(found.feeds[0].ring, "ticks");
  EXPECT_EQ(found.segments.size(), plant.segments().size());
  EXPECT_EQ(counts(counter::kClients), 1u);
}

TEST_F(Control, ListsInstrumentsByPrefixVenueAndStatus) {
  start();
  list(2'500);
  ControlClient client = this->client();
  const auto all = client.instruments();
  ASSERT_THAT(all, SizeIs(2'500)) << "more than one answer holds";
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].id, i + 1);
  EXPECT_EQ(all[0].symbol + '@' + all[0].venue, live_.attach().symbol_of({1}));
  const std::string prefix = all[7].symbol.substr(0, 2);
  const auto with = [&](const auto& instrument) { return instrument.symbol.starts_with(prefix); };
  EXPECT_THAT(client.instruments({.prefix = prefix}), SizeIs(std::ranges::count_if(all, with)));
  EXPECT_THAT(client.instruments({.venue = "XNAS"}), SizeIs(2'500));
  EXPECT_THAT(client.instruments({.venue = "XBOS"}), IsEmpty());
  EXPECT_THAT(client.instruments({.statuses = {ringbuf::InstrumentStatus::delisted}}), IsEmpty());
  EXPECT_THAT(client.instruments({.statuses = {all[0].status}}),
              SizeIs(std::ranges::count(all, all[0].status, &clients::ListedInstrument::status)));
}

TEST_F(Control, LetsAnAdminReload) {
  start();
  ControlClient client = this->client();
  EXPECT_THAT(client.reload().lines, IsEmpty()) << "it says what it said before";
  write("sets:\n  all:\n    windows: [{name: W200, size: 200ms}]\n");
  EXPECT_THAT(client.reload().lines, testing::Not(IsEmpty()));
  EXPECT_EQ(live_.counter(counter::kHousekeeping, counter::kReloads), 1u);
  write("sets:\n  all:\n    windows: [{name: W200, size: -1s}]\n");
  const std::string refusal = refusal_of([&] { (void)client.reload(); });
  EXPECT_THAT(refusal, HasSubstr("analytics.yaml:3"));
  EXPECT_THAT(refusal, HasSubstr("remedy: "));
  EXPECT_THAT(client.describe().name, "demo") << "a refusal costs nothing else";
  EXPECT_TRUE(live_.says("control: reload by test (admin, uid "));
  EXPECT_EQ(counts(counter::kChanges), 3u);
}

TEST_F(Control, TheCommandReloadsAndSaysWhatChanges) {
  start();
  std::string output;
  EXPECT_EQ(live_.command({"reload"}, &output), 0) << output;
  EXPECT_THAT(output, HasSubstr("nothing changes"));
  write("sets:\n  all:\n    windows: [{name: W200, size: 200ms}]\n");
  EXPECT_EQ(live_.command({"reload", "--json"}, &output), 0) << output;
  EXPECT_THAT(nlohmann::json::parse(output)["changes"], testing::Not(IsEmpty()));
  write("nonsense: 1\n");
  EXPECT_EQ(live_.command({"reload"}, &output), 2);
  EXPECT_THAT(output, HasSubstr("analytics.yaml:1"));
  live_.daemon().kill();
  EXPECT_EQ(live_.command({"reload"}, &output), 3);
  EXPECT_THAT(output, HasSubstr("remedy: "));
}

TEST_F(Control, LetsAnAdminStopThePlant) {
  start();
  ControlClient client = this->client();
  client.stop();
  EXPECT_EQ(live_.daemon().wait(), 0) << live_.daemon().output();
  EXPECT_THAT(live_.daemon().output(), HasSubstr("asked to stop: draining"));
  EXPECT_FALSE(std::filesystem::exists(live_.folder() + '/' + ringbuf::kControlSocket));
  EXPECT_THROW((void)client.describe(), platform::SetupError);
  EXPECT_THROW((void)this->client(), platform::SetupError);
}

TEST_F(Control, TheNextCallFindsADaemonThatWasRestarted) {
  start();
  ControlClient client = this->client();
  const std::uint64_t epoch = client.describe().epoch;
  live_.daemon().kill();
  EXPECT_THROW((void)client.describe(), platform::SetupError) << "nobody is there";
  EXPECT_THROW((void)client.describe(), platform::SetupError);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_GT(client.describe().epoch, epoch);
  EXPECT_EQ(client.role(), ControlRole::admin);
  EXPECT_EQ(live_.daemon().stop(), 0);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_THAT(client.reload().lines, IsEmpty()) << "a change finds it, too";
}

TEST_F(Control, LetsAReaderAskAndNotChange) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start("", "  readers_group: nogroup\n");
  EXPECT_TRUE(as_nobody([&] {
    ControlClient client = this->client();
    if (client.role() != ControlRole::reader || client.describe().name != "demo") return false;
    return refusal_of([&] { (void)client.reload(); }).find("control.admins_group") != std::string::npos;
  }));
  EXPECT_EQ(counts(counter::kChanges), 0u);
}

TEST_F(Control, LetsMembersOfItsGroupsDoMore) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start("traders_group: nogroup", "  readers_group: nogroup\n");
  EXPECT_TRUE(as_nobody([&] { return client().role() == ControlRole::trader; }));
  EXPECT_EQ(live_.daemon().stop(), 0);
  start("admins_group: nogroup", "  readers_group: nogroup\n");
  EXPECT_TRUE(as_nobody([&] { return client().reload().lines.empty(); }));
  EXPECT_TRUE(live_.says("control: reload by test (admin, uid 65534"));
}

TEST_F(Control, LetsNobodyInWhoIsNotOfTheReadersGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "other users are for root to be";
  start();
  EXPECT_TRUE(as_nobody([&] {
    try {
      (void)client();
    } catch (const platform::SetupError& error) {
      return error.remedy().find("readers' group") != std::string::npos;
    }
    return false;
  }));
}

TEST_F(Control, ClosesWhoDoesNotSayWhoItIs) {
  start("handshake_timeout: 100ms");
  ControlClient known = client();
  const platform::UniqueFd silent = stranger();
  EXPECT_TRUE(is_closed(silent));
  EXPECT_EQ(known.describe().name, "demo") << "who has said it may be silent";
  EXPECT_GE(counts(counter::kRefused), 1u);
}

TEST_F(Control, ClosesWhoSpeaksSomethingElse) {
  start();
  const std::string http = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
  const std::string huge("\x00\x00\x00\x00\xff\xff\xff\x7f", 8);      // one segment of 16 GiB
  const std::string segments("\xfe\xff\xff\xff\x01\x00\x00\x00", 8);  // four thousand million of them
  for (const std::string& bytes : {http, huge, segments}) {
    const platform::UniqueFd fd = stranger();
    ASSERT_EQ(::send(fd.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    EXPECT_TRUE(is_closed(fd));
  }
  EXPECT_EQ(client().describe().name, "demo");
}

TEST_F(Control, TakesNoMoreClientsThanItMay) {
  start("clients: 4");
  std::vector<ControlClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(client());
  EXPECT_TRUE(is_closed(stranger()));
  EXPECT_THROW((void)client(), platform::SetupError);
  EXPECT_EQ(counts(counter::kClients), 4u);
  EXPECT_EQ(clients[3].describe().name, "demo");
  clients.pop_back();
  ASSERT_TRUE(eventually([&] { return counts(counter::kClients) == 3; }));
  EXPECT_EQ(client().describe().name, "demo");
}

// ---- who does not read what it is told

template <class Fill>
void send_message(int fd, Fill&& fill, bool& is_sent) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<capnp::rpc::Message>());
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  for (std::size_t done = 0; is_sent && done < bytes.size();) {
    const ssize_t sent = ::send(fd, bytes.begin() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent <= 0)
      is_sent = false;
    else
      done += static_cast<std::size_t>(sent);
  }
}

std::uint64_t resident_kb(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") {
      std::uint64_t kb = 0;
      status >> kb;
      return kb;
    }
  }
  return 0;
}

TEST_F(Control, AClientThatAsksAndDoesNotReadIsClosedAndCostsLittle) {
  start("client_memory: 64KiB");
  ControlClient other = client();
  const std::uint64_t before = resident_kb(live_.daemon().pid());
  const platform::UniqueFd fd = stranger();
  const timeval patience{3, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  bool is_sent = true;
  send_message(
      fd.get(), [](capnp::rpc::Message::Builder to) { to.initBootstrap().setQuestionId(0); }, is_sent);
  send_message(
      fd.get(),
      [](capnp::rpc::Message::Builder to) {
        auto call = to.initCall();
        call.setQuestionId(1);
        call.initTarget().initPromisedAnswer().setQuestionId(0);
        call.setInterfaceId(capnp::typeId<protocol::Control>());
        auto params = call.initParams().initContent().initAs<protocol::Control::ConnectParams>();
        params.setVersion(protocol::VERSION);
        params.setClient("deaf");
      },
      is_sent);
  for (std::uint32_t question = 2; is_sent && question < 200'000; ++question) {
    send_message(
        fd.get(),
        [&](capnp::rpc::Message::Builder to) {
          auto call = to.initCall();
          call.setQuestionId(question);
          auto answer = call.initTarget().initPromisedAnswer();
          answer.setQuestionId(1);
          answer.initTransform(1)[0].setGetPointerField(0);  // ConnectResults.reader
          call.setInterfaceId(capnp::typeId<protocol::Reader>());
        },
        is_sent);
  }
  EXPECT_FALSE(is_sent) << "it was listened to for ever";
  EXPECT_EQ(other.describe().name, "demo") << "others are answered";
  EXPECT_LT(resident_kb(live_.daemon().pid()), before + 16 * 1024);
}

TEST_F(Control, IsThereAgainBehindADeadDaemon) {
  start();
  live_.daemon().kill();
  ASSERT_TRUE(std::filesystem::exists(live_.folder() + '/' + ringbuf::kControlSocket));
  EXPECT_THROW((void)client(), platform::SetupError);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_EQ(client().describe().epoch, 2u);
}

TEST_F(Control, IsNowhereWhereNoneIsWanted) {
  start("socket: none");
  EXPECT_FALSE(std::filesystem::exists(live_.folder() + '/' + ringbuf::kControlSocket));
  std::string output;
  EXPECT_EQ(live_.command({"reload"}, &output), 3);
  EXPECT_THAT(output, HasSubstr("remedy: "));
}

}  // namespace
}  // namespace tickplant::this_file
