// One entry of a table, one writer and one reader: every schedule.
#include "tests/model/rings/table_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::TableModel<1, 1, 4, false>>(argc, argv);
}
