#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace annulet {

/// What a user may ask of `score`. Defaults are the program's.
struct ScoreOptions {
  std::string guideline = "asco-cap-breast-2018";
  std::string grading = "annulet-1";
  std::string kind = "annulet-1";
  std::string stain = "hdab-ruifrok";          ///< preset id or path, or "fit"
  std::optional<double> mpp;                   ///< um per px, wins over the file
  std::string ish;                             ///< empty: absent
  std::string controls;                        ///< "", "ok" or "failed"
  std::string antibody;                        ///< free text, taken on the user's word
  std::vector<std::filesystem::path> regions;  ///< files of regions (QuPath, ImageScope, ASAP)
  std::string expect_sha256;               ///< the slide's digest as the archive knows it; empty: not stated
  std::optional<double> allow_incomplete;  ///< percent of the tissue area that may be lost
  bool require_sandbox = false;            ///< refuse to read the slide without
  int timeout = 300;                       ///< seconds without progress after which reading is given up
  bool deidentify = false;                 ///< names are replaced by a keyed hash
  int threads = 0;                         ///< 0: one per core
  std::uint64_t memory = 0;                ///< bytes that the run may hold beside its cells; 0: the program's
  int block_um = 0;                        ///< edge of a block of the scan; 0: the program's choice
  int offset_um = 0;                       ///< shifts the grid of blocks (tests: results do not depend on it)
};

/// Where a run stands. Called from one thread at a time.
struct Progress {
  std::string stage;  ///< "survey", "scan", "conclude", "write"
  std::size_t done = 0, total = 0;
  std::size_t cells = 0;
};
using ProgressCallback = std::function<void(const Progress&)>;

/// Thrown when `cancelled` became true; nothing has been written.
struct Cancelled {};

struct RunControl {
  ProgressCallback progress;
  const std::atomic<bool>* cancelled = nullptr;
  std::function<void()> alive = {};  ///< at every report, also of those who show no progress; from any thread
  void report(const Progress& at) const {
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) throw Cancelled{};
    if (alive) alive();
    if (progress) progress(at);
  }
};

}  // namespace annulet
