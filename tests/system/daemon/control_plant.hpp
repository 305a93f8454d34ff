// A fixture: a real daemon with a control socket.
#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "clients/control/control_client.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/plant_folder.hpp"
#include "tests/support/child_process.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::tests {

inline constexpr const char* kControlAnalytics = "sets:\n  all:\n    windows: [{name: W100, size: 100ms}]\n";

/// A plant with analytics and a control socket, and ways to speak to it.
class ControlPlant : public testing::Test {
 protected:
  void start(const std::string& control = "", const std::string& plant = "") {
    write(kControlAnalytics);
    live_.configure({.instruments = 4096,
                     .plant = plant,
                     .extra = "analytics: {file: " + file() + "}\ncontrol: {" + control + "}\n"});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  }
  void list(int symbols) {
    live_.start_venue({"--symbols", std::to_string(symbols), "--rate", "1000", "--pre-open", "100ms"});
    const auto count = static_cast<std::uint64_t>(symbols);
    ASSERT_TRUE(eventually([&] { return live_.attach().instruments().count() == count; })) << live_.venue().output();
  }
  [[nodiscard]] std::string file() const { return live_.file("analytics.yaml").string(); }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  [[nodiscard]] clients::ControlClient client() const { return {live_.folder(), "test"}; }
  [[nodiscard]] std::uint64_t counts(std::string_view name) const {
    return live_.counter(ringbuf::counter::kControl, name);
  }

  /// Speaks no protocol.
  [[nodiscard]] platform::UniqueFd stranger() const {
    const std::string path = live_.folder() + '/' + ringbuf::kControlSocket;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    platform::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  /// The daemon does so; what it says before that does not count.
  static bool is_closed(const platform::UniqueFd& fd) {
    return eventually([&] {
      char bytes[256];
      const ssize_t got = ::recv(fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
      return got == 0 || (got < 0 && errno != EAGAIN);
    });
  }
  static std::string refusal_of(auto&& call) {
    try {
      call();
    } catch (const clients::ControlRefusal& refusal) {
      return refusal.what();
    }
    return "";
  }
  /// In a process of user and group 65534 (nobody, nogroup), which has no other groups. False: `check` was.
  template <class Check>
  bool as_nobody(Check&& check) {
    std::filesystem::permissions(live_.file(""), static_cast<std::filesystem::perms>(0711));
    ChildProcess child([&] {
      if (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
      if (!check()) ::_exit(1);
    });
    return child.wait();
  }

  LivePlant live_;
};

}  // namespace tickplant::tests
