// The table of a cohort, and that what is written of it is read again.
#include <sstream>

#include "annulet/base/csv.hpp"
#include "annulet/base/error.hpp"
#include "annulet/cohort/manifest.hpp"

using namespace annulet;

namespace {

void check_rows(const std::vector<ManifestRow>& rows) {
  std::string table;
  CsvWriter csv(table);
  csv.text("slide").text("case").end_row();
  for (const ManifestRow& row : rows) {
    if (row.slide.empty() || row.line < 2 || (row.mpp && !(*row.mpp > 0))) __builtin_trap();
    csv.text(row.slide).text(row.case_id).end_row();
  }
  std::istringstream again(table);
  CsvReader reader(again, "again");
  std::size_t count = 0;
  for (std::vector<CsvField> fields; reader.next(fields); ++count) {
    if (std::string_view("=+-@").find(fields[0].text.front()) != std::string_view::npos) __builtin_trap();
  }
  if (count != rows.size()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
  try {
    check_rows(read_manifest(stream, "fuzz", "/folder"));
  } catch (const Error& error) {
    if (error.code() != Code::Usage) throw;
  }
  return 0;
}
