// Gated ring, one writer and one lossless reader: schedules at random.
#include "tests/model/rings/gate_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::GateModel<4, 6, true>>(argc, argv);
}
