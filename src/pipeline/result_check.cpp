// What a result from a process that read foreign bytes must keep to, so that no writer of files can be led
// astray by it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/model/cell_check.hpp"
#include "annulet/pipeline/result_message.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kMostAcross = std::int64_t{1} << 31;  // px of a slide; TIFF has 32 bits
constexpr double kFinestUm = 1e-3, kCoarsestUm = 1e4;        // um per px of anything
constexpr int kLongestPictureSide = 1 << 12;  // px; the thumbnail has 1400, a field at most 2000
constexpr std::size_t kMostFields = 3;        // read_fields
constexpr std::size_t kLongestCaption = 1 << 10;
constexpr double kLooseEdge = 3;             // px by which pictures and masks may miss the slide's border
constexpr std::int64_t kAllCells = 100'000;  // 1/1000 %
constexpr int kMostOfACut = 1 << 16;         // 1/1000 OD or 1/1000 of the perimeter
constexpr std::uint16_t kWhole = 1000;       // of GradedCell's shares

void must(bool holds, const char* what) {
  if (!holds) throw Error(Code::Crashed, std::string("its reply is no result: ") + what);
}

void must_be(const char* fault) {
  must(fault == nullptr, fault);
}

bool sensible_pitch(double um) {
  return um >= kFinestUm && um <= kCoarsestUm;
}

bool sensible_rect(const Rect<SlideFrame>& r) {
  const auto near = [](std::int64_t v) { return v >= -kMostAcross && v <= 2 * kMostAcross; };
  return near(r.x0) && near(r.y0) && near(r.x1) && near(r.y1);
}

bool is_pitch(const Pitch& pitch) {
  return pitch.x >= 0 && pitch.x <= kMostAcross && pitch.y >= 0 && pitch.y <= kMostAcross;
}

void check_places(const SlideResult& result) {
  check_slide(result.slide);
  must(is_pitch(result.pitch), "its um per px is none");
  for (const Problem& problem : result.problems)
    must(sensible_rect(problem.where), "a problem in it is far off the slide");
  must(result.tiles.expected == 0 || result.tiles.balanced(), "its tiles do not add up");
}

bool has_scale(const SlideResult& result) {
  return result.pitch.known() && sensible_pitch(result.pitch.mean());
}

/// What is drawn of the whole slide covers it, so that a place on the slide is a place in every picture.
bool covers(const SlideResult& result, int width, int height, double pitch_um) {
  const auto fits = [&](int px, std::int64_t slide_px) {
    return std::abs(px * pitch_um - static_cast<double>(slide_px) * result.pitch.mean()) <=
           kLooseEdge * pitch_um;
  };
  return has_scale(result) && sensible_pitch(pitch_um) && fits(width, result.slide.extent.width) &&
         fits(height, result.slide.extent.height);
}

bool drawable(const RgbImage& image) {
  return image.width > 0 && image.height > 0 && image.width <= kLongestPictureSide &&
         image.height <= kLongestPictureSide;
}

void check_field(const SlideResult& result, const FieldPicture& field) {
  const Rect<SlideFrame>& where = field.where;
  must(has_scale(result) && drawable(field.image) && sensible_pitch(field.pitch_um),
       "a picture in it is none");
  must(!where.empty() && where.x0 >= 0 && where.y0 >= 0 && where.x1 <= result.slide.extent.width &&
           where.y1 <= result.slide.extent.height,
       "a picture in it is of a place off the slide");
  const auto fits = [&](int px, std::int64_t slide_px) {
    return std::abs(px * field.pitch_um - static_cast<double>(slide_px) * result.pitch.mean()) <=
           field.pitch_um;
  };
  must(fits(field.image.width, where.width()) && fits(field.image.height, where.height()),
       "a picture in it is not of the place that it names");
  must(field.name.size() <= kLongestCaption && field.caption.size() <= kLongestCaption,
       "a picture in it has a caption without an end");
}

void check_pictures(const SlideResult& result) {
  const RgbImage& thumbnail = result.thumbnail;
  must((thumbnail.width == 0 && thumbnail.height == 0) ||
           (drawable(thumbnail) &&
            covers(result, thumbnail.width, thumbnail.height, result.thumbnail_pitch_um)),
       "its thumbnail is not one of its slide");
  must(result.fields.size() <= kMostFields, "it has more fields than are chosen");
  for (const FieldPicture& field : result.fields) check_field(result, field);
}

void check_regions(const SlideResult& result) {
  const auto near = [](double px) { return std::abs(px) <= 2 * static_cast<double>(kMostAcross); };
  for (const RegionUse& use : result.regions) {
    for (const Ring& ring : use.region.rings) {
      must(std::all_of(ring.begin(), ring.end(),
                       [&](const Corner& corner) { return near(corner.x) && near(corner.y); }),
           "a region in it is far off the slide");
    }
  }
}

