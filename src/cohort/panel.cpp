// Who read the slides: runs and readers side by side.
#include <algorithm>
#include <unordered_map>

#include "annulet/base/error.hpp"
#include "annulet/cohort/comparison.hpp"
#include "cohort/reading_words.hpp"

namespace annulet {
namespace {

std::optional<DecidingShares> deciding_shares(const SlideOutcome& outcome) {
  if (!outcome.score || outcome.measurable == 0) return std::nullopt;
  const auto& [none, faint, incomplete, complete, intense] = outcome.by_pattern;
  const double percent = 100 / static_cast<double>(outcome.measurable);
  return DecidingShares{percent * static_cast<double>(faint + incomplete + complete + intense),
                        percent * static_cast<double>(complete + intense),
                        percent * static_cast<double>(intense)};
}

void add_run(Panel& panel, const RunRows& run) {
  Rater rater{run.name, false, {}, {}, {}};
  std::unordered_map<std::string, const CohortRow*> by_slide;
  for (const CohortRow& row : run.rows) by_slide.emplace(row.asked.slide, &row);
  for (const PanelSlide& slide : panel.slides) {
    Reading reading;
    std::optional<DecidingShares> shares;
    if (const auto at = by_slide.find(slide.slide); at != by_slide.end()) {
      const SlideOutcome& outcome = at->second->outcome;
      reading.score = outcome.score;
      if (!reading.score) reading.why_not = why_not_words(outcome);
      shares = deciding_shares(outcome);
      const auto& known = rater.guidelines;
      if (!outcome.guideline.empty() &&
          std::find(known.begin(), known.end(), outcome.guideline) == known.end())
        rater.guidelines.push_back(outcome.guideline);
    }
    rater.readings.push_back(reading);
    rater.shares.push_back(shares);
  }
  panel.raters.push_back(std::move(rater));
}

void add_readers(Panel& panel, const RunRows& run) {
  std::vector<std::string> names;
  for (const CohortRow& row : run.rows) {
    for (const auto& [reader, score] : row.asked.readers) {
      if (std::find(names.begin(), names.end(), reader) == names.end()) names.push_back(reader);
    }
  }
  std::sort(names.begin(), names.end());  // columns that are empty in the first rows would come late
  for (const std::string& reader : names) {
    Rater rater{std::string(kReaderPrefix) + reader, true, {}, {}, {}};
    for (const CohortRow& row : run.rows) {
      Reading reading;
      for (const auto& [who, score] : row.asked.readers) {
        if (who == reader) reading.score = score;
      }
      rater.readings.push_back(reading);
    }
    rater.shares.resize(run.rows.size());
    panel.raters.push_back(std::move(rater));
  }
}

}  // namespace

const char* share_words(std::size_t share) {
  expects(share < kShareCount, "there are three deciding shares");
  return std::array{"any staining", "complete", "intense and complete"}[share];
}

Panel panel_of(std::span<const RunRows> runs) {
  if (runs.empty()) throw Error(Code::Usage, "the store holds no run: score the cohort with annulet batch");
  Panel panel;
  const RunRows& last = runs.back();
  for (const auto& [asked, outcome] : last.rows)
    panel.slides.push_back(
        {asked.slide, asked.case_id, asked.specimen, asked.date, asked.scanner, outcome.folder});
  for (const RunRows& run : runs) add_run(panel, run);
  add_readers(panel, last);
  return panel;
}

std::size_t find_rater(const Panel& panel, const std::string& name) {
  std::string known;
  for (const std::string& wanted : {name, std::string(kReaderPrefix) + name}) {
    for (std::size_t i = 0; i < panel.raters.size(); ++i) {
      if (panel.raters[i].name == wanted) return i;
    }
  }
  for (const Rater& rater : panel.raters) known += (known.empty() ? "" : ", ") + rater.name;
  throw Error(Code::Usage, "nobody called '" + name + "' scored this cohort; there are " + known);
}

std::vector<RaterPair> choose_pairs(const Panel& panel, const std::string& run, const std::string& against) {
  std::vector<std::size_t> readers;
  std::size_t first = 0;
  for (std::size_t i = 0; i < panel.raters.size(); ++i) {
    if (panel.raters[i].is_reader)
      readers.push_back(i);
    else
      first = i;
  }
  if (!run.empty()) first = find_rater(panel, run);
  if (!against.empty()) {
    const std::size_t second = find_rater(panel, against);
    if (second == first)
      throw Error(Code::Usage, "'" + against + "' would be compared with itself; name another by --against");
    return {{first, second}};
  }
  std::vector<RaterPair> pairs;
  for (const std::size_t reader : readers) {
    if (reader != first) pairs.push_back({first, reader});
  }
  for (std::size_t i = 0; i < readers.size() && run.empty(); ++i) {
    for (std::size_t j = i + 1; j < readers.size(); ++j) pairs.push_back({readers[i], readers[j]});
  }
  if (pairs.empty())
    throw Error(Code::Usage,
                "there is nobody to compare '" + panel.raters[first].name +
                    "' with: give readers' scores in columns reader_NAME of the manifest, or another run by "
                    "--against (annulet rescore makes one)");
  return pairs;
}

}  // namespace annulet
