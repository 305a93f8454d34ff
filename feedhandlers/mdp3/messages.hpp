// The messages of MDP 3.0 that are read, as views over the packet; and the names of all that are recognised.
//
// Layouts as in schema version 9; version 13 has the same fields at the same places and uses some padding, which is
// not read here. Sources: the published SBE schema of the venue and captures of version 9.
//
// Threads: plain values. A view is valid as long as the packet it points into.
// Not here: telling messages apart and checking sizes (parser.hpp), what they mean (normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "feedhandlers/mdp3/fields.hpp"

namespace tickplant::feedhandlers::mdp3 {

/// The root block of all incremental messages.
struct IncrementalRoot : BlockView<11, Field<0, wire::U64>, Field<8, wire::U8>, Field<9, wire::Unread<2>>> {
  using BlockView::BlockView;
  [[nodiscard]] std::uint64_t transact_time() const noexcept { return get<0>(); }
  [[nodiscard]] std::uint8_t match_event() const noexcept { return get<8>(); }
};

struct ChannelResetRoot : BlockView<9, Field<0, wire::U64>, Field<8, wire::U8>> {
  using BlockView::BlockView;
  [[nodiscard]] std::uint64_t transact_time() const noexcept { return get<0>(); }
  [[nodiscard]] std::uint8_t match_event() const noexcept { return get<8>(); }
};

struct ChannelResetEntry : BlockView<2, Field<0, wire::I16>> {
  using BlockView::BlockView;
  [[nodiscard]] std::int16_t channel() const noexcept { return get<0>(); }
};

/// One price level. Action: 0 new, 1 change, 2 delete, 3 delete thru, 4 delete from, 5 overlay.
/// Entry type: 0 bid, 1 offer, E F implied bid and offer, J empty book, others statistics.
struct BookEntry : BlockView<32, Field<0, wire::Price9>, Field<8, wire::I32>, Field<12, wire::Security>,
                             Field<16, wire::Report>, Field<20, wire::I32>, Field<24, wire::U8>, Field<25, wire::U8>,
                             Field<26, wire::Code>, Field<27, wire::Unread<5>>> {
  using BlockView::BlockView;
  [[nodiscard]] ringbuf::Price price() const noexcept { return get<0>(); }
  [[nodiscard]] std::int32_t size() const noexcept { return get<8>(); }
  [[nodiscard]] SecurityId security() const noexcept { return get<12>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<16>(); }
  [[nodiscard]] std::int32_t order_count() const noexcept { return get<20>(); }
  [[nodiscard]] std::uint8_t price_level() const noexcept { return get<24>(); }
  [[nodiscard]] std::uint8_t action() const noexcept { return get<25>(); }
  [[nodiscard]] char entry_type() const noexcept { return get<26>(); }
};

/// An order behind a level of the same message. Action: 0 new, 1 update, 2 delete.
struct BookOrder : BlockView<24, Field<0, wire::Order>, Field<8, wire::U64>, Field<16, wire::I32>, Field<20, wire::U8>,
                             Field<21, wire::U8>, Field<22, wire::Unread<2>>> {
  using BlockView::BlockView;
  [[nodiscard]] OrderReference order() const noexcept { return get<0>(); }
  [[nodiscard]] std::uint64_t priority() const noexcept { return get<8>(); }
  [[nodiscard]] std::int32_t display_size() const noexcept { return get<16>(); }
  /// Which of the levels, from 1.
  [[nodiscard]] std::uint8_t level_reference() const noexcept { return get<20>(); }
  [[nodiscard]] std::uint8_t action() const noexcept { return get<21>(); }
};

struct OrderEntry
    : BlockView<40, Field<0, wire::Order>, Field<8, wire::U64>, Field<16, wire::Price9>, Field<24, wire::I32>,
                Field<28, wire::Security>, Field<32, wire::U8>, Field<33, wire::Code>, Field<34, wire::Unread<6>>> {
  using BlockView::BlockView;
  [[nodiscard]] OrderReference order() const noexcept { return get<0>(); }
  [[nodiscard]] std::uint64_t priority() const noexcept { return get<8>(); }
  [[nodiscard]] ringbuf::Price price() const noexcept { return get<16>(); }
  [[nodiscard]] std::int32_t display_size() const noexcept { return get<24>(); }
  [[nodiscard]] SecurityId security() const noexcept { return get<28>(); }
  [[nodiscard]] std::uint8_t action() const noexcept { return get<32>(); }
  [[nodiscard]] char entry_type() const noexcept { return get<33>(); }
};

/// Aggressor: 0 none, 1 buy, 2 sell. Action: 0 new, 1 change, 2 delete.
struct TradeEntry : BlockView<32, Field<0, wire::Price9>, Field<8, wire::I32>, Field<12, wire::Security>,
                              Field<16, wire::Report>, Field<20, wire::I32>, Field<24, wire::U8>, Field<25, wire::U8>,
                              Field<26, wire::U32>, Field<30, wire::Unread<2>>> {
  using BlockView::BlockView;
  [[nodiscard]] ringbuf::Price price() const noexcept { return get<0>(); }
  [[nodiscard]] std::int32_t size() const noexcept { return get<8>(); }
  [[nodiscard]] SecurityId security() const noexcept { return get<12>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<16>(); }
  [[nodiscard]] std::int32_t order_count() const noexcept { return get<20>(); }
  [[nodiscard]] std::uint8_t aggressor() const noexcept { return get<24>(); }
  [[nodiscard]] std::uint8_t action() const noexcept { return get<25>(); }
  [[nodiscard]] std::uint32_t trade_entry_id() const noexcept { return get<26>(); }
};

/// An order that took part in the trades of the same message.
struct TradeOrder : BlockView<16, Field<0, wire::Order>, Field<8, wire::I32>, Field<12, wire::Unread<4>>> {
  using BlockView::BlockView;
  [[nodiscard]] OrderReference order() const noexcept { return get<0>(); }
  [[nodiscard]] std::int32_t last_size() const noexcept { return get<8>(); }
};

// The entries below are read for their place in the instrument's run alone.

struct VolumeEntry : BlockView<16, Field<0, wire::I32>, Field<4, wire::Security>, Field<8, wire::Report>,
                               Field<12, wire::U8>, Field<13, wire::Unread<3>>> {
  using BlockView::BlockView;
  [[nodiscard]] std::int32_t size() const noexcept { return get<0>(); }
  [[nodiscard]] SecurityId security() const noexcept { return get<4>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<8>(); }
  [[nodiscard]] std::uint8_t action() const noexcept { return get<12>(); }
};

struct DailyStatisticsEntry : BlockView<32, Field<0, wire::Unread<12>>, Field<12, wire::Security>,
                                        Field<16, wire::Report>, Field<20, wire::Unread<12>>> {
  using BlockView::BlockView;
  [[nodiscard]] SecurityId security() const noexcept { return get<12>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<16>(); }
};

struct LimitsBandingEntry
    : BlockView<32, Field<0, wire::Unread<24>>, Field<24, wire::Security>, Field<28, wire::Report>> {
  using BlockView::BlockView;
  [[nodiscard]] SecurityId security() const noexcept { return get<24>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<28>(); }
};

struct SessionStatisticsEntry : BlockView<24, Field<0, wire::Unread<8>>, Field<8, wire::Security>,
                                          Field<12, wire::Report>, Field<16, wire::Unread<8>>> {
  using BlockView::BlockView;
  [[nodiscard]] SecurityId security() const noexcept { return get<8>(); }
  [[nodiscard]] RptSeq rpt_seq() const noexcept { return get<12>(); }
};

/// For messages whose second group does not exist.
struct NoGroup {
  [[nodiscard]] static constexpr bool read(std::span<const std::byte>&) noexcept { return true; }
};

/// A root block and its groups. `Template` is the id.
template <std::uint16_t Template, class RootView, class EntryView, class SecondGroup = NoGroup>
struct GroupMessage {
  static constexpr std::uint16_t kTemplate = Template;
  using Root = RootView;
  Root root{nullptr};
  Group<EntryView, 3> entries;
  [[no_unique_address]] SecondGroup orders;
};
using ChannelReset = GroupMessage<4, ChannelResetRoot, ChannelResetEntry>;
using Volume = GroupMessage<37, IncrementalRoot, VolumeEntry>;
using IncrementalBook = GroupMessage<46, IncrementalRoot, BookEntry, Group<BookOrder, 8>>;
using IncrementalOrderBook = GroupMessage<47, IncrementalRoot, OrderEntry>;
using TradeSummary = GroupMessage<48, IncrementalRoot, TradeEntry, Group<TradeOrder, 8>>;
using DailyStatistics = GroupMessage<49, IncrementalRoot, DailyStatisticsEntry>;
using LimitsBanding = GroupMessage<50, IncrementalRoot, LimitsBandingEntry>;
using SessionStatistics = GroupMessage<51, IncrementalRoot, SessionStatisticsEntry>;

/// A template that is known by name and not read, except for the end of its event.
struct Recognised {
  std::uint16_t template_id = 0;
  bool ends_event = false;
};

struct TemplateName {
  static constexpr std::uint16_t kNowhere = 0xffff;

