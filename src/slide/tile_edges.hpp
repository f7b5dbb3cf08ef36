#pragma once
#include <cstdint>
#include <vector>

namespace annulet {

/// What the borders of a decoded tile look like, enough to tell whether it continues the tiles beside it:
/// sums over segments of kSegment px along each side. Filled row by row while the tile is decoded, about 1 %
/// of the time of decoding. One thread.
class TileEdges {
 public:
  static constexpr int kSegment = 8;   ///< px: a block of JPEG, whose mean a damaged stream shifts
  static constexpr int kDeepest = 16;  ///< px from a side to the last line that is looked at
  enum Side { Left, Right, Top, Bottom };

  /// A segment of a side. Sums of kSegment px; a step is the difference of two lines of px side by side.
  struct Segment {
    std::int32_t rgb[3] = {};    ///< of the outermost line
    std::int32_t beside = 0;     ///< largest step of a channel from it to the next line
    std::int32_t at_blocks = 0;  ///< largest step across the borders of JPEG's blocks, 8 and 16 px inside
  };

  /// Before the rows of a tile, of which `used_width` x `used_height` px lie on the slide.
  void begin(int used_width, int used_height);
  /// The next row, 3 bytes a pixel, from the top; rows below the slide are ignored.
  void add_row(const std::uint8_t* rgb);
  /// After the last row.
  void finish();

  const std::vector<Segment>& side(Side which) const { return sides_[which]; }

 private:
  using Lines = std::vector<std::int32_t>;  // sums: line by line, segment by segment, channel by channel
  static constexpr std::size_t kEndBytes = 3 * (kDeepest + 1);
  void add_ends(const std::uint8_t* rgb);
  void keep_ends(int segment);
  void add_line(const std::uint8_t* rgb, Side side, int line);
  void judge(Side side, int segments);

  int used_width_ = 0, used_height_ = 0, row_ = 0;
  Lines lines_[4];
  std::uint16_t ends_[2][kEndBytes] = {};  // sums of the first and the last px of the segment's rows so far
  std::vector<Segment> sides_[4];
};

/// Segments of a border between two tiles that both sides show, at which it steps far more than the picture
/// does beside it; and the number of segments there are. docs/science/integrity.md.
struct SeamSteps {
  int torn = 0, of = 0;
  /// The tiles do not belong together.
  bool broken() const;
};
SeamSteps seam_between(const std::vector<TileEdges::Segment>& one,
                       const std::vector<TileEdges::Segment>& other);

}  // namespace annulet
