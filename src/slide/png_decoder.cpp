#include "png_decoder.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>

namespace annulet {
namespace {

constexpr std::uint8_t kOpaque = 255;

/// libpng at work on bytes in memory. Between setjmp and its return nothing may own memory: longjmp runs no
/// destructor.
struct Session {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::span<const std::uint8_t> left;
  char message[128] = {};
  std::jmp_buf escape{};
  int width = 0, height = 0, channels = 0;
  bool unsupported = false;

  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void leave(png_structp png, png_const_charp message) {
  Session& session = *static_cast<Session*>(png_get_error_ptr(png));
  std::strncpy(session.message, message, sizeof session.message - 1);
  std::longjmp(session.escape, 1);
}

void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep to, png_size_t count) {
  Session& session = *static_cast<Session*>(png_get_io_ptr(png));
  if (count > session.left.size()) png_error(png, "the data end too early");
  std::memcpy(to, session.left.data(), count);
  session.left = session.left.subspan(count);
}

/// Palettes become colours, transparency of any kind an alpha channel.
bool open(Session& session) {
  if (setjmp(session.escape) != 0) return false;
  session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, leave, on_warning);
  if (session.png == nullptr) return false;
  session.info = png_create_info_struct(session.png);
  if (session.info == nullptr) return false;
  png_set_read_fn(session.png, &session, read_bytes);
  png_read_info(session.png, session.info);
  session.unsupported = (png_get_color_type(session.png, session.info) & PNG_COLOR_MASK_COLOR) == 0 ||
                        png_get_bit_depth(session.png, session.info) > 8;
  if (session.unsupported) return false;
  png_set_palette_to_rgb(session.png);
  if (png_get_valid(session.png, session.info, PNG_INFO_tRNS) != 0) png_set_tRNS_to_alpha(session.png);
  png_set_interlace_handling(session.png);
  png_read_update_info(session.png, session.info);
  session.width = static_cast<int>(png_get_image_width(session.png, session.info));
  session.height = static_cast<int>(png_get_image_height(session.png, session.info));
  session.channels = png_get_channels(session.png, session.info);
  return true;
}

bool read_rows(Session& session, png_bytepp rows) {
  if (setjmp(session.escape) != 0) return false;
  png_read_image(session.png, rows);
  png_read_end(session.png, nullptr);
  return true;
}

void copy_row(const std::uint8_t* from, int channels, int width, std::uint8_t* to, std::uint8_t* covered) {
  for (int x = 0; x < width; ++x, from += channels, to += 3) {
    const bool opaque = channels == 3 || from[3] == kOpaque;
    covered[x] = opaque ? 1 : 0;
    for (int c = 0; c < 3; ++c) to[c] = opaque ? from[c] : std::uint8_t{255};
  }
}

}  // namespace

PngPicture decode_png_picture(std::span<const std::uint8_t> data) {
  PngPicture picture;
  Session session;
  session.left = data;
  const auto refuse = [&] {
    picture.unsupported = session.unsupported;
    picture.fault = *session.message != '\0' ? session.message : "libpng refuses it";
    return picture;
  };
  if (!open(session)) return refuse();
  const std::size_t line =
      static_cast<std::size_t>(session.width) * static_cast<std::size_t>(session.channels);
  std::vector<std::uint8_t> samples(line * static_cast<std::size_t>(session.height));
  std::vector<png_bytep> rows;
  for (std::size_t at = 0; at < samples.size(); at += line) rows.push_back(samples.data() + at);
  if (!read_rows(session, rows.data())) return refuse();
  picture.pixels.rgb.resize(session.width, session.height);
  picture.pixels.covered.resize(session.width, session.height);
  for (int y = 0; y < session.height; ++y) {
    copy_row(rows[static_cast<std::size_t>(y)], session.channels, session.width, picture.pixels.rgb.row(y),
             picture.pixels.covered.row(y));
  }
  return picture;
}

}  // namespace annulet