  std::uint16_t id = 0;
  std::string_view name;
  std::uint16_t match_event_offset = kNowhere;  // of those that are not read, where it is known
};

inline constexpr std::array kTemplates{
    TemplateName{4, "channel reset"},
    TemplateName{12, "admin heartbeat"},
    TemplateName{15, "admin login"},
    TemplateName{16, "admin logout"},
    TemplateName{30, "security status", 26},
    TemplateName{37, "incremental volume"},
    TemplateName{39, "quote request", 31},
    TemplateName{46, "incremental book"},
    TemplateName{47, "incremental order book"},
    TemplateName{48, "incremental trade summary"},
    TemplateName{49, "incremental daily statistics"},
    TemplateName{50, "incremental limits banding"},
    TemplateName{51, "incremental session statistics"},
    TemplateName{52, "full refresh"},
    TemplateName{53, "full refresh order book"},
    TemplateName{54, "definition of a future"},
    TemplateName{55, "definition of an option"},
    TemplateName{56, "definition of a spread"},
    TemplateName{57, "definition of a fixed income instrument"},
    TemplateName{58, "definition of a repo"},
    TemplateName{63, "definition of an FX instrument"},
};
inline constexpr std::size_t kTemplateCount = kTemplates.size();
inline constexpr std::size_t kUnknownTemplate = kTemplateCount;

/// A dense index for counters: place in kTemplates, kUnknownTemplate for all others.
[[nodiscard]] constexpr std::size_t template_index(std::uint16_t id) noexcept {
  const auto* const found =
      std::find_if(kTemplates.begin(), kTemplates.end(), [id](const TemplateName& one) { return one.id == id; });
  return static_cast<std::size_t>(found - kTemplates.begin());
}

/// Empty for a template that is not one of them.
[[nodiscard]] constexpr std::string_view template_name(std::uint16_t id) noexcept {
  const std::size_t index = template_index(id);
  return index < kTemplateCount ? kTemplates[index].name : std::string_view{};
}

}  // namespace tickplant::feedhandlers::mdp3
