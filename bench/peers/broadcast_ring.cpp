#include "bench/peers/broadcast_ring.hpp"

#include "bench/peers/peers.hpp"

namespace tickplant::bench {

Candidate broadcast_ring() { return candidate<BroadcastRing>(); }

}  // namespace tickplant::bench
