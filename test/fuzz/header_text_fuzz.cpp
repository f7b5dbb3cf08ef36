// What scanners write about themselves: Aperio's fields, OME-XML, resolution tags.
#include <cstring>

#include "slide/header_pitch.hpp"

using namespace annulet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TiffImage image;
  if (size >= 17) {
    std::memcpy(&image.x_resolution, data, 8);
    std::memcpy(&image.y_resolution, data + 8, 8);
    image.resolution_unit = data[16];
    data += 17;
    size -= 17;
  }
  image.description.assign(reinterpret_cast<const char*>(data), size);
  const Pitch pitch = pitch_of_tiff(image);
  if (pitch.known() && !(pitch.x > 0 && pitch.y > 0 && pitch.x < 1e6 && pitch.y < 1e6)) __builtin_trap();
  (void)aperio_number(image.description, "MPP");
  (void)decimal_number(image.description);
  return 0;
}
