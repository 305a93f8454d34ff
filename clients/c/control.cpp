// Asking the daemon: tickplant_control_...
#include <numeric>

#include "clients/c/plant_handle.hpp"
#include "clients/c/sized_struct.hpp"
#include "clients/control/control_client.hpp"

namespace clients = tickplant::clients;
namespace c = tickplant::clients::c;

struct tickplant_control {
  clients::ControlClient client;
  std::vector<std::string> changes = {};  // of the last reload
};

int tickplant_control_connect(tickplant_plant* plant, const char* client, tickplant_control** control) {
  return c::doing([&] {
    c::given(control, "control") = nullptr;
    *control = new tickplant_control{{c::given(plant, "plant").now().folder(), &c::given(client, "client")}};
  });
}

int tickplant_control_role(tickplant_control* control) {
  return c::answering<int>([&] { return static_cast<int>(c::given(control, "control").client.role()); });
}

int tickplant_control_describe(tickplant_control* control, tickplant_description* description) {
  return c::doing([&] {
    const clients::PlantDescription from = c::given(control, "control").client.describe();
    tickplant_description found{};
    found.epoch = from.epoch;
    found.created_at = from.created_at_ns;
    found.now = from.now_ns;
    found.pid = from.pid;
    found.instrument_count = from.instrument_count;
    found.feed_count = static_cast<std::uint32_t>(from.feeds.size());
    found.segment_count = static_cast<std::uint32_t>(from.segments.size());
    found.segment_bytes = std::accumulate(from.segments.begin(), from.segments.end(), std::uint64_t{0},
                                          [](std::uint64_t sum, const auto& each) { return sum + each.bytes; });
    c::set_text(found.name, from.name);
    c::set_text(found.version, from.version);
    c::set_text(found.folder, from.folder);
    c::tell(found, description, "description");
  });
}

std::int64_t tickplant_control_reload(tickplant_control* control) {
  return c::answering<std::int64_t>([&] {
    tickplant_control& to = c::given(control, "control");
    to.changes.clear();
    to.changes = to.client.reload().lines;
    return static_cast<std::int64_t>(to.changes.size());
  });
}

const char* tickplant_control_change(tickplant_control* control, std::size_t index) {
  return control != nullptr && index < control->changes.size() ? control->changes[index].c_str() : "";
}

int tickplant_control_stop(tickplant_control* control) {
  return c::doing([&] { c::given(control, "control").client.stop(); });
}

void tickplant_control_close(tickplant_control* control) { delete control; }
