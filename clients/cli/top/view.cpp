#include "clients/cli/top/view.hpp"

#include <algorithm>

namespace tickplant::cli::top {
namespace {

constexpr std::size_t kFilterMost = 32;

/// Where the selected row is; the number of rows when it is not among them.
std::size_t place_of(const std::optional<ringbuf::InstrumentId>& id, const std::vector<MarketRow>& shown) {
  const auto found =
      std::find_if(shown.begin(), shown.end(), [&](const MarketRow& row) { return id && row.id == *id; });
  return static_cast<std::size_t>(found - shown.begin());
}

}  // namespace

std::vector<MarketRow> View::shown(const std::vector<MarketRow>& rows) const {
  std::vector<MarketRow> out;
  for (const MarketRow& row : rows) {
    if (matches(row, filter)) out.push_back(row);
  }
  sort_rows(out, sort);
  return out;
}

void View::on_key(KeyPress press, const std::vector<MarketRow>& shown, std::size_t page) {
  if (is_typing) {
    on_typing(press);
    return settle(shown, page);
  }
  const auto whole = static_cast<std::ptrdiff_t>(shown.size());
  const auto one_page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page, 1));
  switch (press.key) {
    case Key::character: on_character(press.character, shown); break;
    case Key::up: move(-1, shown); break;
    case Key::down: move(1, shown); break;
    case Key::page_up: move(-one_page, shown); break;
    case Key::page_down: move(one_page, shown); break;
    case Key::home: move(-whole, shown); break;
    case Key::end: move(whole, shown); break;
    case Key::enter:
      if (detail) {
        detail.reset();
      } else if (const std::size_t place = place_of(selected, shown); !shown.empty()) {
        detail = shown[place < shown.size() ? place : std::min(first, shown.size() - 1)].id;
        selected = detail;
      }
      break;
    case Key::escape:  // one step back: help, detail, filter, selection
      if (shows_help) {
        shows_help = false;
      } else if (detail) {
        detail.reset();
      } else if (!filter.empty()) {
        filter.clear();
      } else {
        selected.reset();
      }
      break;
    case Key::backspace:
    case Key::resize: break;
  }
  settle(shown, page);
}

void View::on_typing(KeyPress press) {
  switch (press.key) {
    case Key::character:
      if (filter.size() < kFilterMost && press.character > ' ' && press.character <= '~') filter += press.character;
      break;
    case Key::backspace:
      if (filter.empty()) is_typing = false;
      if (!filter.empty()) filter.pop_back();
      break;
    case Key::escape:
      filter.clear();
      is_typing = false;
      break;
    default: is_typing = press.key == Key::resize; break;  // Enter and the arrows keep what was typed
  }
}

void View::on_character(char character, const std::vector<MarketRow>& shown) {
  switch (character) {
    case 'q':
      if (detail || shows_help) {
        detail.reset();
        shows_help = false;
      } else {
        wants_quit = true;
      }
      break;
    case '/':
      detail.reset();
      shows_help = false;
      is_typing = true;
      break;
    case 's': sort = static_cast<SortBy>((static_cast<std::size_t>(sort) + 1) % kSortKeys); break;
    case 'p': is_paused = !is_paused; break;
    case '?': shows_help = !shows_help; break;
    case 'j': move(1, shown); break;
    case 'k': move(-1, shown); break;
    default: break;
  }
}

void View::move(std::ptrdiff_t rows, const std::vector<MarketRow>& shown) {
  if (shown.empty()) return;
  const std::size_t place = place_of(selected, shown);
  if (place == shown.size()) {  // nothing selected: begin at the page's top
    selected = shown[std::min(first, shown.size() - 1)].id;
    if (rows == 1 || rows == -1) return;
  }
  const auto from = static_cast<std::ptrdiff_t>(place_of(selected, shown));
  const auto to = std::clamp<std::ptrdiff_t>(from + rows, 0, static_cast<std::ptrdiff_t>(shown.size()) - 1);
  selected = shown[static_cast<std::size_t>(to)].id;
  if (detail) detail = selected;
}

void View::settle(const std::vector<MarketRow>& shown, std::size_t page) {
  page = std::max<std::size_t>(page, 1);
  first = std::min(first, shown.size() > page ? shown.size() - page : 0);
  const std::size_t place = place_of(selected, shown);
  if (place == shown.size()) return;
  first = std::min(first, place);
  if (place >= first + page) first = place + 1 - page;
}

}  // namespace tickplant::cli::top
