#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "annulet/cell/outline.hpp"
#include "annulet/cell/stain_tile.hpp"

namespace annulet {

/// A nucleus with its star-shaped outline, or an enclosed interior that stands for a hidden one.
struct Nucleus {
  Point<MicroFrame, std::int32_t> centre;  ///< centroid of the outline, 1/64 um from the slide's top left
  std::array<std::uint8_t, kNucleusRays> radius{};  ///< 1/8 um
  bool interior = false;    ///< found from an enclosing membrane; outline shrunk to 0.6
  std::uint16_t area = 0;   ///< 1/8 um2
  std::uint16_t score = 0;  ///< 1/10000; larger is surer
  // features for the kind, as in CellRow
  std::uint16_t haematoxylin_od = 0, haematoxylin_sd = 0, haematoxylin_outside = 0,
                haematoxylin_outside_sd = 0, nucleus_dab_od = 0, edge = 0, edge_quartile = 0,
                min_diameter = 0, max_diameter = 0;
  std::uint8_t weak_edge_share = 0, circularity = 0;
  friend bool operator==(const Nucleus&, const Nucleus&) = default;
};

struct NucleusOptions {
  int gain_percent = 100;  ///< contrast gain of this slide's nuclei, 100 .. 400, from `nucleus_contrast`
  bool interiors = true;   ///< also look for membrane-enclosed interiors (3+ hides nuclei)
};

/// Finds nuclei and interiors on the 0.5 um planes of windows, step by step: spots, outlines, nuclei. A part
/// of the slide needs of its neighbours only what their step before has found, within the reach that stands
/// with the step; so a slide cut into parts in any way has the same nuclei. A window may reach beyond the
/// slide, with planes of 0 there. One per worker: holds scratch, carries nothing from call to call. Integer
/// arithmetic only. docs/science/nuclei.md.
class NucleusFinder {
 public:
  NucleusFinder();
  ~NucleusFinder();

  /// Whether a spot at this place counts.
  using SpotFilter = std::function<bool(Point<MicroFrame, std::int32_t>)>;
  /// Adds the spots that lie in `part` and that none of those that count thins out; the window reaches
  /// `spot_reach_um()` around it.
  void find_spots(const StainTile& window, const NucleusOptions& options, const Rect<WorkFrame>& part,
                  const SpotFilter& counts, NucleusSpots& found);
  static int spot_reach_um();

  /// Adds the outlines accepted around the spots of `part`. `spots` are those of the part and of
  /// `thinning_reach_um()` around it; the window reaches `outline_reach_um()` around it.
  void fit_outlines(const StainTile& window, const NucleusOptions& options, const Rect<WorkFrame>& part,
                    const NucleusSpots& spots, NucleusOutlines& accepted);
  static int thinning_reach_um();
  static int outline_reach_um();

  /// Adds the nuclei whose centre lies in `part`, sorted by (y, x). `outlines` are those of the spots of the
  /// part and of `rival_reach_um()` around it; the window reaches `nucleus_reach_um()` around it.
  void choose_nuclei(const StainTile& window, const NucleusOptions& options, const Rect<WorkFrame>& part,
                     const NucleusOutlines& outlines, std::vector<Nucleus>& chosen);
  static int rival_reach_um();
  static int nucleus_reach_um();

  /// All steps on one window. Every nucleus whose centre lies at least `reach_um()` inside it is exactly the
  /// one that any larger window gives.
  std::vector<Nucleus> operator()(const StainTile& tile, const NucleusOptions& options);
  static int reach_um();

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// Responses of nucleus-sized blobs (LoG at sigma 2.4 um) at their local maxima on the 0.5 um planes, 1/1000
/// OD of the nucleus plane at gain 1, 10 and above. Their 90th percentile is the slide's contrast: under 20
/// where nothing is stained blue.
std::vector<std::int32_t> nucleus_contrast(const StainTile& tile);

/// gain_percent = 15000 / (90th percentile of those of at least 20, 1/1000 OD), limited to 100 .. 400; 100
/// where there are none. Fainter blobs are background: a slide with much of it would be given so much gain
/// that noise gets outlines.
int nucleus_gain_percent(std::vector<std::int32_t> contrasts);

}  // namespace annulet
