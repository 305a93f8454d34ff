// Which derived forms of a feed go into its ring. Orders, trades and statuses always do: books are recoverable state.
#pragma once

namespace tickplant::feedhandlers {

struct PublishedForms {
  bool quotes = true;   // a record when the best bid or offer changes
  bool levels = false;  // a record for each price level that changes
  bool depth = true;    // the ten-level table
};

}  // namespace tickplant::feedhandlers
