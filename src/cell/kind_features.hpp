#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "annulet/model/cell_row.hpp"

namespace annulet {

class KindNeighbourhood;
struct KindScratch;

/// What the kind of a cell is judged from: its own nucleus and the nuclei around it, no DAB. Every value is a
/// whole number in the unit named; the names are those of models/kind/*.toml.
enum class KindFeature : std::uint8_t {
  Area,            ///< 1/8 um2
  MinDiameter,     ///< 1/16 um
  MaxDiameter,     ///< 1/16 um
  Elongation,      ///< largest over least diameter, 1/100
  Circularity,     ///< 1/250
  WeakEdges,       ///< rays with hardly an edge, of 32
  Contrast,        ///< haematoxylin inside less outside, 1/100 of the slide's strong contrast
  Edge,            ///< 1/100 of the slide's strong contrast
  EdgeEvenness,    ///< lower quartile of the edge over its mean, 1/100
  Texture,         ///< standard deviation of haematoxylin inside over the contrast, 1/100
  Outside,         ///< haematoxylin outside, 1/100 of the slide's strong contrast
  OutsideTexture,  ///< standard deviation outside, 1/100 of the slide's strong contrast
  Nearest,         ///< distance to the next nucleus, 1/16 um
  Count30,         ///< nuclei within 30 um
  Area30Median,    ///< of the nuclei within 30 um, itself with them, 1/8 um2
  Area30Upper,     ///< 75th percentile
  Elongation30,    ///< median within 30 um, 1/100
  Contrast30,      ///< median within 30 um, 1/100 of the slide's strong contrast
  Circularity30,   ///< median within 30 um, 1/250
  Weak30,          ///< median of the weak rays within 30 um, of 32
  Count100,        ///< nuclei within 100 um
  Area100Upper,    ///< 75th percentile of the area within 100 um, 1/8 um2
  Large30,         ///< share of nuclei within 30 um that are large for this slide, 1/100
  AreaRelative,    ///< area over the slide's large area, 1/100
  Area30Relative,  ///< 75th percentile within 30 um over the slide's large area, 1/100
};
inline constexpr int kKindFeatures = 25;
using KindFeatures = std::array<std::int32_t, kKindFeatures>;

std::string_view name(KindFeature feature);

/// Gives the features of the rows of a table sorted by `before`, which must outlive it. Rows without a seen
/// nucleus (interiors) have features too, but are nobody's neighbours. Any thread, each with a scratch of
/// its own. Keeps 40 bytes a nucleus; cost a row: the nuclei within some 130 um.
class KindFeatureReader {
 public:
  explicit KindFeatureReader(const CellTable& cells);
  ~KindFeatureReader();
  KindFeatures operator()(std::size_t index, KindScratch& scratch) const;

 private:
  const CellTable& cells_;
  std::int32_t strong_, large_;
  std::unique_ptr<const KindNeighbourhood> neighbourhood_;
};

/// Features of every row.
std::vector<KindFeatures> kind_features(const CellTable& cells);

/// The features of a row's own nucleus; the others are 0. `strong` and `large`: as below.
KindFeatures own_features(const CellRow& row, std::int32_t strong, std::int32_t large);

/// 85th percentile of (haematoxylin inside - outside) over the seen nuclei, 1/1000 OD, at least 1: what is a
/// strong contrast on this slide.
std::int32_t strong_contrast(const CellTable& cells);

/// 90th percentile of the area of the seen nuclei with a clear outline, 1/8 um2, at least 1: what is large on
/// this slide.
std::int32_t large_area(const CellTable& cells);

}  // namespace annulet
