#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/cell_row.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// Distance of each cell from the edge of its tissue, um; kFarFromEdge and more are told as kFarFromEdge.
/// Glass of less than 0.005 mm2 within the tissue is no edge, and neither is the slide's border. Chamfer
/// distances on squares of about 4 um, in integers.
std::vector<std::uint16_t> edge_distances(const TissueMask& tissue, const CellTable& cells);
inline constexpr int kFarFromEdge = 400;  ///< um

/// How deep a diffuse brown blush reaches in from the edge, um; 0 where there is none. Told by the nuclei of
/// cells that carry no HER2 (stroma, lymphocytes, benign): brown in them is no membrane's.
int blush_depth(const CellTable& cells, const GradedTable& graded,
                const std::vector<std::uint16_t>& distances);

/// What is said where cells in a blush of this depth, um, count as not measurable; with them the slide would
/// have the score `with`.
std::string blush_words(int depth_um, const std::optional<Score>& with);

/// Where the tumour cells within kEdgeBandUm of the edge stain more than those inside and the score is
/// another without them: the caveat `edge-effect`, with both scores.
std::optional<Remark> edge_effect(const GradedTable& graded, const std::vector<std::uint16_t>& distances,
                                  const Grading& grading, const Guideline& guideline, const Verdict& whole);

/// Stain at the edge of a section dries on or is trapped there to a depth of 100-200 um;
/// docs/science/gates.md.
inline constexpr int kEdgeBandUm = 150;

}  // namespace annulet
