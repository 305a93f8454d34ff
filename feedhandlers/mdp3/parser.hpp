// Tells MDP 3.0 messages apart and takes them to pieces: root block, groups, one call.
//
// All sizes come from the wire and are checked against the message before a field is read; a block may be longer than
// we know, never shorter than what we read.
//
// Threads: any; no state. Does not allocate, lock or log.
// Not here: packets (framing.hpp), counting what was refused (mdp3_feed.hpp), meaning (normaliser.hpp).
#pragma once

#include "feedhandlers/mdp3/framing.hpp"
#include "feedhandlers/mdp3/messages.hpp"

namespace tickplant::feedhandlers::mdp3 {

enum class ParseOutcome : std::uint8_t {
  ok,                // the handler was called once
  other_schema,      // not schema 1; the handler was not called, neither below
  unknown_template,  // no name for it here
  bad_block,         // the root block is longer than the message, or shorter than what is read of it
  bad_group,         // a group does not fit into the message, or its entries are shorter than what is read of them
};
inline constexpr std::size_t kParseOutcomes = 5;

/// One overload of `on` per message. A handler that forgets one does not compile.
template <class Handler, class Message>
concept Handles = requires(Handler& handler, const Message& message) {
  handler.on(message);
};

template <class Content, class Handler>
[[nodiscard]] inline ParseOutcome deliver(const Message& message, Handler& handler) noexcept {
  static_assert(Handles<Handler, Content>, "the handler has no `on` for this message");
  if (message.block_length < Content::Root::kReadBytes) return ParseOutcome::bad_block;
  Content content;
  content.root = typename Content::Root{message.body.data()};
  auto rest = message.body.subspan(message.block_length);
  if (!content.entries.read(rest) || !content.orders.read(rest)) return ParseOutcome::bad_group;
  handler.on(content);
  return ParseOutcome::ok;
}

template <class Handler>
[[nodiscard]] inline ParseOutcome deliver_recognised(const Message& message, Handler& handler) noexcept {
  static_assert(Handles<Handler, Recognised>, "the handler has no `on` for messages that are not read");
  const std::size_t index = template_index(message.template_id);
  if (index == kUnknownTemplate) return ParseOutcome::unknown_template;
  const std::size_t offset = kTemplates[index].match_event_offset;
  const bool ends =
      offset < message.block_length && (std::to_integer<std::uint8_t>(message.body[offset]) & kEndOfEvent);
  handler.on(Recognised{message.template_id, ends});
  return ParseOutcome::ok;
}

/// Calls `handler.on(...)` for the one message, in place and before returning. Its fields are the venue's: any value
/// may stand in them.
template <class Handler>
ParseOutcome parse(const Message& message, Handler&& handler) noexcept {
  if (message.schema_id != kSchemaId) return ParseOutcome::other_schema;
  if (message.block_length > message.body.size()) return ParseOutcome::bad_block;
  switch (message.template_id) {
    case IncrementalBook::kTemplate: return deliver<IncrementalBook>(message, handler);
    case IncrementalOrderBook::kTemplate: return deliver<IncrementalOrderBook>(message, handler);
    case TradeSummary::kTemplate: return deliver<TradeSummary>(message, handler);
    case Volume::kTemplate: return deliver<Volume>(message, handler);
    case DailyStatistics::kTemplate: return deliver<DailyStatistics>(message, handler);
    case LimitsBanding::kTemplate: return deliver<LimitsBanding>(message, handler);
    case SessionStatistics::kTemplate: return deliver<SessionStatistics>(message, handler);
    case ChannelReset::kTemplate: return deliver<ChannelReset>(message, handler);
    default: return deliver_recognised(message, handler);
  }
}

}  // namespace tickplant::feedhandlers::mdp3
