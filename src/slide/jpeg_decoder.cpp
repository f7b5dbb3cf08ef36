#include "jpeg_decoder.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstring>

// jpeglib.h needs stdio's FILE and size_t before it.
#include <jerror.h>
#include <jpeglib.h>

namespace annulet {
namespace {

constexpr int kRowsAtOnce = 8;   ///< rows asked of libjpeg in one call: at least its row group of 4:2:0
constexpr int kMostScans = 200;  ///< of a progressive JPEG: more is an attack on our time, not a picture

struct Session {
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct decoder{};
  std::jmp_buf escape{};
  char message[JMSG_LENGTH_MAX] = {};
  int code = 0;
  bool pixels_done = false;
};

Session& session_of(j_common_ptr common) {
  return *static_cast<Session*>(common->client_data);
}

[[noreturn]] void leave(j_common_ptr common) {
  Session& session = session_of(common);
  session.code = common->err->msg_code;
  common->err->format_message(common, session.message);
  std::longjmp(session.escape, 1);
}

// Bytes that a tile has left over between its last pixel and the marker of its end. Encoders may fill up with
// zeros or ones; anything else was meant to be pixels, and those that were decoded are not what was stored.
bool is_filling(j_common_ptr common) {
  const jpeg_source_mgr& source = *reinterpret_cast<j_decompress_ptr>(common)->src;
  const int left_over = common->err->msg_parm.i[0];
  for (int i = 1; i <= left_over; ++i) {
    const JOCTET byte = source.next_input_byte[-i];
    if (byte != 0x00 && byte != 0xFF) return false;
  }
  return true;
}

// A warning means that libjpeg invents pixels and goes on; invented pixels are never scored.
void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;
  const int code = common->err->msg_code;
  const bool harmless = code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
  const bool padding = session_of(common).pixels_done && code == JWRN_EXTRANEOUS_DATA && is_filling(common);
  if (!harmless && !padding) leave(common);
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr common) {
  Session& session = session_of(common);
  if (session.decoder.input_scan_number <= kMostScans) return;
  session.code = 0;
  std::snprintf(session.message, sizeof session.message, "more than %d scans", kMostScans);
  std::longjmp(session.escape, 1);
}

void start(Session& session) {
  session.decoder.err = jpeg_std_error(&session.errors);
  session.errors.error_exit = leave;
  session.errors.emit_message = on_message;
  session.errors.output_message = on_output;
  session.decoder.client_data = &session;
  jpeg_create_decompress(&session.decoder);
  session.decoder.client_data = &session;
  session.progress.progress_monitor = on_progress;
  session.decoder.progress = &session.progress;
}

bool has_end_marker_missing(const Session& session) {
  return session.code == JWRN_JPEG_EOF;
}

// libjpeg-turbo writes rows that begin on 32 bytes past the cache; they are read again at once.
constexpr std::size_t kStreamed = 32;
bool goes_past_the_cache(const std::uint8_t* row) {
  return reinterpret_cast<std::uintptr_t>(row) % kStreamed == 0;
}

void read_rows(Session& session, const TileWindow& window, std::uint8_t* scratch) {
  jpeg_decompress_struct& decoder = session.decoder;
  const int width = static_cast<int>(decoder.output_width), height = static_cast<int>(decoder.output_height);
  const std::size_t row_bytes = static_cast<std::size_t>(width) * 3;
  const bool whole_rows = window.x0 == 0 && window.x1 == width;
  const std::size_t wanted_bytes = static_cast<std::size_t>(window.x1 - window.x0) * 3;
  JSAMPROW rows[kRowsAtOnce];
  for (int y = 0; y < height;) {
    const int count = std::min(kRowsAtOnce, height - y);
    const auto target = [&](int i) {
      return window.to + static_cast<std::size_t>(y + i - window.y0) * window.stride;
    };
    const auto is_wanted = [&](int i) { return y + i >= window.y0 && y + i < window.y1; };
    for (int i = 0; i < count; ++i) {
      const bool direct = whole_rows && is_wanted(i) && !goes_past_the_cache(target(i));
      rows[i] = direct ? target(i) : scratch + static_cast<std::size_t>(i) * row_bytes;
    }
    const int got = static_cast<int>(jpeg_read_scanlines(&decoder, rows, static_cast<JDIMENSION>(count)));
    for (int i = 0; i < got; ++i) {
      if (window.edges != nullptr) window.edges->add_row(rows[i]);
      if (!is_wanted(i) || rows[i] == target(i)) continue;
      std::memcpy(target(i), rows[i] + static_cast<std::size_t>(window.x0) * 3, wanted_bytes);
    }
    y += got;
  }
  session.pixels_done = true;
  jpeg_finish_decompress(&decoder);
}

// Between setjmp and its return nothing here owns memory: longjmp runs no destructor.
bool load_tables(Session& session, std::span<const std::uint8_t> tables) {
  if (setjmp(session.escape) != 0) return false;
  start(session);
  if (tables.empty()) return true;
  jpeg_mem_src(&session.decoder, tables.data(), tables.size());
  if (jpeg_read_header(&session.decoder, FALSE) == JPEG_HEADER_TABLES_ONLY) return true;
  std::snprintf(session.message, sizeof session.message, "the shared JPEG tables hold a picture");
  return false;
}

// Whether the tile itself defines tables, which would stay in the decompressor.
bool brings_tables(std::span<const std::uint8_t> tile) {
  constexpr std::uint8_t kHuffman = 0xC4, kArithmetic = 0xCC, kQuantization = 0xDB, kScan = 0xDA;
  std::size_t at = 2;  // after the marker of the start
  while (at + 4 <= tile.size() && tile[at] == 0xFF) {
    const std::uint8_t marker = tile[at + 1];
    if (marker == kScan) return false;
    if (marker == kHuffman || marker == kArithmetic || marker == kQuantization) return true;
    at += 2 + (std::size_t{tile[at + 2]} << 8 | tile[at + 3]);
  }
  return true;  // not as expected: take no risk
}

bool run_tile(Session& session, std::span<const std::uint8_t> tile, JpegColour colour, int tile_width,
              int tile_height, const TileWindow& window, std::uint8_t* scratch) {
  if (setjmp(session.escape) != 0) return false;
  jpeg_decompress_struct& decoder = session.decoder;
  session.pixels_done = false;
  jpeg_mem_src(&decoder, tile.data(), tile.size());
  jpeg_read_header(&decoder, TRUE);
  if (static_cast<int>(decoder.image_width) != tile_width ||
      static_cast<int>(decoder.image_height) != tile_height || decoder.num_components != 3) {
    std::snprintf(session.message, sizeof session.message,
                  "the tile holds %u x %u px of %d components, not %d x %d of 3", decoder.image_width,
                  decoder.image_height, decoder.num_components, tile_width, tile_height);
    return false;
  }
  decoder.jpeg_color_space = colour == JpegColour::YCbCr ? JCS_YCbCr : JCS_RGB;
  decoder.out_color_space = JCS_RGB;
  decoder.dct_method = JDCT_ISLOW;
  decoder.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&decoder);
  read_rows(session, window, scratch);
  return true;
}

