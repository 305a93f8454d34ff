// What a subscriber's handler may take beside records. What it does not take is passed over, but for what would leave a
// hole: images and merged updates that were asked for are not told as records too, and their handler must be there.
//
// Threads: none of its own.
#pragma once

#include <concepts>
#include <string_view>

#include "clients/cpp/conflation.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/image_table.hpp"

namespace tickplant::clients {

template <class Handler>
concept TakesImages = requires(Handler& handler, const ringbuf::ImageEntry& image) {
  handler.on_image(ringbuf::InstrumentId{}, image);
};
template <class Handler>
concept TakesLosses = requires(Handler& handler) {
  handler.on_lost(std::string_view{}, ringbuf::SequenceRange{});
};
template <class Handler>
concept TakesAttachments = requires(Handler& handler) {
  handler.on_attached(std::string_view{}, ringbuf::Sequence{});
};
template <class Handler>
concept TakesConflated = requires(Handler& handler, const ringbuf::ImageEntry& image, const Merged& merged) {
  handler.on_conflated(ringbuf::InstrumentId{}, image, merged);
};
template <class Handler>
concept TakesMergedRanges = requires(Handler& handler) {
  handler.on_merged(std::string_view{}, ringbuf::SequenceRange{});
};

/// The handler's on_image as a function. Ends the program when it has none: it asked for Join::image.
template <class Handler>
auto taking_images([[maybe_unused]] Handler& handler) {
  if constexpr (TakesImages<Handler>) {
    return [&handler](ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) { handler.on_image(id, image); };
  } else {
    return [](ringbuf::InstrumentId, const ringbuf::ImageEntry&) {
      constexpr bool kHandlerHasOnImage = false;
      TP_CHECK(kHandlerHasOnImage);
    };
  }
}

/// The handler's on_conflated as a function. Ends the program when it has none: it asked for OnOverrun::conflate.
template <class Handler>
auto taking_conflated([[maybe_unused]] Handler& handler) {
  if constexpr (TakesConflated<Handler>) {
    return [&handler](ringbuf::InstrumentId id, const ringbuf::ImageEntry& image, const Merged& merged) {
      handler.on_conflated(id, image, merged);
    };
  } else {
    return [](ringbuf::InstrumentId, const ringbuf::ImageEntry&, const Merged&) {
      constexpr bool kHandlerHasOnConflated = false;
      TP_CHECK(kHandlerHasOnConflated);
    };
  }
}

}  // namespace tickplant::clients
