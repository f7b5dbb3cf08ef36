#include "annulet/slide/jpeg_encoder.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// jpeglib.h needs stdio's FILE and size_t before it.
#include <jpeglib.h>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

struct Session {
  jpeg_error_mgr errors{};
  jpeg_compress_struct encoder{};
  std::jmp_buf escape{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
};

[[noreturn]] void leave(j_common_ptr common) {
  std::longjmp(static_cast<Session*>(common->client_data)->escape, 1);
}

void on_message(j_common_ptr, int) {}

// Between setjmp and its return nothing here owns memory: longjmp runs no destructor.
bool run(Session& session, const RgbImage& image, int quality, bool subsample) {
  if (setjmp(session.escape) != 0) return false;
  jpeg_compress_struct& encoder = session.encoder;
  encoder.err = jpeg_std_error(&session.errors);
  session.errors.error_exit = leave;
  session.errors.emit_message = on_message;
  encoder.client_data = &session;
  jpeg_create_compress(&encoder);
  encoder.client_data = &session;
  jpeg_mem_dest(&encoder, &session.bytes, &session.size);
  encoder.image_width = static_cast<JDIMENSION>(image.width);
  encoder.image_height = static_cast<JDIMENSION>(image.height);
  encoder.input_components = 3;
  encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, quality, TRUE);
  encoder.dct_method = JDCT_ISLOW;
  encoder.comp_info[0].h_samp_factor = encoder.comp_info[0].v_samp_factor = subsample ? 2 : 1;
  jpeg_start_compress(&encoder, TRUE);
  while (encoder.next_scanline < encoder.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row(static_cast<int>(encoder.next_scanline)));
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  return true;
}

}  // namespace

std::string encode_jpeg(const RgbImage& image, int quality, bool subsample) {
  expects(image.width > 0 && image.height > 0, "a picture to encode has pixels");
  Session session;
  const bool done = run(session, image, quality, subsample);
  jpeg_destroy_compress(&session.encoder);
  std::string out;
  if (done) out.assign(reinterpret_cast<const char*>(session.bytes), session.size);
  std::free(session.bytes);
  expects(done, "a picture can be encoded");
  return out;
}

}  // namespace annulet
