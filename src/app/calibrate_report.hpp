#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "annulet/cohort/calibrate.hpp"
#include "annulet/cohort/calibration_slides.hpp"

namespace annulet::app {

/// A fit with what it was made from and what became of it.
struct FitReport {
  const Calibration& fit;
  const LabelledSlides& labelled;
  const CalibrationSettings& settings;
  std::string data;     ///< what the cohort is called
  std::string written;  ///< the file; empty where none was written
};

std::string fit_words(const FitReport& report);
nlohmann::ordered_json fit_data(const FitReport& report);

}  // namespace annulet::app
