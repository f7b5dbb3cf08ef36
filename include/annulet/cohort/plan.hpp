#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// \file
/// What a batch would do, and how long it would take: `batch --dry-run`. No slide is opened: sizes of files
/// alone tell, so that 100,000 slides are planned in seconds. How the estimates are made and how far they are
/// off: docs/guide/cluster.md.

/// What becomes of a row.
enum class Step {
  Score,    ///< it is scored
  Done,     ///< its result is there
  Missing,  ///< it would end without a score: the slide or one of its files of regions is not there
  Touched,  ///< its result is there, its file was touched since: it is read, and scored where it changed
};
inline constexpr std::size_t kSteps = 4;
const char* name(Step step);  ///< "score", "done", "missing", "touched"

struct PlannedSlide {
  Step step = Step::Score;
  std::uint64_t bytes = 0;         ///< of all its files; 0 where it is not there
  double cpu_seconds = 0;          ///< estimated; 0 where it is not scored
  std::uint64_t memory_bytes = 0;  ///< estimated peak; likewise
  std::string lacks;               ///< the file that is not there, as given
};

struct PlanOptions {
  int workers = 1;           ///< slides at a time
  int threads = 1;           ///< for each of them
  std::uint64_t memory = 0;  ///< --memory of `score`, bytes; 0: the program's
};

struct Plan {
  PlanOptions options;
  std::vector<PlannedSlide> slides;  ///< parallel to the rows
  std::array<std::uint64_t, kSteps> by_step{};
  std::uint64_t of(Step step) const { return by_step[static_cast<std::size_t>(step)]; }
  std::uint64_t bytes = 0;         ///< of the slides to be scored
  double cpu_seconds = 0;          ///< of them all
  double wall_seconds = 0;         ///< until the last worker is done: each takes the next row when it is free
  double longest_seconds = 0;      ///< of one slide: no number of workers makes it shorter
  std::uint64_t memory_bytes = 0;  ///< of the largest slides that can run side by side
};

/// Score, Done or Touched, as the row's result stands; called once a row, in their order.
using StepOf = std::function<Step(const ManifestRow& row)>;

Plan make_plan(const std::vector<ManifestRow>& rows, const PlanOptions& options, const StepOf& step_of);

/// A line a slide, then the sums; `rows` are those that were planned.
std::string plan_text(const Plan& plan, const std::vector<ManifestRow>& rows);
/// The same as JSON (`schema` "annulet-plan-1"), a line a slide.
std::string plan_json(const Plan& plan, const std::vector<ManifestRow>& rows);

}  // namespace annulet
