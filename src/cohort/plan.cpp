#include "annulet/cohort/plan.hpp"

#include <algorithm>
#include <array>
#include <queue>

#include "cohort/plan_rates.hpp"
#include "cohort/slide_bytes.hpp"

namespace annulet {
namespace {

using Path = std::filesystem::path;

bool is_there(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

PlannedSlide plan_slide(const ManifestRow& row, const PlanOptions& options, const StepOf& step_of) {
  PlannedSlide slide;
  if (is_there(row.path)) {
    slide.bytes = cohort::bytes_of(row.path);
  } else {
    slide.lacks = row.path.string();
  }
  slide.step = step_of(row);
  if (slide.step == Step::Done) {
    slide.lacks.clear();
    return slide;
  }
  const auto lost =
      std::find_if(row.regions.begin(), row.regions.end(), [](const Path& p) { return !is_there(p); });
  if (slide.lacks.empty() && lost != row.regions.end()) slide.lacks = lost->string();
  if (!slide.lacks.empty()) {
    slide.step = Step::Missing;
    return slide;
  }
  if (slide.step == Step::Touched) return slide;
  const double tissue_px = static_cast<double>(slide.bytes) / cohort::kBytesPerTissuePixel;
  const bool slow = cohort::has_extension(row.path, cohort::kThroughOpenSlide);
  slide.cpu_seconds = cohort::kCpuSecondsPerSlide +
                      tissue_px * cohort::kCpuNsPerTissuePixel * 1e-9 * (slow ? cohort::kOpenSlideFactor : 1);
  slide.memory_bytes =
      cohort::kProgramBytes + (options.memory == 0 ? cohort::kPixelBytes : options.memory) +
      static_cast<std::uint64_t>(tissue_px * cohort::kCellsPerTissuePixel * cohort::kBytesPerCell);
  return slide;
}

double wall_of(const PlannedSlide& slide, int threads) {
  return threads <= 1 ? slide.cpu_seconds : slide.cpu_seconds / (threads * cohort::kThreadEfficiency);
}

/// Each worker takes the next slide when it is free.
double wall_of(const Plan& plan) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int i = 0; i < std::max(1, plan.options.workers); ++i) free_at.push(0);
  double last = 0;
  for (const PlannedSlide& slide : plan.slides) {
    if (slide.step != Step::Score) continue;
    const double end = free_at.top() + wall_of(slide, plan.options.threads);
    free_at.pop();
    free_at.push(end);
    last = std::max(last, end);
  }
  return last;
}

std::uint64_t side_by_side_bytes(const Plan& plan) {
  std::vector<std::uint64_t> bytes;
  for (const PlannedSlide& slide : plan.slides) {
    if (slide.step == Step::Score) bytes.push_back(slide.memory_bytes);
  }
  std::sort(bytes.begin(), bytes.end(), std::greater<>());
  bytes.resize(std::min(bytes.size(), static_cast<std::size_t>(std::max(1, plan.options.workers))));
  std::uint64_t sum = 0;
  for (const std::uint64_t one : bytes) sum += one;
  return sum;
}

}  // namespace

const char* name(Step step) {
  constexpr std::array<const char*, kSteps> kNames{"score", "done", "missing", "touched"};
  return kNames[static_cast<std::size_t>(step)];
}

Plan make_plan(const std::vector<ManifestRow>& rows, const PlanOptions& options, const StepOf& step_of) {
  Plan plan;
  plan.options = options;
  plan.slides.reserve(rows.size());
  for (const ManifestRow& row : rows) {
    plan.slides.push_back(plan_slide(row, options, step_of));
    const PlannedSlide& slide = plan.slides.back();
    ++plan.by_step[static_cast<std::size_t>(slide.step)];
    if (slide.step != Step::Score) continue;
    plan.bytes += slide.bytes;
    plan.cpu_seconds += slide.cpu_seconds;
    plan.longest_seconds = std::max(plan.longest_seconds, wall_of(slide, options.threads));
  }
  plan.wall_seconds = wall_of(plan);
  plan.memory_bytes = side_by_side_bytes(plan);
  return plan;
}

}  // namespace annulet
