#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "annulet/base/printable.hpp"
#include "annulet/cohort/plan.hpp"
#include "cohort/plan_rates.hpp"

namespace annulet {
namespace {

using Json = nlohmann::ordered_json;

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return fmt::format("{:.{}f} {}", value, unit > 0 && value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string time_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 120) return fmt::format("{} s", whole);
  const std::uint64_t minutes = (whole + 30) / 60;
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

void append_row(std::string& out, const PlannedSlide& slide, const ManifestRow& row) {
  const std::string size = slide.bytes == 0 ? "-" : size_text(slide.bytes);
  const bool score = slide.step == Step::Score;
  fmt::format_to(std::back_inserter(out), "{:<7} {:>8} {:>11} {:>8}  {}", name(slide.step), size,
                 score ? time_text(slide.cpu_seconds) : "-", score ? size_text(slide.memory_bytes) : "-",
                 printable(row.slide));
  if (!slide.lacks.empty()) out += fmt::format("  (not there: {})", printable(slide.lacks));
  out += '\n';
}

void append_sums(std::string& out, const Plan& plan) {
  const std::size_t slides = plan.slides.size();
  out +=
      fmt::format("\n{} slide{}: {} to score ({}), {} done, {} missing", slides, slides == 1 ? "" : "s",
                  plan.of(Step::Score), size_text(plan.bytes), plan.of(Step::Done), plan.of(Step::Missing));
  if (const std::uint64_t touched = plan.of(Step::Touched); touched > 0)
    out += fmt::format(", {} touched (read first, and scored only where they changed)", touched);
  out += '\n';
  out += fmt::format(
      "estimated: {} of CPU; {} with {} worker{} of {} thread{}; {} for the longest slide; up to {} "
      "of memory\n",
      time_text(plan.cpu_seconds), time_text(plan.wall_seconds), plan.options.workers,
      plan.options.workers == 1 ? "" : "s", plan.options.threads, plan.options.threads == 1 ? "" : "s",
      time_text(plan.longest_seconds), size_text(plan.memory_bytes));
  out += fmt::format(
      "Taken from the sizes of the files: {} bytes and {} ns for a pixel of tissue in JPEG at 0.25 "
      "um/px; twice as much or half of it is well possible.\n",
      cohort::kBytesPerTissuePixel, cohort::kCpuNsPerTissuePixel);
}

double tenths(double value) {
  return std::round(value * 10) / 10;
}

/// A name is kept as far as it is UTF-8.
std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json slide_json(const PlannedSlide& slide, const ManifestRow& row) {
  Json json{{"line", row.line}, {"slide", row.slide}, {"step", name(slide.step)}, {"bytes", slide.bytes}};
  if (slide.step == Step::Score) {
    json["cpu_seconds"] = tenths(slide.cpu_seconds);
    json["memory_bytes"] = slide.memory_bytes;
  }
  if (!slide.lacks.empty()) json["lacks"] = slide.lacks;
  return json;
}

Json sums_json(const Plan& plan) {
  return {{"slides", plan.slides.size()},
          {"to_score", plan.of(Step::Score)},
          {"done", plan.of(Step::Done)},
          {"missing", plan.of(Step::Missing)},
          {"touched", plan.of(Step::Touched)},
          {"bytes", plan.bytes},
          {"cpu_seconds", tenths(plan.cpu_seconds)},
          {"workers", plan.options.workers},
          {"threads", plan.options.threads},
          {"wall_seconds", tenths(plan.wall_seconds)},
          {"longest_seconds", tenths(plan.longest_seconds)},
          {"memory_bytes", plan.memory_bytes}};
}

Json rates_json() {
  return {{"bytes_per_tissue_px", cohort::kBytesPerTissuePixel},
          {"cpu_ns_per_tissue_px", cohort::kCpuNsPerTissuePixel},
          {"cpu_seconds_per_slide", cohort::kCpuSecondsPerSlide},
          {"openslide_factor", cohort::kOpenSlideFactor},
          {"cells_per_tissue_px", cohort::kCellsPerTissuePixel},
          {"bytes_per_cell", cohort::kBytesPerCell},
          {"thread_efficiency", cohort::kThreadEfficiency}};
}

}  // namespace

std::string plan_text(const Plan& plan, const std::vector<ManifestRow>& rows) {
  std::string out = fmt::format("{:<7} {:>8} {:>11} {:>8}  {}\n", "step", "file", "CPU", "memory", "slide");
  for (std::size_t i = 0; i < rows.size(); ++i) append_row(out, plan.slides[i], rows[i]);
  append_sums(out, plan);
  return out;
}

std::string plan_json(const Plan& plan, const std::vector<ManifestRow>& rows) {
  std::string out = "{\"schema\":\"annulet-plan-1\",\n\"sums\":" + line_of(sums_json(plan)) +
                    ",\n\"rates\":" + line_of(rates_json()) + ",\n\"slides\":[";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out += line_of(slide_json(plan.slides[i], rows[i]));
  }
  return out + "\n]}\n";
}

}  // namespace annulet
