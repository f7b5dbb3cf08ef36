#pragma once
#include <string>
#include <utility>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

using Readers = std::vector<std::pair<std::string, Score>>;

/// A row as a batch leaves it.
inline CohortRow scored_row(const std::string& slide, Score score, Readers readers = {}) {
  CohortRow row;
  row.asked.slide = slide;
  row.asked.readers = std::move(readers);
  row.outcome.status = Status::Scored;
  row.outcome.score = score;
  row.outcome.guideline = "asco-cap-breast-2018";
  row.outcome.folder = "slides/" + slide;
  row.outcome.measurable = 1000;
  row.outcome.by_pattern = {500, 200, 100, 150, 50};
  return row;
}

inline CohortRow refused_row(const std::string& slide, const std::string& reason, Readers readers = {}) {
  CohortRow row;
  row.asked.slide = slide;
  row.asked.readers = std::move(readers);
  row.outcome.status = Status::NotEvaluable;
  row.outcome.reasons = {reason};
  return row;
}

inline CohortRow specimen_row(const std::string& case_id, const std::string& specimen, Score score,
                              Readers readers = {}) {
  CohortRow row = scored_row(case_id + "-" + specimen + "-" + name(score), score, std::move(readers));
  row.asked.case_id = case_id;
  row.asked.specimen = specimen;
  return row;
}

}  // namespace annulet
