// Regions of Aperio ImageScope, of HALO (the same with <V>) and of ASAP.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <pugixml.hpp>

#include "annulet/region/regions.hpp"
#include "region/drawing.hpp"

namespace annulet::region {
namespace {

// pugixml takes about 64 bytes a node and 40 an attribute; a corner is one node of three attributes.
constexpr std::ptrdiff_t kMostTags = 3 * static_cast<std::ptrdiff_t>(kMostCorners);
constexpr std::ptrdiff_t kMostAttributes = 5 * static_cast<std::ptrdiff_t>(kMostCorners);
constexpr int kDeepestGroups = 32;  // groups of ASAP in groups

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// What a region's outline is made of.
enum class Shape { Polygon, Rectangle, Ellipse, None };

class XmlReader {
 public:
  XmlReader(std::string_view text, Drawing& drawing) : text_(text), drawing_(drawing) {}

  [[noreturn]] void fault(const pugi::xml_node& at, const std::string& what) const {
    refuse(drawing_.file_name(), place(at) + ": " + what, "export the regions again");
  }
  std::string place(const pugi::xml_node& at) const {
    return place_in(text_, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at.offset_debug())));
  }

  /// A number in the C locale, as both programs write it. Does not tell the place unless it must: that takes
  /// as long as the text.
  double number(const pugi::xml_node& of, const char* attribute) const {
    const std::string_view words = of.attribute(attribute).value();
    double value = 0;
    const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), value);
    if (error != std::errc() || end != words.data() + words.size() || words.empty()) {
      fault(of, std::string(attribute) + " is '" + std::string(words.substr(0, 40)) +
                    "', no number with a decimal point");
    }
    return value;
  }

  Corner corner(const pugi::xml_node& of) const {
    const double x = number(of, "X"), y = number(of, "Y");
    const bool fine =
        x >= -kFarthestCorner && x <= kFarthestCorner && y >= -kFarthestCorner && y <= kFarthestCorner;
    return drawing_.corner(x, y, fine ? std::string() : place(of));
  }

  Drawing& drawing() const { return drawing_; }

 private:
  std::string_view text_;
  Drawing& drawing_;
};

/// ImageScope counts its shapes (0 freehand, 1 rectangle, 2 ellipse; 3 an arrow, 4 a ruler), HALO names them.
Shape imagescope_shape(const pugi::xml_node& region) {
  const std::string type = lower(region.attribute("Type").as_string("0"));
  if (type == "0" || type == "polygon" || type == "freehand") return Shape::Polygon;
  if (type == "1" || type == "rectangle") return Shape::Rectangle;
  if (type == "2" || type == "ellipse") return Shape::Ellipse;
  return Shape::None;
}

/// The outline; without corners for what is no region.
Ring outline_of(Shape shape, const Ring& corners) {
  if (shape == Shape::None) return {};
  if (shape == Shape::Rectangle) return rectangle_of(corners);
  return shape == Shape::Ellipse ? ellipse_of(corners) : corners;
}

Ring vertices_of(const XmlReader& xml, const pugi::xml_node& region) {
  Ring corners;
  for (const pugi::xml_node& vertex : region.child("Vertices").children()) {
    if (std::strcmp(vertex.name(), "Vertex") == 0 || std::strcmp(vertex.name(), "V") == 0)
      corners.push_back(xml.corner(vertex));
  }
  return corners;
}

/// A hole belongs to the region of its layer that lies around it.
void cut_hole(Drawing& drawing, std::size_t first_of_layer, const Ring& hole) {
  std::vector<Region>& regions = drawing.regions();
  for (std::size_t i = first_of_layer; i < regions.size() && hole.size() >= 3; ++i) {
    if (!is_inside(regions[i], hole.front())) continue;
    regions[i].rings.push_back(hole);
    return;
  }
  drawing.skip();
}

/// A negative region of a layer that is counted is left out of the count; in other layers it is a hole.
void read_layer(const XmlReader& xml, const pugi::xml_node& layer) {
  Drawing& drawing = xml.drawing();
  const std::string name = layer.attribute("Name").value();
  const RegionRole role = role_of(name);
  const std::size_t first = drawing.regions().size();
  std::vector<Ring> holes;
  for (const pugi::xml_node& region : layer.child("Regions").children("Region")) {
    const std::string negative = lower(region.attribute("NegativeROA").value());
    const bool hole = negative == "1" || negative == "true";
    Ring outline = outline_of(imagescope_shape(region), vertices_of(xml, region));
    if (hole && role != RegionRole::Include) {
      holes.push_back(std::move(outline));
    } else {
      const std::string own = region.attribute("Text").value();
      drawing.add({own.empty() ? name : own, hole ? RegionRole::Exclude : role, {std::move(outline)}});
    }
  }
  for (const Ring& hole : holes) cut_hole(drawing, first, hole);
}

