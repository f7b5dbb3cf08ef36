#include "header_pitch.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace annulet {
namespace {

constexpr double kCoarsestStated = 10.0;  ///< um/px
constexpr double kUmPerInch = 25400.0, kUmPerCm = 10000.0;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The value of attribute `name` in an XML start tag; no more of XML is needed here.
std::string_view attribute(std::string_view tag, const std::string& name) {
  const std::string opening = " " + name + "=\"";
  const auto at = tag.find(opening);
  if (at == std::string_view::npos) return {};
  const auto value = tag.substr(at + opening.size());
  const auto end = value.find('"');
  return end == std::string_view::npos ? std::string_view{} : value.substr(0, end);
}

/// um in one of the unit; the default of the OME schema is the micrometre. Others are not expected of a
/// slide.
std::optional<double> um_of_unit(std::string_view unit) {
  if (unit.empty() || unit == "\xC2\xB5m" || unit == "\xCE\xBCm" || unit == "um" || unit == "&#181;m" ||
      unit == "&#xB5;m" || unit == "&#x3BC;m") {
    return 1.0;
  }
  if (unit == "nm") return 0.001;
  if (unit == "mm") return 1000.0;
  return std::nullopt;
}

std::optional<double> ome_size(std::string_view tag, const std::string& axis) {
  const auto value = decimal_number(attribute(tag, "PhysicalSize" + axis));
  const auto unit = um_of_unit(attribute(tag, "PhysicalSize" + axis + "Unit"));
  if (!value || !unit) return std::nullopt;
  return *value * *unit;
}

Pitch pitch_of_ome(std::string_view xml) {
  const auto at = xml.find("<Pixels ");
  if (at == std::string_view::npos) return {};
  const std::string_view tag = xml.substr(at, xml.find('>', at) - at);
  const auto x = ome_size(tag, "X"), y = ome_size(tag, "Y");
  return x && y ? stated_pitch(*x, *y) : Pitch{};
}

}  // namespace

std::optional<double> decimal_number(std::string_view text) {
  std::string number(trimmed(text));
  const auto comma = number.find(',');
  if (comma != std::string::npos && number.find('.') == std::string::npos) number[comma] = '.';
  double value = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (failure != std::errc{} || end != number.data() + number.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Pitch stated_pitch(double x_um, double y_um) {
  const auto plausible = [](double um) { return std::isfinite(um) && um > 0 && um <= kCoarsestStated; };
  if (!plausible(x_um) || !plausible(y_um)) return {};
  return {x_um, y_um, PitchOrigin::Header};
}

Pitch pitch_of_resolution(double x_per_unit, double y_per_unit, int unit) {
  if (unit != 2 && unit != 3) return {};
  const double um = unit == 2 ? kUmPerInch : kUmPerCm;
  return stated_pitch(um / x_per_unit, um / y_per_unit);
}

std::optional<double> aperio_number(std::string_view description, std::string_view key) {
  while (!description.empty()) {
    const auto bar = description.find('|');
    const std::string_view field = description.substr(0, bar);
    const auto equals = field.find('=');
    if (equals != std::string_view::npos && trimmed(field.substr(0, equals)) == key) {
      return decimal_number(field.substr(equals + 1));
    }
    if (bar == std::string_view::npos) break;
    description.remove_prefix(bar + 1);
  }
  return std::nullopt;
}

Pitch pitch_of_tiff(const TiffImage& image) {
  const std::string& description = image.description;
  if (description.rfind("Aperio", 0) == 0) {
    const auto mpp = aperio_number(description, "MPP");
    if (mpp) return stated_pitch(*mpp, *mpp);
  }
  if (description.find("<OME") != std::string::npos) {
    const Pitch ome = pitch_of_ome(description);
    if (ome.known()) return ome;
  }
  return pitch_of_resolution(image.x_resolution, image.y_resolution, image.resolution_unit);
}

}  // namespace annulet
