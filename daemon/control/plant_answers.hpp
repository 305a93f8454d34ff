// What the plant's shared memory says, in the words of the contract.
//
// Threads: the control thread; of results, the helper's, too. Not here: attaching it (plant_views.hpp).
#pragma once

#include <string>
#include <vector>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/plant_views.hpp"
#include "daemon/control/upstream_wishes.hpp"
#include "ringbuf/derived_image_layout.hpp"

namespace tickplant::daemon {

/// A result, with the names that its ids have now.
struct NamedResult {
  ringbuf::DerivedRecord record;
  std::string symbol, function;
};

void describe(clients::Plant& plant, const WishedSymbols& wished, protocol::Description::Builder out);
void list_instruments(clients::Plant& plant, protocol::Reader::InstrumentsParams::Reader wish,
                      protocol::Reader::InstrumentsResults::Builder out);
void set_ring(const PlantViews::Ring& ring, protocol::Ring::Builder out);

// All throw SetupError: nobody knows the symbol, or a table cannot be attached.
void set_image(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Image::Builder out);
void set_depth(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Depth::Builder out);
void set_derived(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Derived::Builder out);

void set_bar(const NamedResult& result, protocol::Bar::Builder out);
void set_signal(const NamedResult& result, protocol::Signal::Builder out);

}  // namespace tickplant::daemon
