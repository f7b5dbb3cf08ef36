// cells.csv: RFC 4180, UTF-8, line feeds, one row a cell in the order of the table. Columns:
// docs/formats/cells-csv.md.
#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"
#include "report/cell_text.hpp"
#include "report/pieces.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

constexpr const char* kHeader =
    "cell_id,x_um,y_um,kind,pattern,completeness,longest_arc,strength_od,median_od,width_um,contrast_od,"
    "nucleus_area_um2,cell_area_um2,haematoxylin_od,flags\n";

void append(std::string& out, const std::optional<std::int64_t>& thousandths) {
  out += ',';
  if (thousandths) report::append_scaled(out, *thousandths, 3);
}

void append_row(std::string& out, const CellRow& row, const GradedCell& graded) {
  const report::CellFacts facts = report::facts_of(row, graded);
  report::append_cell_id(out, row);
  append(out, facts.x_um);
  append(out, facts.y_um);
  out += ',';
  out += name(graded.kind);
  out += ',';
  out += name(graded.pattern);
  append(out, facts.completeness);
  append(out, facts.longest_arc);
  append(out, facts.strength_od);
  append(out, facts.median_od);
  append(out, facts.width_um);
  append(out, facts.contrast_od);
  append(out, facts.nucleus_area_um2);
  append(out, facts.cell_area_um2);
  append(out, facts.haematoxylin_od);
  out += ',';
  report::append_flags(out, row, graded);
  out += '\n';
}

}  // namespace

void write_cells_csv(const SlideResult& result, const Append& out) {
  expects(result.cells.size() == result.graded.size(), "every cell is graded");
  report::Pieces pieces(out);
  pieces.text() += kHeader;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    append_row(pieces.text(), result.cells[i], result.graded[i]);
    pieces.end_row();
  }
  pieces.flush();
}

std::string write_cells_csv(const SlideResult& result) {
  return report::whole_text([&](const Append& out) { write_cells_csv(result, out); });
}

}  // namespace annulet
