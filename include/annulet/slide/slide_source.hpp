#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/slide_info.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// Pixels of a rectangle and which of them are real.
struct SlidePixels {
  RgbImage rgb;  ///< what is not covered is (255, 255, 255)
  Plane<std::uint8_t>
      covered;        ///< 1 where the slide has a pixel, 0 where it is missing, transparent or outside
  bool whole = true;  ///< every pixel is covered
  std::vector<Problem> problems;  ///< in (y, x) order of the file's tiles
};

/// Signs of damage that no decoder tells of, by place.
struct SuspectTiles {
  std::vector<std::pair<Rect<SlideFrame>, Rect<SlideFrame>>> seams;  ///< neighbours that do not fit together
  std::vector<std::vector<Rect<SlideFrame>>> twins;  ///< tiles of the same bytes, at least two each
};

/// A slide opened for reading. Const and safe from many threads at once.
class SlideSource {
 public:
  virtual ~SlideSource() = default;
  virtual const SlideInfo& info() const = 0;
  /// Reads `rect` of `level`, in pixels of that level's own grid (never resampled); the rectangle may reach
  /// outside the level. Buffers of `out` are reused. A tile that is missing or cannot be decoded is a
  /// Problem, not an exception; its pixels are not covered. A tile that several reads touch is told by each,
  /// with the same area. Alpha is never turned into colour. Throws std::bad_alloc, and Error Corrupt where
  /// too much of the file is bad to go on.
  virtual void read(int level, Rect<LevelFrame> rect, SlidePixels& out) const = 0;
  /// Says that `rect` of level 0 will be read once, whole or in parts that no tile straddles. A tile that
  /// several such reads touch may then be kept from the first to the last. Never changes what is read.
  virtual void announce(const Rect<SlideFrame>& rect) const { (void)rect; }
  /// Asks the system to fetch what `rect` of level 0 needs from the disk; returns at once.
  virtual void fetch_ahead(const Rect<SlideFrame>& rect) const { (void)rect; }
  /// What the tiles of level 0 decoded so far look like; of readers that see no tiles: nothing. Of two tiles
  /// that were both decoded the answer depends on their bytes alone. docs/science/integrity.md.
  virtual SuspectTiles suspects() const { return {}; }
  /// Tiles of the file decoded so far by all threads, for run.json; never part of a result.
  std::uint64_t tiles_decoded() const { return tiles_decoded_.load(std::memory_order_relaxed); }

 protected:
  void count_tiles(std::uint64_t decoded) const {
    tiles_decoded_.fetch_add(decoded, std::memory_order_relaxed);
  }

 private:
  mutable std::atomic<std::uint64_t> tiles_decoded_{0};
};

enum class ReaderChoice { Automatic, Tiff, OpenSlide };

/// Opens a slide: tiled TIFF and SVS with JPEG (or uncompressed, LZW, deflate) tiles by libtiff's raw tiles
/// and libjpeg-turbo; every other whole-slide format by OpenSlide; JPEG and PNG pictures (recognised by
/// content, not by name) whole into memory. Throws Error with the contract's codes: NotFound, Permission,
/// NotAFile, Empty, Unsupported, Truncated, Corrupt, OverLimit; the message names the slide, the cause and a
/// remedy. No library sees a file that preflight.hpp refuses. Fluorescence is told by SlideInfo and does not
/// throw. docs/formats/slides.md has the limits.
std::unique_ptr<SlideSource> open_slide(const std::filesystem::path& path,
                                        ReaderChoice choice = ReaderChoice::Automatic);

/// SHA-256 of the slide, of all its files: `SlideWatch(path).digest(at_each_piece)`, see slide_files.hpp.
std::string slide_digest(const std::filesystem::path& path, const std::function<void()>& at_each_piece = {});

/// The pitch to use: the user's over the header's. Throws Error PitchUnknown, PitchOutOfRange, TooCoarse as
/// in contract 2, and OverLimit where the slide would be larger than any glass; appends a caveat
/// `pitch-differs` when both are known and differ by more than 5 %.
Pitch resolve_pitch(const SlideInfo& info, std::optional<double> user_um_per_px,
                    std::vector<Remark>& caveats);

/// Name and version of each library that reads slides, for run.json.
std::vector<std::pair<std::string, std::string>> slide_library_versions();

}  // namespace annulet
