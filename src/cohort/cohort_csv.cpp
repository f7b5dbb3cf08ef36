#include "annulet/cohort/cohort_csv.hpp"

#include <algorithm>
#include <set>

#include "annulet/base/csv.hpp"
#include "annulet/base/joined.hpp"
#include "annulet/model/area.hpp"
#include "annulet/report/shares.hpp"

namespace annulet {
namespace {

constexpr int kPercentDecimals = 3;  // as in result.json

void add_percentages(const SlideOutcome& outcome, CsvWriter& csv) {
  const report::PatternShares shares = report::shares_of(outcome.by_pattern);
  for (const std::int64_t share : shares) {
    if (outcome.score) {
      csv.number(static_cast<double>(share) / 1000, kPercentDecimals);
    } else {
      csv.empty();
    }
  }
}

}  // namespace

std::vector<std::string> readers_of(const std::vector<ManifestRow>& rows) {
  std::set<std::string> readers;
  for (const ManifestRow& row : rows) {
    for (const auto& [reader, score] : row.readers) readers.insert(reader);
  }
  return {readers.begin(), readers.end()};
}

std::string cohort_csv_header(const std::vector<std::string>& readers) {
  std::string line;
  CsvWriter csv(line);
  for (const char* column :
       {"slide", "case", "specimen", "status", "score", "group", "guideline", "rule", "grading"})
    csv.text(column);
  for (const Pattern pattern : report::kMeasurable) csv.text(std::string(name(pattern)) + "_percent");
  for (const char* column : {"cells", "tumour_cells", "measurable_cells", "tissue_mm2", "analysed_mm2",
                             "reasons", "caveats", "message", "ish", "antibody", "scanner", "date"})
    csv.text(column);
  for (const std::string& reader : readers) csv.text("reader_" + reader);
  for (const char* column : {"slide_sha256", "result_sha256", "folder"}) csv.text(column);
  csv.end_row();
  return line;
}

std::string cohort_csv_row(const ManifestRow& asked, const SlideOutcome& outcome,
                           const std::vector<std::string>& readers) {
  std::string line;
  CsvWriter csv(line);
  csv.text(asked.slide).text(asked.case_id).text(asked.specimen);
  csv.text(name(outcome.status)).text(outcome.score ? name(*outcome.score) : "").text(outcome.group);
  csv.text(outcome.guideline).text(outcome.rule).text(outcome.grading);
  add_percentages(outcome, csv);
  csv.number(outcome.cells).number(outcome.tumour).number(outcome.measurable);
  csv.number(outcome.tissue_mm2, kAreaDecimals).number(outcome.analysed_mm2, kAreaDecimals);
  csv.text(joined(outcome.reasons, " ")).text(joined(outcome.caveats, " ")).text(outcome.message);
  csv.text(asked.ish).text(asked.antibody).text(asked.scanner).text(asked.date);
  for (const std::string& reader : readers) {
    const auto own = std::find_if(asked.readers.begin(), asked.readers.end(),
                                  [&](const auto& entry) { return entry.first == reader; });
    csv.text(own != asked.readers.end() ? name(own->second) : "");
  }
  csv.text(outcome.slide_sha256).text(outcome.result_digest).text(outcome.folder);
  csv.end_row();
  return line;
}

}  // namespace annulet