/// Rectangles have their four corners; a spline is what ASAP makes of it when it paints masks: the polygon
/// through its points.
Shape asap_shape(const pugi::xml_node& annotation) {
  const std::string type = lower(annotation.attribute("Type").as_string("Polygon"));
  if (type == "polygon" || type == "spline") return Shape::Polygon;
  return type == "rectangle" ? Shape::Rectangle : Shape::None;
}

class AsapReader {
 public:
  AsapReader(const XmlReader& xml, const pugi::xml_node& root) : xml_(xml) {
    for (const pugi::xml_node& group : root.child("AnnotationGroups").children("Group"))
      parents_[group.attribute("Name").value()] = group.attribute("PartOfGroup").value();
    for (const pugi::xml_node& annotation : root.child("Annotations").children("Annotation"))
      read(annotation);
  }

 private:
  void read(const pugi::xml_node& annotation) const {
    std::map<double, Corner> by_order;
    for (const pugi::xml_node& at : annotation.child("Coordinates").children("Coordinate")) {
      const double order = xml_.number(at, "Order");
      if (!std::isfinite(order)) xml_.fault(at, "Order is no finite number");
      if (!by_order.emplace(order, xml_.corner(at)).second) xml_.fault(at, "the Order stands twice");
    }
    Ring corners;
    for (const auto& [order, corner] : by_order) corners.push_back(corner);
    const std::string name = annotation.attribute("Name").value(),
                      group = annotation.attribute("PartOfGroup").value();
    xml_.drawing().add({name, role(name, group), {outline_of(asap_shape(annotation), corners)}});
  }

  /// The nearest group whose name says more than that it is to be counted.
  RegionRole role(const std::string& name, std::string group) const {
    if (group.empty() || group == "None") return role_of(name);
    for (int depth = 0; depth < kDeepestGroups; ++depth) {
      const RegionRole of_group = role_of(group);
      if (of_group != RegionRole::Include) return of_group;
      const auto parent = parents_.find(group);
      if (parent == parents_.end() || parent->second == "None") break;
      group = parent->second;
    }
    return RegionRole::Include;
  }

  const XmlReader& xml_;
  std::map<std::string, std::string> parents_;
};

void check_size(std::string_view text, const std::string& file_name) {
  if (std::count(text.begin(), text.end(), '<') > 2 * kMostTags ||
      std::count(text.begin(), text.end(), '=') > kMostAttributes) {
    refuse(file_name, fmt::format("more tags than {} corners need", kMostCorners),
           "export fewer annotations, or simplify their outlines");
  }
}

/// A document type could name other files and texts; none of the programs writes one.
void refuse_doctype(const pugi::xml_document& document, std::string_view text, const std::string& file_name) {
  for (const pugi::xml_node& child : document.children()) {
    if (child.type() != pugi::node_doctype) continue;
    refuse(file_name,
           place_in(text, static_cast<std::size_t>(child.offset_debug())) + ": a document type (DOCTYPE)",
           "regions need none: export them again, or remove it");
  }
}

}  // namespace

XmlKind read_xml(std::string_view text, Drawing& drawing) {
  check_size(text, drawing.file_name());
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed) {
    refuse(drawing.file_name(),
           place_in(text, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parsed.offset))) + ": " +
               parsed.description(),
           "export the regions again as XML");
  }
  refuse_doctype(document, text, drawing.file_name());
  const XmlReader xml(text, drawing);
  if (const pugi::xml_node root = document.child("ASAP_Annotations")) {
    AsapReader(xml, root);
    return XmlKind::Asap;
  }
  const pugi::xml_node root = document.child("Annotations");
  if (!root) {
    refuse(drawing.file_name(),
           "this XML is neither of ImageScope (<Annotations>) nor of ASAP (<ASAP_Annotations>)",
           "export the regions from one of them, or as GeoJSON from QuPath");
  }
  for (const pugi::xml_node& layer : root.children("Annotation")) read_layer(xml, layer);
  return XmlKind::ImageScope;
}

}  // namespace annulet::region
