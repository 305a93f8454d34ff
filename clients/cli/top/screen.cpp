#include "clients/cli/top/screen.hpp"

// ncurses defines macros with the names of ordinary functions: it comes last and stays in this file.
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "platform/setup_error.hpp"

#define NCURSES_NOMACROS 1
#include <ncurses.h>

namespace tickplant::cli::top {
namespace {

enum Pair : short { kRise = 1, kFall, kWarning };

constexpr int kEscape = 27;
constexpr int kEscapeMillis = 25;  // an arrow key's bytes come together; a person's Esc is alone

attr_t attributes_of(Look look, bool color) {
  const auto pair = [color](Pair which) { return color ? static_cast<attr_t>(COLOR_PAIR(which)) : A_NORMAL; };
  switch (look) {
    case Look::plain: return A_NORMAL;
    case Look::bold: return A_BOLD;
    case Look::dim: return A_DIM;
    case Look::warning: return color ? pair(kWarning) : A_BOLD;
    case Look::rise: return pair(kRise);
    case Look::fall: return pair(kFall);
    case Look::heading:
    case Look::selected: return A_REVERSE;
  }
  return A_NORMAL;
}

std::optional<KeyPress> press_of(int key) {
  switch (key) {
    case ERR: return std::nullopt;
    case KEY_UP: return KeyPress{Key::up};
    case KEY_DOWN: return KeyPress{Key::down};
    case KEY_PPAGE: return KeyPress{Key::page_up};
    case KEY_NPAGE: return KeyPress{Key::page_down};
    case KEY_HOME: return KeyPress{Key::home};
    case KEY_END: return KeyPress{Key::end};
    case KEY_RESIZE: return KeyPress{Key::resize};
    case KEY_ENTER:
    case '\n':
    case '\r': return KeyPress{Key::enter};
    case KEY_BACKSPACE:
    case 127:
    case '\b': return KeyPress{Key::backspace};
    case kEscape: return KeyPress{Key::escape};
    default: break;
  }
  return key >= ' ' && key <= '~' ? KeyPress{Key::character, static_cast<char>(key)} : KeyPress{Key::resize};
}

}  // namespace

struct Screen::Terminal {
  SCREEN* screen = nullptr;
  bool color = false;
};

Screen::Screen(bool color) : terminal_(std::make_unique<Terminal>()) {
  std::setlocale(LC_CTYPE, "");  // ncurses counts columns by it
  terminal_->screen = ::newterm(nullptr, stdout, stdin);
  if (terminal_->screen == nullptr) {
    const char* term = std::getenv("TERM");
    throw platform::SetupError(std::string("terminal '") + (term == nullptr ? "" : term) + "' is unknown to ncurses",
                               "set TERM (xterm-256color is a good guess), or print one frame: tickplant top --once");
  }
  ::set_escdelay(kEscapeMillis);
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, true);
  ::curs_set(0);
  terminal_->color = color && ::has_colors() && ::start_color() == OK;
  if (!terminal_->color) return;
  const short background = ::use_default_colors() == OK ? short{-1} : short{COLOR_BLACK};
  ::init_pair(kRise, COLOR_GREEN, background);
  ::init_pair(kFall, COLOR_RED, background);
  ::init_pair(kWarning, COLOR_YELLOW, background);
}

Screen::~Screen() {
  ::endwin();
  ::delscreen(terminal_->screen);
}

std::size_t Screen::width() const noexcept { return static_cast<std::size_t>(getmaxx(stdscr)); }
std::size_t Screen::height() const noexcept { return static_cast<std::size_t>(getmaxy(stdscr)); }

void Screen::draw(const Frame& frame) {
  ::erase();
  for (std::size_t y = 0; y < frame.size(); ++y) {
    ::move(static_cast<int>(y), 0);
    for (const Piece& piece : frame[y].pieces()) {
      ::attrset(static_cast<int>(attributes_of(piece.look, terminal_->color)));
      ::addstr(piece.text.c_str());
    }
  }
  ::attrset(A_NORMAL);
  ::refresh();
}

std::optional<KeyPress> Screen::wait(std::chrono::milliseconds time) {
  ::timeout(static_cast<int>(time.count()));
  return press_of(::getch());
}

}  // namespace tickplant::cli::top
