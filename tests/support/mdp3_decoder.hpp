// The way back from the encoder: what the parser delivers, as the encoder's plain structs.
//
// Threads: one.
#pragma once

#include <variant>
#include <vector>

#include "feedhandlers/mdp3/parser.hpp"
#include "tests/support/mdp3_encoder.hpp"

namespace tickplant::tests::mdp3 {

struct Decoded {
  std::uint16_t template_id = 0;
  std::uint64_t time = 0;
  std::uint8_t event = 0;
  std::vector<Level> levels;
  std::vector<LevelOrder> level_orders;
  std::vector<Order> orders;
  std::vector<Trade> trades;
  std::vector<TradedOrder> traded_orders;
  std::vector<Numbered> numbered;
  std::vector<std::int16_t> channels;
  bool ends_event = false;  // of those that are recognised only
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

class Decoder {
 public:
  void on(const feedhandlers::mdp3::IncrementalBook& message) {
    begin(message);
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const auto e = message.entries[i];
      out().levels.push_back({e.price().value, e.size(), e.security().value, e.rpt_seq().value, e.order_count(),
                              e.price_level(), e.action(), e.entry_type()});
    }
    for (std::size_t i = 0; i < message.orders.size(); ++i) {
      const auto o = message.orders[i];
      out().level_orders.push_back({o.order().value, o.priority(), o.display_size(), o.level_reference(), o.action()});
    }
  }
  void on(const feedhandlers::mdp3::IncrementalOrderBook& message) {
    begin(message);
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const auto e = message.entries[i];
      out().orders.push_back({e.order().value, e.priority(), e.price().value, e.display_size(), e.security().value,
                              e.action(), e.entry_type()});
    }
  }
  void on(const feedhandlers::mdp3::TradeSummary& message) {
    begin(message);
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const auto e = message.entries[i];
      out().trades.push_back({e.price().value, e.size(), e.security().value, e.rpt_seq().value, e.order_count(),
                              e.aggressor(), e.action(), e.trade_entry_id()});
    }
    for (std::size_t i = 0; i < message.orders.size(); ++i)
      out().traded_orders.push_back({message.orders[i].order().value, message.orders[i].last_size()});
  }
  void on(const feedhandlers::mdp3::ChannelReset& message) {
    begin(message);
    for (std::size_t i = 0; i < message.entries.size(); ++i) out().channels.push_back(message.entries[i].channel());
  }
  void on(const feedhandlers::mdp3::Recognised& message) {
    messages.emplace_back();
    out().template_id = message.template_id;
    out().ends_event = message.ends_event;
  }
  void on(const feedhandlers::mdp3::Volume& message) { numbered(message); }
  void on(const feedhandlers::mdp3::DailyStatistics& message) { numbered(message); }
  void on(const feedhandlers::mdp3::LimitsBanding& message) { numbered(message); }
  void on(const feedhandlers::mdp3::SessionStatistics& message) { numbered(message); }

  std::vector<Decoded> messages;

 private:
  Decoded& out() { return messages.back(); }
  template <class Message>
  void begin(const Message& message) {
    messages.emplace_back();
    out().template_id = Message::kTemplate;
    out().time = message.root.transact_time();
    out().event = message.root.match_event();
  }
  template <class Message>
  void numbered(const Message& message) {
    begin(message);
    for (std::size_t i = 0; i < message.entries.size(); ++i)
      out().numbered.push_back({message.entries[i].security().value, message.entries[i].rpt_seq().value});
  }
};

}  // namespace tickplant::tests::mdp3
