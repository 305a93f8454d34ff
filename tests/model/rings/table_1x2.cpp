// One entry of a table, one writer, which may die in a write, and two readers: schedules at random.
#include "tests/model/rings/table_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::TableModel<2, 3, 2, true>>(argc, argv);
}
