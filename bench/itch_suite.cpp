#include "bench/suites.hpp"
namespace tickplant::bench {
void run_itch_suite(const Options&, Report&) {}
}
