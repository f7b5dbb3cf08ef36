#pragma once
// Tallies of tumour cells made by hand.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "annulet/guideline/guideline.hpp"

namespace annulet::guideline_test {

/// Tumour cells by what the guidelines tell apart.
struct Cells {
  std::uint64_t none = 0, faint = 0;
  std::uint64_t moderate_incomplete = 0;                   ///< incomplete, 0.25-0.40 OD
  std::uint64_t strong_incomplete = 0;                     ///< incomplete, 0.40-0.60 OD, wall its own
  std::uint64_t intense_incomplete = 0;                    ///< incomplete, >= 0.60 OD, wall its own
  std::uint64_t borrowed = 0;                              ///< incomplete, 0.40-0.60 OD, wall only borrowed
  std::uint64_t weak_complete = 0, moderate_complete = 0;  ///< complete, 0.25-0.40 and 0.40-0.60 OD
  std::uint64_t intense = 0;                               ///< complete, >= 0.60 OD
  std::uint64_t unmeasurable = 0;

  std::uint64_t n() const {
    return none + faint + moderate_incomplete + strong_incomplete + intense_incomplete + borrowed +
           weak_complete + moderate_complete + intense;
  }
  std::uint64_t stained() const { return n() - none; }
  /// Fills up with unstained cells.
  Cells of(std::uint64_t total) const {
    Cells cells = *this;
    cells.none = total - stained();
    return cells;
  }
};

inline void put(Tally& tally, int completeness, int arc, int strength, Pattern pattern, std::uint64_t count) {
  tally.measurable[0][completeness][arc][strength] += count;
  tally.pattern[0][static_cast<int>(pattern)] += count;
}

inline Tally tally_of(const Cells& cells) {
  Tally tally;
  put(tally, 0, 0, 0, Pattern::None, cells.none);
  put(tally, 1, 1, 0, Pattern::FaintIncomplete, cells.faint);
  put(tally, 1, 1, 1, Pattern::ModerateOrStrongIncomplete, cells.moderate_incomplete);
  put(tally, 1, 1, 2, Pattern::ModerateOrStrongIncomplete, cells.strong_incomplete + cells.borrowed);
  put(tally, 1, 1, 3, Pattern::ModerateOrStrongIncomplete, cells.intense_incomplete);
  put(tally, 2, 1, 1, Pattern::WeakModerateComplete, cells.weak_complete);
  put(tally, 2, 1, 2, Pattern::WeakModerateComplete, cells.moderate_complete);
  put(tally, 2, 1, 3, Pattern::IntenseComplete, cells.intense);
  tally.borrowed_strong_incomplete = cells.borrowed;
  tally.pattern[0][static_cast<int>(Pattern::Unmeasurable)] = cells.unmeasurable;
  tally.unmeasurable[0] = cells.unmeasurable;
  // Cells that are no tumour must not matter.
  tally.measurable[1][2][1][3] = 5000;
  tally.pattern[1][static_cast<int>(Pattern::IntenseComplete)] = 5000;
  return tally;
}

inline bool has_code(const std::vector<Remark>& remarks, const std::string& code) {
  for (const Remark& remark : remarks) {
    if (remark.code == code) return true;
  }
  return false;
}

/// Clusters large enough that nothing is scattered.
inline Contiguity together() {
  Contiguity contiguity;
  contiguity.largest_intense_cluster = 1'000'000;
  return contiguity;
}

inline Verdict decide(const std::string& id, const Cells& cells, const std::string& ish = "",
                      const Contiguity& contiguity = together()) {
  return Guideline::load(id).decide(tally_of(cells), contiguity, ish.empty() ? Ish{} : Ish::parse(ish));
}

/// A guideline file of the test's own, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("annulet_guideline_test_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".toml");
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace annulet::guideline_test
