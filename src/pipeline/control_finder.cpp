#include "annulet/pipeline/control_finder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace annulet {
namespace {

// Controls are 0.4-3 mm wide (BioMarkHER2); smaller ones are met where a control is a small cell pellet.
constexpr double kSmallestUm = 80, kLargestUm = 3000;
constexpr double kMostOfMain = 0.25;     // of the largest part's area (BioMarkHER2)
constexpr double kMostSuspected = 0.6;   // of it: a larger piece may be a control beside a small biopsy
constexpr double kLeastRoundness = 0.6;  // discs 0.75-0.95, bent biopsies 0.15-0.5: docs/science/gates.md
constexpr double kSurelyRound = 0.7;     // among fragments of the patient's own tissue
constexpr double kRowGapUm = 500;        // between the dots of a row (BioMarkHER2)
constexpr double kLikeSize = 2;          // areas of the dots of a row, at most so far apart
constexpr double kPeerSize = 3;          // a part of the patient's within this factor of the control's area
constexpr double kWholePatient = 0.6;    // of the patient's tissue in one part: it is not in fragments
constexpr std::uint64_t kFewestInDot = 10;  // fewer cells change no score (contract 4, R2a)
constexpr std::uint64_t kFewestInPatient = 100;

/// Measurable tumour cells: all, those with any stain, complete ones, intense ones.
struct Profile {
  std::uint64_t cells = 0;
  std::array<std::uint64_t, 3> stained{};

  void add(Pattern pattern) {
    if (pattern == Pattern::Unmeasurable) return;
    ++cells;
    stained[0] += pattern != Pattern::None;
    stained[1] += pattern == Pattern::WeakModerateComplete || pattern == Pattern::IntenseComplete;
    stained[2] += pattern == Pattern::IntenseComplete;
  }
  void add(const Profile& other) {
    cells += other.cells;
    for (std::size_t i = 0; i < stained.size(); ++i) stained[i] += other.stained[i];
  }
};

/// Largest difference of shares, in percentage points.
int apart(const Profile& a, const Profile& b) {
  if (a.cells == 0 || b.cells == 0) return 0;
  int most = 0;
  for (std::size_t i = 0; i < a.stained.size(); ++i) {
    const auto share = [&](const Profile& p) { return static_cast<int>(p.stained[i] * 100 / p.cells); };
    most = std::max(most, std::abs(share(a) - share(b)));
  }
  return most;
}

bool alike(double a, double b, double factor) {
  return a <= b * factor && b <= a * factor;
}

bool may_be_control(const TissuePart& part, double main_mm2, double most_of_main) {
  const double wide = part.diameter_um();
  return wide >= kSmallestUm && wide <= kLargestUm && part.area_mm2 <= most_of_main * main_mm2 &&
         part.roundness >= kLeastRoundness;
}

/// Dots that go on from `first` in steps of at most kRowGapUm; they leave `open`.
std::vector<std::size_t> take_row(std::size_t first, const std::vector<TissuePart>& parts,
                                  std::vector<std::size_t>& open) {
  std::vector<std::size_t> row{first};
  for (std::size_t next = 0; next < row.size(); ++next) {
    const TissuePart& from = parts[row[next]];
    for (std::size_t k = 0; k < open.size();) {
      const TissuePart& to = parts[open[k]];
      const double reach = kRowGapUm + (from.diameter_um() + to.diameter_um()) / 2, dx = to.x_um - from.x_um,
                   dy = to.y_um - from.y_um;
      if (alike(from.area_mm2, to.area_mm2, kLikeSize) && dx * dx + dy * dy <= reach * reach) {
        row.push_back(open[k]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
      } else {
        ++k;
      }
    }
  }
  return row;
}

class Finder {
 public:
  Finder(const TissueParts& parts, const CellTable& cells, const GradedTable& graded)
      : parts_(parts.parts), profiles_(parts.parts.size()) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (graded[i].kind != CellKind::Tumour) continue;
      const int label = parts.at_um(static_cast<double>(cells[i].x) / kMicroUnits,
                                    static_cast<double>(cells[i].y) / kMicroUnits);
      if (label != 0) profiles_[static_cast<std::size_t>(label) - 1].add(graded[i].pattern);
    }
  }

