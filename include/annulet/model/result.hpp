#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/model/cell_row.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/quality.hpp"
#include "annulet/model/region.hpp"
#include "annulet/model/slide_info.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/model/tally.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

enum class Status { Scored, ScoredWithCaveats, NotEvaluable, Failed, Crashed, TimedOut };
inline constexpr int kStatuses = 6;
const char* name(Status status);                            ///< "scored-with-caveats"
std::optional<Status> status_named(std::string_view text);  ///< nothing for another text
bool is_failure(Status status);                             ///< failed, crashed, timed-out
int exit_code(Status status);                               ///< contract 1: 0, 3, 4, 7

/// The file's own level-0 tiles; each ends in exactly one of the five.
struct TileAccount {
  std::uint64_t expected = 0, analysed = 0, background = 0, missing = 0, undecodable = 0, excluded = 0;
  bool balanced() const { return expected == analysed + background + missing + undecodable + excluded; }
};

/// Cut below which DAB on a membrane is not told from none.
struct LimitOfBlank {
  double visible_od = 0.10;        ///< the visible cut in force
  double measured_od = 0;          ///< what the negative tissue gave; 0 where it was not measured
  std::uint64_t cells = 0;         ///< negative cells it was measured on
  double area_mm2 = 0;             ///< their area
  std::string source = "default";  ///< "default" | "negative-tissue"
  bool raised = false;
};

struct ModelUse {
  std::string kind;  ///< "stain", "grading", "guideline", "kind"
  std::string id, version, digest;
};

/// A field of the slide chosen for the eye, read at a stated pitch.
struct FieldPicture {
  std::string name;  ///< "hottest", "typical", "random"
  std::string caption;
  Rect<SlideFrame> where;
  double pitch_um = 0;  ///< um per pixel of `image`
  RgbImage image;
};

/// Everything known of one slide at the end: what the writers of `report` read.
struct SlideResult {
  Status status = Status::Failed;
  Verdict verdict;
  std::string slide_sha256;
  SlideInfo slide;
  Pitch pitch;  ///< the one used
  StainModel stain;
  double nucleus_gain = 1;  ///< contrast gain of this slide's nuclei (survey)
  double tissue_mm2 = 0, analysed_mm2 = 0;
  std::map<std::string, double> excluded_mm2;  ///< by flag
  TileAccount tiles;
  LimitOfBlank limit_of_blank;
  Tally tally;
  std::vector<ModelUse> models;
  std::vector<Problem> problems;
  std::vector<std::pair<std::string, std::string>> options;  ///< what the user asked for, as text, in order

  bool scanned = false;            ///< false where the slide was refused before the scan
  CellTable cells;                 ///< sorted by `before`
  GradedTable graded;              ///< parallel to cells
  TissueMask tissue;               ///< all of it
  QcMap quality;                   ///< what of it was kept out of the count
  std::vector<RegionUse> regions;  ///< what the user drew
  std::vector<FieldPicture> fields;
  RgbImage thumbnail;  ///< of the whole slide
  double thumbnail_pitch_um = 0;
};

/// How the run went: what may differ between two runs of the same slide.
struct RunRecord {
  std::string version, started, host;
  int threads = 1;
  double seconds_total = 0;
  std::vector<std::pair<std::string, double>> seconds;         ///< by stage, CPU
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name, version
  std::uint64_t peak_memory_bytes = 0, tiles_decoded = 0;
  std::string sandbox = "none";
  std::string result_digest;  ///< SHA-256 of result.json
};

}  // namespace annulet
