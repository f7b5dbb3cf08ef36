#pragma once
// Good TIFF slides as bytes, and a patcher that breaks them at named places. It shares no code with the
// readers: a fault they had in common would not show.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/phantom/pyramid_writer.hpp"

namespace mangled {

namespace fs = std::filesystem;

/// A folder of one's own, removed with the object.
class Scratch {
 public:
  Scratch() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("annulet-mangled-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    fs::create_directories(path_);
  }
  ~Scratch() { fs::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

inline std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline fs::path write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) std::abort();
  return path;
}

/// A TIFF file that can be patched tag by tag. Directories are counted from 0 along the chain.
class Tiff {
 public:
  explicit Tiff(std::string content) : bytes(std::move(content)) {
    big_endian_ = bytes[0] == 'M';
    big_ = get(2, 2) == 43;
  }

  std::string bytes;

  bool big() const { return big_; }
  std::uint64_t get(std::uint64_t at, int count) const {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) {
      const auto byte = static_cast<std::uint8_t>(bytes.at(at + static_cast<std::uint64_t>(i)));
      value |= std::uint64_t{byte} << 8 * (big_endian_ ? count - 1 - i : i);
    }
    return value;
  }
  void put(std::uint64_t at, int count, std::uint64_t value) {
    for (int i = 0; i < count; ++i) {
      bytes.at(at + static_cast<std::uint64_t>(i)) =
          static_cast<char>(value >> 8 * (big_endian_ ? count - 1 - i : i) & 0xFF);
    }
  }
  int word() const { return big_ ? 8 : 4; }
  std::uint64_t link_at(int index) const {  ///< where the offset of directory `index` is written
    std::uint64_t at = big_ ? 8 : 4;
    for (int i = 0; i < index; ++i) {
      const std::uint64_t directory = get(at, word());
      at = directory + (big_ ? 8 : 2) + get(directory, big_ ? 8 : 2) * (big_ ? 20 : 12);
    }
    return at;
  }
  std::uint64_t directory(int index) const { return get(link_at(index), word()); }
  int directories() const {
    int count = 0;
    while (directory(count) != 0) ++count;
    return count;
  }
  /// Where the entry of the tag begins; aborts where there is none.
  std::uint64_t entry(int index, std::uint16_t tag) const {
    const std::uint64_t at = directory(index);
    const std::uint64_t count = get(at, big_ ? 8 : 2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t here = at + (big_ ? 8 : 2) + i * (big_ ? 20 : 12);
      if (get(here, 2) == tag) return here;
    }
    std::abort();
  }
  void set_tag(int index, std::uint16_t tag, std::uint16_t to) { put(entry(index, tag), 2, to); }
  void set_type(int index, std::uint16_t tag, std::uint16_t to) { put(entry(index, tag) + 2, 2, to); }
  void set_count(int index, std::uint16_t tag, std::uint64_t to) { put(entry(index, tag) + 4, word(), to); }
  /// The word that holds the value, or its offset where it does not fit.
  void set_word(int index, std::uint16_t tag, std::uint64_t to) {
    put(entry(index, tag) + 4 + static_cast<std::uint64_t>(word()), word(), to);
  }
  /// One number, made a LONG: the same in every byte order and width.
  void set_long(int index, std::uint16_t tag, std::uint64_t to) {
    set_type(index, tag, 4);
    set_count(index, tag, 1);
    put(entry(index, tag) + 4 + static_cast<std::uint64_t>(word()), 4, to);
  }
  /// Value number `i` of a tag with several values.
  void set_value(int index, std::uint16_t tag, std::uint64_t i, std::uint64_t to) {
    const Value value = value_at(index, tag, i);
    put(value.at, value.width, to);
  }
  std::uint64_t value(int index, std::uint16_t tag, std::uint64_t i = 0) const {
    const Value found = value_at(index, tag, i);
    return get(found.at, found.width);
  }
  void set_link(int index, std::uint64_t to) { put(link_at(index), word(), to); }

