// A whole plant for a test: the real tickplantd and tickplant-venue, on multicast groups and in a folder of their own.
//
// Threads: one. Everything is gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "clients/cpp/plant.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

struct PlantOptions {
  std::string trading_date = {};  // "2020-01-30"; empty: today
  std::uint64_t ring_slots = 1u << 20;
  std::uint64_t instruments = 1024;
  bool line_b = true;
  bool rerequest = true;
  std::string recovery_wait = {};  // "30s"; empty: the default
  bool glimpse = false;            // a snapshot server, at the TCP port with the number of line A
  bool soupbintcp = false;         // over TCP instead of the lines, at the same port
  std::string day_file = {};       // instead of the lines, this one in our folder
  int speed = 0;                   // of the file, times the day's own; 0: as fast as the plant takes it
  std::string source = {};         // YAML lines of the source, indented
  std::string plant = {};          // YAML lines of the section `plant`, indented
  std::string state_folder = {};   // empty: one of its own
  std::string extra = {};          // YAML appended: `threads:`, `log:`
};

class LivePlant {
 public:
  explicit LivePlant(PlantOptions options = {}) : options_(std::move(options)) {
    static std::atomic<int> count{0};
    const int number = (static_cast<int>(::getpid()) * 8 + count++) % 16'000;
    port_ = 30'000 + number * 2;
    group_ = "239.195." + std::to_string(number / 250) + '.' + std::to_string(number % 250 + 1);
    write_config();
  }

  /// Rewrites the config for the next start.
  void configure(const PlantOptions& options) {
    options_ = options;
    write_config();
  }
  [[nodiscard]] const PlantOptions& options() const noexcept { return options_; }

  /// Starts the daemon and waits until it is ready. False when it ended before: see daemon().output().
  bool start_daemon(const std::vector<std::string>& more = {}) {
    const std::uint64_t ready_before = ready_at();
    launch_daemon(more);
    return eventually(
               [&] { return daemon_->exit_code().has_value() || (ready_at() != ready_before && ready_at() != 0); }) &&
           !daemon_->exit_code();
  }
  /// Starts it and does not wait.
  void launch_daemon(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"--config", config_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_ = std::make_unique<Program>("tickplantd", arguments, environment(), Streams{directory_ / "daemon.log"});
  }
  /// Starts the simulated exchange (or a replay) with these arguments, on our lines.
  Program& start_venue(std::vector<std::string> arguments) {
    const std::string port = std::to_string(port_), next_port = std::to_string(port_ + 1);
    for (const std::string& word :
         {std::string("--line-a"), group_ + ':' + port, std::string("--line-b"), group_ + ':' + next_port,
          std::string("--interface"), std::string("lo"), std::string("--rerequest"), "127.0.0.1:" + next_port}) {
      arguments.push_back(word);
    }
    if (options_.glimpse) arguments.insert(arguments.end(), {"--glimpse", "127.0.0.1:" + port});
    if (options_.soupbintcp) arguments.insert(arguments.end(), {"--soupbintcp", "127.0.0.1:" + port});
    venue_ = std::make_unique<Program>("tickplant-venue", arguments, Program::Environment{},
                                       Streams{directory_ / "venue.log"});
    return *venue_;
  }
  /// Runs the `tickplant` command against this plant to its end.
  int command(const std::vector<std::string>& arguments, std::string* output = nullptr) const {
    Program program("tickplant", arguments, environment(), Streams{directory_ / "command.log"});
    const int code = program.wait().value_or(-1000);
    if (output != nullptr) *output = program.output();
    return code;
  }

  /// The daemon's log says so; it is written by a thread of its own, so that may take a moment.
  [[nodiscard]] bool says(const std::string& text) const {
    return eventually([&] { return daemon_->output().find(text) != std::string::npos || daemon_->exit_code(); }) &&
           daemon_->output().find(text) != std::string::npos;
  }

  [[nodiscard]] Program& daemon() { return *daemon_; }
  [[nodiscard]] Program& venue() { return *venue_; }
  [[nodiscard]] bool has_venue() const noexcept { return venue_ != nullptr; }
  [[nodiscard]] std::string folder() const { return (directory_ / "run").string(); }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] std::string config_file() const { return (directory_ / "plant.yaml").string(); }
  [[nodiscard]] std::string state_folder() const {
    return options_.state_folder.empty() ? (directory_ / "state").string() : options_.state_folder;
  }
  [[nodiscard]] Program::Environment environment() const {
    return {{"TICKPLANT_RUNTIME", folder()}, {"TICKPLANT_PLANT_STATE_FOLDER", state_folder()}};
  }
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] const std::string& group() const noexcept { return group_; }

  [[nodiscard]] clients::Plant attach() const { return clients::Plant::in_folder(folder()); }
  /// A counter of the feed; 0 while there is no plant.
  [[nodiscard]] std::uint64_t feed_counter(std::string_view name) const { return counter("feed.demo", name); }
  [[nodiscard]] std::uint64_t counter(std::string_view owner, std::string_view name) const {
    try {
      return attach().counters().find(owner, name).value_or(0);
    } catch (const platform::SetupError&) {
      return 0;
    }
  }
  /// The venue has closed its session and all of it has been read.
  [[nodiscard]] bool has_ended() const {
    return feed_counter(ringbuf::counter::kSourceState) ==
           static_cast<std::uint64_t>(ringbuf::counter::SourceState::ended);
  }

 private:
  [[nodiscard]] std::uint64_t ready_at() const {
    return counter(ringbuf::counter::kHousekeeping, ringbuf::counter::kReadyAt);
  }

  void write_config() const {
    std::ofstream out(directory_ / "plant.yaml");
    out << "plant:\n  name: demo\n  state_folder: " << state_folder() << "\n"
        << options_.plant << "instruments:\n  capacity: " << options_.instruments
        << "\nrings:\n  ticks:\n    slots: " << options_.ring_slots
        << "\nfeeds:\n  demo:\n    protocol: itch50\n    venue: XNAS\n    hours: 00:00-24:00\n";
    if (!options_.trading_date.empty()) out << "    trading_date: " << options_.trading_date << '\n';
    if (!options_.day_file.empty()) {
      out << "    source: {kind: day_file, path: " << file(options_.day_file).string() << ", speed: " << options_.speed
          << "}\n"
          << options_.extra;
      return;
    }
    if (options_.soupbintcp) {
      out << "    source:\n      kind: soupbintcp\n      server: {host: 127.0.0.1, port: " << port_ << "}\n"
          << options_.source << options_.extra;
      return;
    }
    out << "    source:\n      kind: udp_multicast\n      line_a: {group: " << group_ << ", port: " << port_
        << ", interface: lo}\n";
    if (options_.line_b) {
      out << "      line_b: {group: " << group_ << ", port: " << port_ + 1 << ", interface: lo}\n";
    }
    if (options_.rerequest) out << "      rerequest: {address: 127.0.0.1, port: " << port_ + 1 << "}\n";
    if (!options_.recovery_wait.empty()) out << "      recovery_wait: " << options_.recovery_wait << '\n';
    if (options_.glimpse) out << "      glimpse: {host: 127.0.0.1, port: " << port_ << "}\n";
    out << options_.source << options_.extra;
  }

  PlantOptions options_;
  TempDirectory directory_{"/dev/shm"};
  int port_ = 0;
  std::string group_;
  std::unique_ptr<Program> daemon_;
  std::unique_ptr<Program> venue_;
};

}  // namespace tickplant::tests
