// Plain values from and to the words of the contract.
//
// Threads: any. Not here: asking (control_client.cpp).
#pragma once

#include <string>
#include <vector>

#include "clients/control/control_types.hpp"
#include "clients/protocol/control.capnp.h"

namespace tickplant::clients {

[[nodiscard]] inline std::string text_of(kj::StringPtr text) { return {text.cStr(), text.size()}; }
[[nodiscard]] std::vector<std::string> texts_of(capnp::List<capnp::Text>::Reader texts);
void set_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts);
[[nodiscard]] inline unsigned size_of(const auto& container) { return static_cast<unsigned>(container.size()); }

[[nodiscard]] PlantDescription description_of(protocol::Description::Reader plant);
[[nodiscard]] ControlImage image_of(protocol::Image::Reader image);
[[nodiscard]] ControlDepth depth_of(protocol::Depth::Reader depth);
[[nodiscard]] ControlBar bar_of(protocol::Bar::Reader bar);
[[nodiscard]] ControlSignal signal_of(protocol::Signal::Reader signal);
[[nodiscard]] ControlDerived derived_of(protocol::Derived::Reader derived);
[[nodiscard]] TickBatch batch_of(protocol::TickBatch::Reader batch);
[[nodiscard]] std::vector<LostRecords> lost_of(capnp::List<protocol::Lost>::Reader lost);
[[nodiscard]] ReportedReader reader_of(protocol::ReaderReport::Reader reader);

void set_wish(const TickWish& wish, protocol::TickWish::Builder out);
void set_wish(const ResultWish& wish, protocol::ResultWish::Builder out);
void set_from(const ControlFrom& from, protocol::From::Builder out);

}  // namespace tickplant::clients
