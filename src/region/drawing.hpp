#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/model/region.hpp"

namespace annulet::region {

/// Throws Error Usage: "FILE: what; hint".
[[noreturn]] void refuse(const std::string& file_name, const std::string& what, const std::string& hint);

/// "line 12 (byte 340)" of a text.
std::string place_in(std::string_view text, std::size_t byte);

/// Text of a file as UTF-8 without a byte order mark; UTF-16 with one is converted. Throws Error Usage for
/// what is no text that can be read.
std::string utf8_text(std::string_view bytes, const std::string& file_name);

/// The regions of a file while it is read: counts corners over all of them.
class Drawing {
 public:
  explicit Drawing(std::string file_name) : file_name_(std::move(file_name)) {}

  const std::string& file_name() const { return file_name_; }
  /// Throws Error Usage for a corner that is no number, too far away, or one too many. `where` tells its
  /// place.
  Corner corner(double x, double y, const std::string& where);
  /// Rings of fewer than three different corners enclose nothing and are left out; a region without rings is
  /// skipped.
  void add(Region region);
  void skip() { ++skipped_; }

  std::vector<Region>& regions() { return regions_; }
  std::size_t skipped() const { return skipped_; }

 private:
  std::string file_name_;
  std::vector<Region> regions_;
  std::size_t corners_ = 0, skipped_ = 0;
};

/// The corners of a rectangle given by two or more of its corners, parallel to the axes.
Ring rectangle_of(const Ring& corners);
/// A polygon of 64 corners for the ellipse in the rectangle of `corners`.
Ring ellipse_of(const Ring& corners);
/// Whether a place is inside by the even-odd rule.
bool is_inside(const Region& region, const Corner& place);

/// The readers of the formats; `text` is UTF-8.
void read_geojson(std::string_view text, Drawing& drawing);
enum class XmlKind { ImageScope, Asap };
XmlKind read_xml(std::string_view text, Drawing& drawing);

}  // namespace annulet::region
