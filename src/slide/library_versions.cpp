// jpeglib.h needs what <cstdio> declares before it.
#include <cstdio>

#include <jpeglib.h>
#include <openslide.h>
#include <tiffio.h>

#include "annulet/slide/slide_source.hpp"

#define ANNULET_TEXT_OF(x) #x
#define ANNULET_TEXT(x) ANNULET_TEXT_OF(x)

namespace annulet {

std::vector<std::pair<std::string, std::string>> slide_library_versions() {
  // "LIBTIFF, Version 4.5.0\nCopyright ...": the number is what follows the word.
  const std::string tiff = TIFFGetVersion();
  const std::size_t at = tiff.find("Version ");
  const std::string number =
      at == std::string::npos ? tiff : tiff.substr(at + 8, tiff.find('\n', at) - at - 8);
  return {{"libjpeg-turbo", ANNULET_TEXT(LIBJPEG_TURBO_VERSION)},
          {"libtiff", number},
          {"openslide", openslide_get_version()}};
}

}  // namespace annulet
