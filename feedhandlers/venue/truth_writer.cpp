#include "feedhandlers/venue/truth_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/venue/output_file.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

void append_number(std::string& text, std::string_view key, std::uint64_t value) {
  text.append(",\"").append(key).append("\":").append(std::to_string(value));
}

void append_levels(std::string& text, std::string_view key, const std::vector<StockBook::Level>& levels) {
  text.append(",\"").append(key).append("\":[");
  for (const StockBook::Level& level : levels) {
    if (&level != &levels.front()) text += ',';
    text += '[' + std::to_string(level.price_e4) + ',' + std::to_string(level.shares) + ',' +
            std::to_string(level.orders) + ']';
  }
  text += ']';
}

/// Symbols are capital letters: nothing to escape.
void append_stock(std::string& text, const StockBook& book) {
  text.append("{\"symbol\":\"").append(book.symbol).append("\"");
  append_number(text, "locate", book.locate.value);
  append_levels(text, "bids", book.bids);
  append_levels(text, "asks", book.asks);
  append_number(text, "open_orders", book.open_orders);
  append_number(text, "trades", book.trades);
  append_number(text, "shares", book.shares);
  append_number(text, "notional_e4", book.notional_e4);
  append_number(text, "last_e4", book.last_e4);
  text += '}';
}

}  // namespace

void write_truth(const Market& market, const std::filesystem::path& file, std::string_view more) {
  OutputFile out{file};
  std::string text = "{\"messages\":" + std::to_string(market.messages()) + ",\"stocks\":[\n";
  for (std::uint32_t i = 0; i < market.symbols(); ++i) {
    if (i > 0) text += ",\n";
    append_stock(text, market.book(i));
    out.write(text);
    text.clear();
  }
  text += "\n]";
  if (!more.empty()) text.append(",\n").append(more);
  out.write(text + "}\n");
  out.close();
}

}  // namespace tickplant::feedhandlers::venue