/// Reads the header and says whether the picture is one that is read; its size is in session.decoder.
bool open_picture(Session& session, std::span<const std::uint8_t> data) {
  if (setjmp(session.escape) != 0) return false;
  start(session);
  jpeg_mem_src(&session.decoder, data.data(), data.size());
  jpeg_read_header(&session.decoder, TRUE);
  return true;
}

bool run_picture(Session& session, const TileWindow& window, std::uint8_t* scratch) {
  if (setjmp(session.escape) != 0) return false;
  session.decoder.out_color_space = JCS_RGB;
  session.decoder.dct_method = JDCT_ISLOW;
  session.decoder.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&session.decoder);
  read_rows(session, window, scratch);
  return true;
}

}  // namespace

struct JpegTileDecoder::Decompressor {
  Session session;
  bool prepared = false;  // holds the shared tables and nothing else
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  ~Decompressor() { forget(); }
  void forget() {
    jpeg_destroy_decompress(&session.decoder);
    session = {};
    prepared = false;
  }
};

JpegTileDecoder::JpegTileDecoder() = default;
JpegTileDecoder::~JpegTileDecoder() = default;
JpegTileDecoder::JpegTileDecoder(JpegTileDecoder&&) noexcept = default;

bool JpegTileDecoder::prepare(std::span<const std::uint8_t> tables) {
  if (!decompressor_) decompressor_ = std::make_unique<Decompressor>();
  if (decompressor_->prepared && tables_ == tables.data()) return true;
  decompressor_->forget();
  tables_ = tables.data();
  decompressor_->prepared = load_tables(decompressor_->session, tables);
  return decompressor_->prepared;
}

std::string JpegTileDecoder::decode(std::span<const std::uint8_t> tables, std::span<const std::uint8_t> tile,
                                    JpegColour colour, int tile_width, int tile_height,
                                    const TileWindow& window) {
  constexpr std::size_t kOffStream = kStreamed / 2;
  scratch_.resize(static_cast<std::size_t>(tile_width) * 3 * kRowsAtOnce + 2 * kStreamed);
  std::uint8_t* scratch = scratch_.data();
  while (reinterpret_cast<std::uintptr_t>(scratch) % kStreamed != kOffStream) ++scratch;
  const bool prepared = prepare(tables);
  Session& session = decompressor_->session;
  const bool good = prepared && run_tile(session, tile, colour, tile_width, tile_height, window, scratch);
  std::string fault = good ? "" : session.message;
  if (!good && fault.empty()) fault = "unknown JPEG fault";
  if (!good || brings_tables(tile)) decompressor_->prepared = false;
  return fault;
}

JpegPicture decode_jpeg_picture(std::span<const std::uint8_t> data, std::uint64_t most_pixels) {
  JpegPicture picture;
  Session session;
  bool good = open_picture(session, data);
  if (good) {
    const auto& decoder = session.decoder;
    const std::uint64_t pixels = std::uint64_t{decoder.image_width} * decoder.image_height;
    const std::string size =
        std::to_string(decoder.image_width) + " x " + std::to_string(decoder.image_height);
    if (decoder.num_components != 3) {
      picture.fault = "it has " + std::to_string(decoder.num_components) + " colour components, not 3";
      picture.unsupported = true;
    } else if (pixels > most_pixels) {
      picture.fault = "it is " + size + " px";
      picture.too_large = true;
    } else {
      const int width = static_cast<int>(decoder.image_width),
                height = static_cast<int>(decoder.image_height);
      picture.rgb.resize(width, height);
      std::vector<std::uint8_t> scratch(static_cast<std::size_t>(width) * 3 * kRowsAtOnce);
      const TileWindow window{
          0, 0, width, height, picture.rgb.data.data(), static_cast<std::size_t>(width) * 3};
      good = run_picture(session, window, scratch.data());
    }
  }
  if (!good) {
    picture.fault = session.message;
    picture.cut = has_end_marker_missing(session);
  }
  jpeg_destroy_decompress(&session.decoder);
  return picture;
}

}  // namespace annulet
