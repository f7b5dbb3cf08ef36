#pragma once
#include <optional>
#include <string_view>

#include "annulet/model/slide_info.hpp"
#include "tiff_directory.hpp"

namespace annulet {

/// A whole decimal number, with "." or (as some scanners' locales write) ","; nothing else, no unit. Finite.
std::optional<double> decimal_number(std::string_view text);

/// A pitch stated by a file, or none where a value is not finite, not positive, or coarser than 10 um/px:
/// then it is a default of the writer's (72 dpi is 353 um/px), not a measurement.
Pitch stated_pitch(double x_um, double y_um);

/// Pitch from px per inch (unit 2) or per cm (unit 3); none for other units.
Pitch pitch_of_resolution(double x_per_unit, double y_per_unit, int unit);

/// The value of "key = value" in an Aperio description (fields are separated by "|").
std::optional<double> aperio_number(std::string_view description, std::string_view key);

/// Aperio's MPP, then OME-XML's PhysicalSizeX and Y, then the resolution tags; none where all are silent.
Pitch pitch_of_tiff(const TiffImage& image);

}  // namespace annulet
