#pragma once
// What of each struct goes through the pipe: every member, in the order of its declaration.
#include "annulet/model/cell_check.hpp"
#include "annulet/model/result.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/pipeline/result_message.hpp"
#include "pipeline/message_archive.hpp"

namespace annulet {

namespace message {
static_assert(enumerators<Score>() == 4 && enumerators<CellKind>() == kKinds &&
              enumerators<Pattern>() == kPatterns && enumerators<QcFlag>() == kQcFlags);

template <>
inline constexpr std::uint64_t kMostOf<CellRow> = kMostCells;
template <>
inline constexpr std::uint64_t kMostOf<GradedCell> = kMostCells;
template <>
inline constexpr bool kAsItLies<CellRow> = std::has_unique_object_representations_v<CellRow>;
static_assert(kAsItLies<CellRow>);
}  // namespace message

template <class Archive, class Frame, class T>
void walk_members(Archive& archive, Rect<Frame, T>& value) {
  auto& [x0, y0, x1, y1] = value;
  archive(x0, y0, x1, y1);
}
template <class Archive, class Frame, class T>
void walk_members(Archive& archive, Size<Frame, T>& value) {
  auto& [width, height] = value;
  archive(width, height);
}

ANNULET_MEMBERS(Remark, code, message)
ANNULET_MEMBERS(TraceRow, row, condition, count, of, comparator, percent, held, why, outcome, citation)
ANNULET_MEMBERS(Margin, row, score, cells, percent_points)
ANNULET_MEMBERS(ShareInterval, count, of, low, high)
ANNULET_MEMBERS(RowInterval, row, share, crosses, other_score)
ANNULET_MEMBERS(Flip, cut, in_force, lowest, highest, flips_at, other_score, row)
ANNULET_MEMBERS(Doubt, patterns, rows, block_um, blocks, replicates, replicates_by_score, flips)
ANNULET_MEMBERS(Verdict, score, group, guideline, guideline_digest, rule, trace, reasons, caveats, notes,
                margins, doubt)
ANNULET_MEMBERS(Level, extent, downsample)
ANNULET_MEMBERS(Pitch, x, y, origin)
ANNULET_MEMBERS(SlideInfo, file_name, format, reader, bytes, extent, levels, tile, pitch, objective_power,
                scanned, picture, fluorescence)
ANNULET_MEMBERS(StainVectors, haematoxylin, dab)
ANNULET_MEMBERS(StainModel, id, digest, vectors, origin, white, white_origin, fit_angle_degrees,
                lost_detail_percent)
ANNULET_MEMBERS(TileAccount, expected, analysed, background, missing, undecodable, excluded)
ANNULET_MEMBERS(LimitOfBlank, visible_od, measured_od, cells, area_mm2, source, raised)
ANNULET_MEMBERS(Tally, measurable, unmeasurable, pattern, borrowed_strong_incomplete)
ANNULET_MEMBERS(ModelUse, kind, id, version, digest)
ANNULET_MEMBERS(Problem, kind, what, where)
ANNULET_MEMBERS(TissuePiece, id, area_mm2, bounds)
ANNULET_MEMBERS(TissueMask, pitch_um, piece, pieces, area_mm2)
ANNULET_MEMBERS(QcMap, pitch_um, flag)
ANNULET_MEMBERS(Corner, x, y)
ANNULET_MEMBERS(Region, name, role, rings)
ANNULET_MEMBERS(RegionUse, region, file, digest, from_scanned_corner, clipped, tissue_mm2)
ANNULET_MEMBERS(FieldPicture, name, caption, where, pitch_um, image)
ANNULET_MEMBERS(GradedCell, kind, pattern, completeness, longest_arc, strength_od, median_od, borrowed)
ANNULET_MEMBERS(SlideResult, status, verdict, slide_sha256, slide, pitch, stain, nucleus_gain, tissue_mm2,
                analysed_mm2, excluded_mm2, tiles, limit_of_blank, tally, models, problems, options, scanned,
                cells, graded, tissue, quality, regions, fields, thumbnail, thumbnail_pitch_um)
ANNULET_MEMBERS(RunRecord, version, started, host, threads, seconds_total, seconds, libraries,
                peak_memory_bytes, tiles_decoded, sandbox, result_digest)
ANNULET_MEMBERS(Progress, stage, done, total, cells)

}  // namespace annulet
