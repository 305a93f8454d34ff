// A terminal for programs that want one: a private tmux, its keys and its screen.
//
// Threads: one. The server ends with the object.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tickplant::tests {

class Terminal {
 public:
  /// Runs `command` on a screen of that size; `folder` holds the server's socket.
  Terminal(const std::filesystem::path& folder, int columns, int rows, const std::string& command)
      : tmux_("env -u TMUX TERM=xterm-256color LC_ALL=C.UTF-8 tmux -S '" + (folder / "tmux").string() + "' ") {
    const std::string size = " -x " + std::to_string(columns) + " -y " + std::to_string(rows);
    if (std::system((tmux_ + "-f /dev/null new-session -d" + size + " '" + command + "'").c_str()) != 0) {  // NOLINT
      throw std::runtime_error("tmux does not start");
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { (void)run("kill-server"); }

  [[nodiscard]] static bool is_there() { return std::system("command -v tmux >/dev/null") == 0; }  // NOLINT

  /// Keys as tmux names them: "q", "Enter", "Escape".
  void press(const std::string& keys) const { (void)run("send-keys " + keys); }
  void resize(int columns, int rows) const {
    (void)run("resize-window -x " + std::to_string(columns) + " -y " + std::to_string(rows));
  }
  /// What is on the screen, without colours.
  [[nodiscard]] std::string screen() const { return run("capture-pane -p"); }
  /// Does the command still run?
  [[nodiscard]] bool is_alive() const { return !run("list-sessions").empty(); }

 private:
  [[nodiscard]] std::string run(const std::string& arguments) const {
    std::string text;
    std::FILE* pipe = ::popen((tmux_ + arguments + " 2>/dev/null").c_str(), "r");  // NOLINT(cert-env33-c)
    if (pipe == nullptr) throw std::runtime_error("popen");
    std::array<char, 4096> buffer;
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
    ::pclose(pipe);
    return text;
  }

  std::string tmux_;
};

}  // namespace tickplant::tests
