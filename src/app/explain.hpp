#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "annulet/pipeline/conclude.hpp"
#include "annulet/report/stored_result.hpp"

namespace annulet::app {

/// A result folder read back, and concluded again.
struct Explained {
  const StoredResult& stored;
  const ConcludeModels& models;
  const CellTable& cells;
  const Conclusion& conclusion;
};

/// How the score came to be, as text for people and as data.
std::string verdict_words(const Explained& explained);
nlohmann::ordered_json verdict_data(const Explained& explained);

/// Why one cell is what it is.
std::string cell_words(const Explained& explained, std::size_t index);
nlohmann::ordered_json cell_data(const Explained& explained, std::size_t index);

/// "1638-2210", the name of a cell in cells.csv.
std::string cell_id(const CellRow& row);

}  // namespace annulet::app
