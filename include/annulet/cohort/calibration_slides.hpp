#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "annulet/cohort/calibrate.hpp"
#include "annulet/model/cohort.hpp"

namespace annulet {

/// The slides of a cohort that cut-offs can be fitted to, and why the others cannot.
struct LabelledSlides {
  std::string reader;                    ///< the name, or "consensus of A, B and C"
  std::vector<CalibrationSlide> slides;  ///< in the order of the rows
  std::vector<std::size_t> row;          ///< of each slide
  std::size_t unread = 0;                ///< rows that the reader gave no score
  std::size_t undecided = 0;             ///< rows whose readers are split evenly between scores (consensus)
  std::size_t unscored = 0;              ///< read rows that the program gave no score
};

/// `reader`: a name of a `reader_NAME` column; empty: the only one there is. `consensus`: the median of all
/// readers of a slide. Throws Error Usage where there is no such reader, none, or several and none was named.
LabelledSlides label_slides(std::span<const CohortRow> rows, const std::string& reader, bool consensus);

}  // namespace annulet
