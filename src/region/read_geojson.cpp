// GeoJSON (RFC 7946) as QuPath writes it: a FeatureCollection, a Feature, a bare geometry or a list of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "annulet/region/regions.hpp"
#include "region/drawing.hpp"
#include "region/json_check.hpp"

namespace annulet::region {
namespace {

using nlohmann::json;

/// The text of a member; empty where there is none.
std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What is drawn by one geometry.
struct Meaning {
  std::string name;
  RegionRole role = RegionRole::Include;
};

/// QuPath's class, "Tumor: 3+" of several parts; the annotation's own name where it has no class.
std::string class_of(const json& properties) {
  if (!properties.is_object()) return {};
  const auto found = properties.find("classification");
  if (found == properties.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  std::string parts = text_of(*found, "name");
  if (!parts.empty() || !found->is_object() || !found->contains("names") || !(*found)["names"].is_array())
    return parts;
  for (const json& part : (*found)["names"]) {
    if (part.is_string()) parts += (parts.empty() ? "" : ": ") + part.get<std::string>();
  }
  return parts;
}

Meaning meaning_of(const json& properties) {
  const std::string of_class = class_of(properties), own = text_of(properties, "name");
  return {own.empty() ? of_class : own, role_of(of_class.empty() ? own : of_class)};
}

/// Detections, cells and tiles are findings, not regions; so is what QuPath was told to ignore.
bool is_region(const json& properties) {
  std::string type = text_of(properties, "objectType");
  if (type.empty()) type = text_of(properties, "object_type");
  for (const char* finding : {"detection", "cell", "tile", "root"}) {
    if (type == finding) return false;
  }
  const auto ignored = properties.is_object() ? properties.find("isIgnored") : properties.end();
  return ignored == properties.end() || !ignored->is_boolean() || !ignored->get<bool>();
}

class GeoJson {
 public:
  explicit GeoJson(Drawing& drawing) : drawing_(drawing) {}

  void read(const json& item) {
    if (item.is_array()) {
      for (const json& part : item) read(part);
      return;
    }
    const std::string type = text_of(item, "type");
    if (type == "FeatureCollection") {
      const auto features = item.find("features");
      if (features == item.end() || !features->is_array()) fault("a FeatureCollection without 'features'");
      for (const json& feature : *features) read(feature);
    } else if (type == "Feature") {
      read_feature(item);
    } else {
      ++features_;
      read_geometry(item, {});
    }
  }

 private:
  [[noreturn]] void fault(const std::string& what) const {
    refuse(drawing_.file_name(), (features_ > 0 ? where() + ": " : "") + what,
           "export the annotations again as GeoJSON");
  }
  std::string where() const { return fmt::format("object {}", features_); }

  void read_feature(const json& feature) {
    ++features_;
    const auto geometry = feature.find("geometry");
    const auto properties = feature.find("properties");
    const json& of = properties == feature.end() ? none_ : *properties;
    if (geometry == feature.end() || geometry->is_null() || !is_region(of)) {
      drawing_.skip();
    } else {
      read_geometry(*geometry, meaning_of(of));
    }
  }

  void read_geometry(const json& geometry, const Meaning& meaning) {
    const std::string type = text_of(geometry, "type");
    if (type == "Point" || type == "MultiPoint" || type == "LineString" || type == "MultiLineString") {
      drawing_.skip();
      return;
    }
    const bool several = type == "GeometryCollection";
    if (!several && type != "Polygon" && type != "MultiPolygon")
      fault(type.empty() ? "no GeoJSON object: it has no 'type'"
                         : "'" + type.substr(0, 40) + "' is no geometry");
    const char* key = several ? "geometries" : "coordinates";
    const auto parts = geometry.find(key);
    if (parts == geometry.end() || !parts->is_array()) fault("a " + type + " without '" + key + "'");
    if (several) {
      for (const json& part : *parts) read_geometry(part, meaning);
      return;
    }
    Region region{meaning.name, meaning.role, {}};
    if (type == "Polygon") {
      add_rings(*parts, region);
    } else {
      for (const json& polygon : *parts) add_rings(polygon, region);
    }
    drawing_.add(std::move(region));
  }

  /// The first ring of a polygon is its outline, the others are holes: by the even-odd rule all are alike.
  void add_rings(const json& polygon, Region& region) {
    if (!polygon.is_array()) fault("a polygon is no list of rings");
    const std::string place = where();
    for (const json& ring : polygon) {
      if (!ring.is_array()) fault("a ring is no list of corners");
      Ring corners;
      for (const json& corner : ring) {
        if (!corner.is_array() || corner.size() < 2 || !corner[0].is_number() || !corner[1].is_number())
          fault("a corner is not a pair of numbers");
        corners.push_back(drawing_.corner(corner[0].get<double>(), corner[1].get<double>(), place));
      }
      region.rings.push_back(std::move(corners));
    }
  }

  Drawing& drawing_;
  const json none_;
  std::size_t features_ = 0;
};

}  // namespace

void read_geojson(std::string_view text, Drawing& drawing) {
  check_json(text, drawing.file_name());
  GeoJson(drawing).read(json::parse(text.begin(), text.end()));
}

}  // namespace annulet::region
