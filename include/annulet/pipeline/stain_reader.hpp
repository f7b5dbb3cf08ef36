#pragma once
#include <vector>

#include "annulet/cell/stain_tile.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/pipeline/stage_seconds.hpp"
#include "annulet/pipeline/tissue_squares.hpp"
#include "annulet/pixel/coarse_dab.hpp"
#include "annulet/pixel/unmix.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// Makes the planes that cells are measured on from the pixels of a window. A window is read band by band,
/// each a row of the file's tiles: colours are never held for more than a few tiles, both stains at the
/// slide's own pitch for one band. Coarse pixels, whose walls need their colours, are read as one band. One
/// per worker: holds scratch.
class StainReader {
 public:
  /// Where `seen` is given nothing is read beside it: the planes of 0.5 um are 0 there.
  StainReader(const SlideSource& source, const StainModel& stain, double pitch_um,
              const TissueSquares* seen = nullptr);

  /// Planes of `window`, and the DAB of the pixels of `membranes`, a part of it: sharpened where pixels are
  /// coarse, not smoothed yet. Buffers of `out` are reused.
  /// Adds what reading and unmixing cost.
  void read(const Rect<WorkFrame>& window, const Rect<WorkFrame>& membranes, StainTile& out,
            StageSeconds& seconds);
  /// Tells the source what `read` will read of a window, so that no tile is decoded twice.
  void announce(const Rect<WorkFrame>& window) const;
  /// Asks for the bytes of a window.
  void fetch_ahead(const Rect<WorkFrame>& window) const;
  /// What could not be read of that window.
  const std::vector<Problem>& problems() const { return problems_; }

  /// What all windows of the slide have in common.
  void describe(StainTile& tile) const;
  /// Level-0 pixels that belong to `part`: parts side by side share none.
  Rect<SlideFrame> membrane_rect(const Rect<WorkFrame>& part) const;
  /// Makes rows of the plane that rings are measured on, from row `first` on, from DAB that reaches
  /// `smoothing_reach_px()` around them.
  void smooth(const Plane<std::uint8_t>& dab, Plane<std::uint8_t>& smoothed, int first) const;
  int smoothing_reach_px() const;
  /// Level-0 pixels that all planes of a window are made of.
  Rect<SlideFrame> native_rect(const Rect<WorkFrame>& window) const;
  /// Level-0 pixels that the planes of 0.5 um are made of: of whole tiles often only half as many.
  Rect<SlideFrame> work_rect(const Rect<WorkFrame>& window) const;
  /// Planes of `window` at 0.5 um alone, of the pixels at `native`, which covers its work_rect.
  const StainTile& unmix(const Rect<WorkFrame>& window, const Rect<SlideFrame>& native,
                         const SlidePixels& pixels);

 private:
  void begin(const Rect<WorkFrame>& window, const Rect<SlideFrame>& native,
             const Rect<SlideFrame>& membranes);
  void open_band(std::int64_t end);
  void take(const SlidePixels& pixels, const Rect<SlideFrame>& at);
  void close_band();
  void note_uncovered(const SlidePixels& pixels, const Rect<SlideFrame>& at);
  void make_work_rows();
  void make_membrane_rows();
  std::int64_t first_needed_row() const;
  std::int64_t band_end(const Rect<SlideFrame>& native, std::int64_t from) const;
  template <class Visit>
  void each_chunk(const Rect<SlideFrame>& band, Visit&& visit) const;
  template <class Visit>
  void each_read(const Rect<WorkFrame>& window, Visit&& visit) const;
  Rect<SlideFrame> with_spill(Rect<SlideFrame> part, const Rect<SlideFrame>& native) const;
  void leave_empty(const Rect<SlideFrame>& chunk);
  bool is_seen(const Rect<SlideFrame>& chunk) const;
  void forget_unseen();

  const SlideSource& source_;
  const TissueSquares* seen_;
  Unmixer unmixer_;
  CoarseDab coarse_dab_;
  bool coarse_;
  int lost_detail_percent_;
  double pitch_um_;
  SlidePixels pixels_;
  std::vector<Problem> problems_;
  Rect<SlideFrame> native_;                 ///< of the window
  Plane<std::uint8_t> haematoxylin_, dab_;  ///< some rows of it, unmixed
  Plane<std::uint8_t> dab_sharp_, work_rows_;
  std::int64_t band_y0_ = 0, band_y1_ = 0;  ///< level-0 rows that the planes hold
  std::int64_t taken_y1_ = 0;               ///< ... those before it from the band before
  std::int64_t next_work_ = 0;              ///< the first row of 0.5 um that is still to be made
  StainTile tile_;
};

}  // namespace annulet