 private:
  struct Value {
    std::uint64_t at;
    int width;
  };
  Value value_at(int index, std::uint16_t tag, std::uint64_t i) const {
    static constexpr int kWidths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    const std::uint64_t at = entry(index, tag);
    const int width = kWidths[get(at + 2, 2)];
    const std::uint64_t words = at + 4 + static_cast<std::uint64_t>(word());
    const bool inside =
        get(at + 4, word()) * static_cast<std::uint64_t>(width) <= static_cast<unsigned>(word());
    return {(inside ? words : get(words, word())) + i * static_cast<std::uint64_t>(width), width};
  }
  bool big_ = false, big_endian_ = false;
};

/// How `made_tiff` writes: uncompressed RGB tiles, levels by 2.
struct Made {
  bool big = false, big_endian = false;
  std::uint32_t side = 256, tile = 64;  ///< px
  int levels = 2;
};

/// A small slide in the stated dialect of TIFF.
inline std::string made_tiff(const Made& how) {
  std::string out;
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i)
      out += static_cast<char>(value >> 8 * (how.big_endian ? count - 1 - i : i) & 0xFF);
  };
  const auto patch = [&](std::size_t at, std::uint64_t value, int count) {
    std::string rest;
    rest.swap(out);
    put(value, count);
    rest.replace(at, static_cast<std::size_t>(count), out);
    out.swap(rest);
  };
  const int word = how.big ? 8 : 4;
  out = how.big_endian ? "MM" : "II";
  put(how.big ? 43 : 42, 2);
  if (how.big) put(8, 2), put(0, 2);
  std::size_t link = out.size();
  put(0, word);
  for (int level = 0; level < how.levels; ++level) {
    const std::uint32_t side = how.side >> level, across = (side + how.tile - 1) / how.tile;
    const std::uint64_t tiles = std::uint64_t{across} * across,
                        bytes = std::uint64_t{how.tile} * how.tile * 3;
    std::vector<std::uint64_t> places;
    for (std::uint64_t t = 0; t < tiles; ++t) {
      places.push_back(out.size());
      for (std::uint64_t i = 0; i < bytes; ++i) out += static_cast<char>(200 + (i * 7 + t) % 50);
    }
    const std::uint64_t offsets = out.size();
    for (const std::uint64_t place : places) put(place, word);
    const std::uint64_t sizes = out.size();
    for (std::uint64_t t = 0; t < tiles; ++t) put(bytes, 4);
    const std::uint64_t depths = out.size();
    for (int c = 0; c < 3; ++c) put(8, 2);
    if (out.size() % 2 != 0) out += '\0';
    patch(link, out.size(), word);
    const auto tag = [&](std::uint16_t id, std::uint16_t type, std::uint64_t count, std::uint64_t value) {
      put(id, 2), put(type, 2), put(count, word);
      const int width = type == 3 ? 2 : type == 4 ? 4 : 8;
      const bool inside = count == 1;
      put(value, inside ? width : word);
      for (int i = inside ? width : word; i < word; ++i) out += '\0';
    };
    put(11, how.big ? 8 : 2);
    tag(256, 4, 1, side), tag(257, 4, 1, side);
    how.big ? tag(258, 3, 1, 8) : tag(258, 3, 3, depths);
    tag(259, 3, 1, 1), tag(262, 3, 1, 2), tag(277, 3, 1, 3), tag(284, 3, 1, 1);
    tag(322, 4, 1, how.tile), tag(323, 4, 1, how.tile);
    tag(324, how.big ? 16 : 4, tiles, tiles == 1 ? places[0] : offsets);
    tag(325, 4, tiles, tiles == 1 ? bytes : sizes);
    link = out.size();
    put(0, word);
  }
  return out;
}

/// A slide as the phantom's writer makes it: JPEG tiles, classic little-endian TIFF, 3 levels or more.
inline std::string phantom_tiff(bool aperio) {
  annulet::RgbImage image(1200, 900);
  for (std::size_t i = 0; i < image.data.size(); ++i)
    image.data[i] = static_cast<std::uint8_t>(120 + (i * 31 + i / 977) % 110);
  const Scratch scratch;
  annulet::PyramidOptions options;
  options.aperio = aperio;
  annulet::write_pyramid_tiff(image, scratch / "phantom.tif", options);
  return read_file(scratch / "phantom.tif");
}

}  // namespace mangled
