#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// What filling a store did.
struct FillReport {
  std::size_t added = 0;      ///< slides whose result was read and stored, new or in the place of another
  std::size_t updated = 0;    ///< slides of which the manifest says other things; their result is the same
  std::size_t unchanged = 0;  ///< slides that cost nothing
  std::size_t removed = 0;    ///< slides that left the cohort
  std::uint64_t cells = 0;    ///< of the slides added
  /// Slides whose folder could not be read, and why: they stand in the store without cells, and the next
  /// filling tries them again.
  std::vector<std::pair<std::string, std::string>> failures;
  std::string on_network;  ///< kind of network file system the store lies on, written elsewhere and copied
};

struct FillOptions {
  std::function<void(std::size_t done, std::size_t of)> progress = {};
  std::function<bool()> cancelled = {};  ///< asked before each slide; then filling ends as if killed
  std::string on_network = {};           ///< tests: take the place for such a file system
};

/// Makes COHORT/cohort.sqlite or brings it up to date from the result folders that `rows` name (below the
/// cohort's folder), which stay the truth. One transaction a slide, or for some small ones: killed at any
/// moment, the next call completes it. A slide whose row and result are those that the store holds is not
/// looked at. Memory: one slide. CPU: about 3 us a cell that is new. Throws Error Output, Corrupt, Usage (two
/// rows are called alike).
FillReport fill_store(const std::filesystem::path& cohort_folder, const std::vector<CohortRow>& rows,
                      const FillOptions& options = {});

}  // namespace annulet
