#include "annulet/pipeline/survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <span>

#include "annulet/pipeline/chromogen_hue.hpp"
#include "annulet/pipeline/quality_finder.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/pipeline/stain_place.hpp"
#include "annulet/pipeline/stain_reader.hpp"
#include "annulet/pipeline/tissue_finder.hpp"
#include "annulet/pixel/stain_fit.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "annulet/region/apply_regions.hpp"

namespace annulet {
namespace {

constexpr int kSampleUm = 256;            // edge of a sampled square
constexpr std::size_t kMostSamples = 24;  // about 1.6 mm2: enough for one percentile
constexpr int kDenseSharePercent = 60;    // of a sample that is tissue
constexpr double kLeastNucleusContrastOd =
    0.02;  // nucleus-sized blobs of a blank core: 0.02, of pale nuclei 0.03
constexpr std::int64_t kWorkPerUm = 2;

/// Squares of kSampleUm full of tissue, evenly spread; the fullest ones where none is full.
std::vector<Rect<WorkFrame>> sample_windows(const TissueMask& tissue) {
  struct Square {
    Rect<WorkFrame> rect;
    std::int64_t tissue_px;
  };
  const int step = std::max(1, static_cast<int>(kSampleUm / tissue.pitch_um));
  std::vector<Square> squares;
  std::int64_t fullest = 0;
  for (int y = 0; y < tissue.piece.height(); y += step) {
    for (int x = 0; x < tissue.piece.width(); x += step) {
      std::int64_t n = 0;
      for (int dy = 0; dy < step && y + dy < tissue.piece.height(); ++dy) {
        for (int dx = 0; dx < step && x + dx < tissue.piece.width(); ++dx)
          n += tissue.piece(x + dx, y + dy) != 0;
      }
      if (n == 0) continue;
      const auto work = [&](int cell) {
        return static_cast<std::int64_t>(cell * tissue.pitch_um * kWorkPerUm);
      };
      squares.push_back(
          {{work(x), work(y), work(x) + kSampleUm * kWorkPerUm, work(y) + kSampleUm * kWorkPerUm}, n});
      fullest = std::max(fullest, n);
    }
  }
  const std::int64_t least =
      std::min<std::int64_t>(fullest, static_cast<std::int64_t>(step) * step * kDenseSharePercent / 100);
  std::erase_if(squares, [&](const Square& s) { return s.tissue_px < least; });
  std::vector<Rect<WorkFrame>> chosen;
  const std::size_t n = std::min(kMostSamples, squares.size());
  for (std::size_t i = 0; i < n; ++i) chosen.push_back(squares[i * squares.size() / n].rect);
  return chosen;
}

void read_native(const SlideSource& source, const Rect<SlideFrame>& rect, SlidePixels& pixels) {
  source.read(0, {rect.x0, rect.y0, rect.x1, rect.y1}, pixels);
}

/// Adds the pixels that the slide covers to one long row: a fit needs no geometry.
void append(RgbImage& row, const SlidePixels& pixels) {
  const std::span<const std::uint8_t> covered = pixels.covered.values();
  for (std::size_t i = 0; i < covered.size(); ++i) {
    if (covered[i] != 0)
      row.data.insert(row.data.end(), &pixels.rgb.data[3 * i], &pixels.rgb.data[3 * i] + 3);
  }
  row.width = static_cast<int>(row.data.size() / 3);
  row.height = 1;
}

/// The stains of this slide in place of the preset that `survey` holds, where they are believable.
void fit_stain(const SlideSource& source, Survey& survey) {
  RgbImage sample;
  const StainReader reader(source, survey.stain, survey.pitch.mean());
  SlidePixels pixels;
  for (const Rect<WorkFrame>& window : sample_windows(survey.counted)) {
    read_native(source, reader.native_rect(window), pixels);
    append(sample, pixels);
  }
  const StainFit fitted = fit_stains(sample, survey.stain.white, survey.stain.vectors);
  survey.stain.fit_angle_degrees = std::max(fitted.haematoxylin_angle_degrees, fitted.dab_angle_degrees);
  if (!fitted.plausible) {
    survey.caveats.push_back({"stain-fit-dropped", "the stains fitted to this slide are not believable (" +
                                                       fitted.why_not + "); the preset " + survey.stain.id +
                                                       " was used"});
    return;
  }
  survey.stain.vectors = fitted.vectors;
  survey.stain.origin = StainOrigin::Fitted;
  survey.stain.id = "fit";
}

/// What a sampled square tells.
struct Sample {
  std::vector<std::int32_t> contrasts;
  ChromaDetail detail;
  BrownPlaces brown;
  ChromogenHue hue;
  std::vector<Problem> problems;  ///< a part of it could not be read: its border looks like contrast
};

std::vector<Sample> take_samples(const SlideSource& source, const Survey& survey, bool coarse, int threads,
                                 const RunControl& control) {
  const std::vector<Rect<WorkFrame>> windows = sample_windows(survey.counted);
  std::vector<Sample> samples(windows.size());
  std::atomic<std::size_t> next{0};
  std::mutex reporting;
  const auto take = [&] {
    StainReader reader(source, survey.stain, survey.pitch.mean());
    SlidePixels pixels;
    for (std::size_t i; (i = next.fetch_add(1)) < windows.size();) {
      {
        const std::lock_guard lock(reporting);
        control.report({"survey", i, windows.size(), 0});
      }
      const Rect<SlideFrame> native = reader.native_rect(windows[i]);
      read_native(source, native, pixels);
      samples[i].problems = pixels.problems;
      if (coarse) samples[i].detail.add(pixels.rgb, pixels.whole ? nullptr : &pixels.covered);
      samples[i].hue = chromogen_hue(pixels.rgb, survey.stain.white);
      const StainTile& tile = reader.unmix(windows[i], native, pixels);
      samples[i].contrasts = nucleus_contrast(tile);
      samples[i].brown = brown_places(tile);
    }
  };
  side_by_side(threads,
               std::vector<std::function<void()>>(static_cast<std::size_t>(thread_count(threads)), take));
  return samples;
}

/// How strong the nuclei are, and how finely a coarse scan carries colour. False where no window could be
/// read as a whole: what they hold then tells nothing of the slide.
bool measure_windows(const SlideSource& source, Survey& survey, int threads, const RunControl& control) {
  const bool coarse = survey.pitch.mean() >= kCoarsePitchUm;
  std::vector<std::int32_t> contrasts;
  ChromaDetail detail;
  BrownPlaces brown;
  ChromogenHue hue;
  std::vector<Sample> samples = take_samples(source, survey, coarse, threads, control);
  for (const Sample& sample : samples)
    survey.problems.insert(survey.problems.end(), sample.problems.begin(), sample.problems.end());
  const auto is_lossy = [](const Sample& sample) { return !sample.problems.empty(); };
  const bool any_whole = !std::all_of(samples.begin(), samples.end(), is_lossy);
  if (any_whole) std::erase_if(samples, is_lossy);
  for (const Sample& sample : samples) {
    contrasts.insert(contrasts.end(), sample.contrasts.begin(), sample.contrasts.end());
    detail.luma += sample.detail.luma;
    detail.chroma += sample.detail.chroma;
    brown += sample.brown;
    hue += sample.hue;
  }
  if (auto caveat = suspect_nuclei(brown)) survey.caveats.push_back(std::move(*caveat));
  if (auto caveat = suspect_chromogen(hue)) survey.caveats.push_back(std::move(*caveat));
  survey.stain.lost_detail_percent = coarse ? detail.lost_percent() : 0;
  std::sort(contrasts.begin(), contrasts.end());
  if (!contrasts.empty()) survey.nucleus_contrast_od = contrasts[(contrasts.size() - 1) * 9 / 10] / 1000.0;
  survey.nuclei.gain_percent = nucleus_gain_percent(std::move(contrasts));
  return any_whole;
}

/// The tissue whose colours tell what the slide is: without ink, unless there is hardly anything else.
const TissueMask& judged_tissue(const Survey& survey) {
  const bool hardly_any = faulty_share(survey.tissue, survey.quality).percent > kMostFaultyPercent;
  return hardly_any ? survey.tissue : survey.counted;
}

void use_regions(Survey& survey, const SlideInfo& info, const std::vector<RegionUse>& regions) {
  survey.regions = regions;
  const RegionRemarks remarks =
      apply_regions(survey.regions, info, survey.pitch.mean(), survey.tissue, survey.quality);
  survey.reasons.insert(survey.reasons.end(), remarks.reasons.begin(), remarks.reasons.end());
  survey.caveats.insert(survey.caveats.end(), remarks.caveats.begin(), remarks.caveats.end());
}

}  // namespace

Survey survey_slide(const SlideSource& source, const Pitch& pitch, const ScoreOptions& options,
                    const RunControl& control, const std::vector<RegionUse>& regions) {
  Survey survey;
  const SlideInfo& info = source.info();
  survey.pitch = pitch;
  control.report({"survey", 0, 1, 0});
  survey.overview = read_overview(source, survey.pitch, control);
  const WhitePoint white = find_white(survey.overview);
  survey.stain = load_stain_preset(options.stain == "fit" ? "hdab-ruifrok" : options.stain);
  survey.stain.white = white.rgb;
  survey.stain.white_origin = WhiteOrigin::Measured;
  survey.tissue = find_tissue(survey.overview, white.rgb, survey.pitch.mean(), info.extent);
  survey.quality = QcMap(survey.tissue);
  find_artefacts(survey.overview, survey.stain, survey.tissue, survey.quality);
  use_regions(survey, info, regions);
  survey.counted = counted_tissue(survey.tissue, survey.quality);
  if (options.stain == "fit") fit_stain(source, survey);
  if (!survey.reasons.empty()) return survey;
  survey.statistics = scope_statistics(survey.overview, survey.stain, judged_tissue(survey));
  if (const auto reason = out_of_scope(survey.statistics, info.fluorescence)) {
    survey.reasons.push_back(*reason);
    return survey;
  }
  if (const auto reason = too_much_excluded(survey.tissue, survey.quality)) {
    survey.reasons.push_back(*reason);
    return survey;
  }
  if (!white.certain) {
    survey.caveats.push_back(
        {"white-uncertain",
         fmt::format("no glass was seen to measure the white point on; {}, {}, {} was used", white.rgb[0],
                     white.rgb[1], white.rgb[2])});
  }
  // Windows that are lost have no contrast, either: what is lost, the scan tells.
  const bool measured = measure_windows(source, survey, options.threads, control);
  if (measured && survey.nucleus_contrast_od < kLeastNucleusContrastOd) {
    survey.reasons.push_back({std::string(name(Code::NoHaematoxylin)),
                              fmt::format("nothing on this slide stands out like a nucleus (contrast {:.3f} "
                                          "OD); is it counterstained and in focus?",
                                          survey.nucleus_contrast_od)});
    return survey;
  }
  if (no_dab_anywhere(survey.statistics)) {
    survey.caveats.push_back({"no-dab-anywhere",
                              "no brown anywhere on the slide: a true null or an assay that did not work; "
                              "the positive control must have been seen"});
  }
  return survey;
}

}  // namespace annulet