  ControlTissue look() const {
    double main_mm2 = 0;
    for (const TissuePart& part : parts_) main_mm2 = std::max(main_mm2, part.area_mm2);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (may_be_control(parts_[i], main_mm2, kMostOfMain)) open.push_back(i);
    }
    const std::vector<std::size_t> all = open;
    ControlTissue best;
    while (!open.empty()) {
      const std::size_t first = open.front();
      open.erase(open.begin());
      const ControlTissue control = judge(take_row(first, parts_, open), all);
      if (control.labels.empty()) continue;
      if (best.labels.empty() || (control.certain && !best.certain)) {
        best = control;
      } else if (control.certain == best.certain) {
        best.labels.insert(best.labels.end(), control.labels.begin(), control.labels.end());
        best.area_mm2 += control.area_mm2;
      }
    }
    return best.labels.empty() ? look_for_large(main_mm2) : best;
  }

 private:
  /// A round piece of some size without its like, too large to be called a control.
  ControlTissue look_for_large(double main_mm2) const {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const TissuePart& part = parts_[i];
      if (!may_be_control(part, main_mm2, kMostSuspected) || part.roundness < kSurelyRound) continue;
      const auto like = [&](const TissuePart& other) {
        return &other != &part && other.roundness >= kLeastRoundness &&
               alike(other.area_mm2, part.area_mm2, kPeerSize);
      };
      if (std::any_of(parts_.begin(), parts_.end(), like)) continue;
      ControlTissue control = judge({i}, {});
      control.certain = false;
      if (!control.labels.empty()) return control;
    }
    return {};
  }

  ControlTissue judge(const std::vector<std::size_t>& row, const std::vector<std::size_t>& small) const {
    const auto in_row = [&](std::size_t i) { return std::find(row.begin(), row.end(), i) != row.end(); };
    Profile patient;
    double patient_mm2 = 0, largest_mm2 = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (in_row(i)) continue;
      patient.add(profiles_[i]);
      patient_mm2 += parts_[i].area_mm2;
      largest_mm2 = std::max(largest_mm2, parts_[i].area_mm2);
    }
    const auto stands_out = [&](std::size_t i) {
      return profiles_[i].cells >= kFewestInDot && apart(profiles_[i], patient) >= kControlApartPoints;
    };
    ControlTissue control;
    if (patient.cells < kFewestInPatient || std::none_of(row.begin(), row.end(), stands_out)) return control;
    const bool in_fragments = largest_mm2 < kWholePatient * patient_mm2;
    control.certain = true;
    for (const std::size_t i : row) {
      control.labels.push_back(static_cast<int>(i) + 1);
      control.area_mm2 += parts_[i].area_mm2;
      if (in_fragments && parts_[i].roundness < kSurelyRound) control.certain = false;
    }
    for (const std::size_t i : small) {
      // Tissue of the patient's in pieces of that very size and shape: one that stains otherwise may be its.
      const bool peer = !in_row(i) && !stands_out(i) && profiles_[i].cells >= kFewestInDot &&
                        alike(parts_[i].area_mm2, parts_[row.front()].area_mm2, kPeerSize);
      if (peer) control.certain = false;
    }
    return control;
  }

  const std::vector<TissuePart>& parts_;
  std::vector<Profile> profiles_;
};

}  // namespace

bool ControlTissue::holds(int label) const {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

ControlTissue find_control(const TissueParts& parts, const CellTable& cells, const GradedTable& graded) {
  if (parts.parts.size() < 2) return {};
  return Finder(parts, cells, graded).look();
}

}  // namespace annulet