void check_masks(const SlideResult& result) {
  const TissueMask& tissue = result.tissue;
  must(tissue.piece.empty() || covers(result, tissue.piece.width(), tissue.piece.height(), tissue.pitch_um),
       "its tissue is not that of its slide");
  std::vector<bool> listed(std::size_t{1} << 16);
  listed[0] = true;  // background
  int last = 0;
  for (const TissuePiece& piece : tissue.pieces) {
    must(piece.id > last && sensible_rect(piece.bounds), "a piece of tissue in it is out of order");
    last = piece.id;
    listed[piece.id] = true;
  }
  std::uint16_t known = 0;
  for (const std::uint16_t id : tissue.piece.values()) {
    if (id == known) continue;
    must(listed[id], "its tissue has a piece that is not listed");
    known = id;
  }
  const Plane<std::uint8_t>& flag = result.quality.flag;
  must(flag.width() == tissue.piece.width() && flag.height() == tissue.piece.height() &&
           (flag.empty() || result.quality.pitch_um == tissue.pitch_um),
       "its quality map is not that of its tissue");
  std::uint8_t most = 0;
  for (const std::uint8_t f : flag.values()) most = f > most ? f : most;
  must(most < kQcFlags, "its quality map has a flag without a name");
}

void check_cells(const SlideResult& result) {
  const CellTable& cells = result.cells;
  must(result.graded.size() == cells.size(), "its cells and their grades differ in number");
  must(cells.empty() || result.scanned, "it has cells without a scan");
  must_be(fault_of_rows(cells));
  must_be(fault_of_places(cells, static_cast<double>(result.slide.extent.width) * result.pitch.mean(),
                          static_cast<double>(result.slide.extent.height) * result.pitch.mean()));
}

/// The tally is what the grades add up to.
void check_tally(const SlideResult& result) {
  std::array<std::array<std::uint64_t, kPatterns>, kKinds> counted{};
  for (const GradedCell& graded : result.graded) {
    must(graded.completeness <= kWhole && graded.longest_arc <= kWhole,
         "a share in it is more than the whole");
    ++counted[static_cast<std::size_t>(graded.kind)][static_cast<std::size_t>(graded.pattern)];
  }
  must(counted == result.tally.pattern, "its tally is not that of its cells");
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    std::uint64_t sum = result.tally.unmeasurable[kind], all = 0;
    for (const auto& of_completeness : result.tally.measurable[kind]) {
      for (const auto& of_arc : of_completeness) {
        for (const std::uint64_t of_strength : of_arc) sum += of_strength;
      }
    }
    for (const std::uint64_t of_pattern : counted[kind]) all += of_pattern;
    must(sum == all, "its tally does not add up");
  }
}

/// Counts are of cells, shares between none and all.
void check_numbers(const Verdict& verdict) {
  const auto few = [](std::uint64_t count) { return count <= kMostCells; };
  const auto sensible = [&](const ShareInterval& share) {
    return few(share.count) && few(share.of) && share.low >= 0 && share.low <= kAllCells && share.high >= 0 &&
           share.high <= kAllCells;
  };
  for (const TraceRow& row : verdict.trace)
    must(few(row.count) && few(row.of) && row.percent >= 0 && row.percent <= 100,
         "a row of its trace counts what it cannot");
  constexpr auto kMost = static_cast<std::int64_t>(kMostCells);
  for (const Margin& margin : verdict.margins)
    must(margin.cells >= -kMost && margin.cells <= kMost, "a margin in it is of more cells than there are");
  const Doubt& doubt = verdict.doubt;
  must(std::all_of(doubt.patterns.begin(), doubt.patterns.end(), sensible) &&
           std::all_of(doubt.rows.begin(), doubt.rows.end(),
                       [&](const RowInterval& row) { return sensible(row.share); }),
       "an interval in it is none");
  must(doubt.block_um >= 0 && doubt.replicates >= 0 &&
           std::all_of(doubt.replicates_by_score.begin(), doubt.replicates_by_score.end(), few),
       "its intervals were drawn less than never");
  const auto cut = [](int value) { return value >= 0 && value <= kMostOfACut; };
  for (const Flip& flip : doubt.flips)
    must(cut(flip.in_force) && cut(flip.lowest) && cut(flip.highest) && cut(flip.flips_at.value_or(0)),
         "a cut in it is none");
}

void check_status(const SlideResult& result) {
  const bool scored = result.status == Status::Scored || result.status == Status::ScoredWithCaveats;
  must(scored == result.verdict.score.has_value(), "its status does not go with its score");
  must(!scored || result.scanned, "it has a score without a scan");
  must(!result.scanned || has_scale(result), "it has a scan without um per px");
  must(scored || !result.verdict.reasons.empty(), "it has neither a score nor a reason");
}

}  // namespace

void check_slide(const SlideInfo& slide) {
  const auto fits = [](auto size) {
    return size.width >= 0 && size.width <= kMostAcross && size.height >= 0 && size.height <= kMostAcross;
  };
  bool levels = fits(slide.extent) && fits(slide.tile);
  for (const Level& level : slide.levels)
    levels = levels && fits(level.extent) && level.downsample >= 0 && level.downsample <= kMostAcross;
  must(levels, "the slide in it is larger than any");
  must(is_pitch(slide.pitch), "its um per px is none");
}

void check_result(const SlideResult& result) {
  check_status(result);
  check_places(result);
  check_pictures(result);
  check_regions(result);
  check_masks(result);
  check_cells(result);
  check_tally(result);
  check_numbers(result.verdict);
}

}  // namespace annulet
