// Text segment, one writer and two readers: schedules at random.
#include "tests/model/rings/text_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::TextModel<2, 2, 2>>(argc, argv);
}
