// What the person at the keys has chosen: sort, filter, place, page; and what each key does.
//
// Threads: one.
// Not here: reading keys (screen.hpp), drawing (render.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/live/market_scan.hpp"

namespace tickplant::cli::top {

enum class Key : std::uint8_t { character, up, down, page_up, page_down, home, end, enter, escape, backspace, resize };

struct KeyPress {
  Key key = Key::character;
  char character = '\0';
};

struct View {
  SortBy sort = SortBy::volume;
  std::string filter;
  bool is_typing = false;  // the filter
  bool is_paused = false;
  bool shows_help = false;
  bool wants_quit = false;
  std::optional<ringbuf::InstrumentId> selected;
  std::optional<ringbuf::InstrumentId> detail;  // shown in full
  std::size_t first = 0;                        // row at the top of the page

  /// The rows that pass the filter, sorted.
  [[nodiscard]] std::vector<MarketRow> shown(const std::vector<MarketRow>& rows) const;

  /// `shown`: as of shown(); `page`: how many of them fit.
  void on_key(KeyPress press, const std::vector<MarketRow>& shown, std::size_t page);

  /// Keeps the page within the rows, and the selected row on the page.
  void settle(const std::vector<MarketRow>& shown, std::size_t page);

 private:
  void on_character(char character, const std::vector<MarketRow>& shown);
  void on_typing(KeyPress press);
  void move(std::ptrdiff_t rows, const std::vector<MarketRow>& shown);
};

}  // namespace tickplant::cli::top
