#pragma once
// How values go through a pipe and come back: one list of members a struct serves both ways. What is read is
// taken as hostile: every length is compared with a limit before memory is asked for, enumerators and flags
// are in their range, numbers are finite.
#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "annulet/base/hand_back.hpp"
#include "annulet/base/plane.hpp"

/// The members of a struct, all and in their order: one that is left out does not compile.
#define ANNULET_MEMBERS(Type, ...)                                \
  template <class Archive, annulet::message::ThisOrConst<Type> T> \
  void walk_members(Archive& archive, T& value) {                 \
    auto& [__VA_ARGS__] = value;                                  \
    archive(__VA_ARGS__);                                         \
  }

namespace annulet::message {

template <class T, class Type>
concept ThisOrConst = std::same_as<std::remove_const_t<T>, Type>;

/// What came is no message of ours.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether a value of an enumeration has a name: the compiler writes one without as "(Type)7".
template <auto value>
consteval bool has_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  return text[text.rfind("value = ") + 8] != '(';
}
/// How many enumerators an enumeration has that starts at 0 and has no gaps.
template <class E, int count = 0>
consteval int enumerators() {
  if constexpr (has_name<static_cast<E>(count)>()) {
    return enumerators<E, count + 1>();
  } else {
    return count;
  }
}

// Bytes of addresses taken for a list that was only announced: 16 million cells.
inline constexpr std::size_t kMostAhead = std::size_t{4} << 30;
inline constexpr std::uint64_t kMostText = std::uint64_t{1} << 16;      // bytes of one string
inline constexpr std::uint64_t kMostElements = std::uint64_t{1} << 20;  // of one list
inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 26;    // of one plane or picture
inline constexpr std::uint64_t kMostSmall = std::uint64_t{1} << 29;     // bytes of everything but cells

/// Of one list of T.
template <class T>
inline constexpr std::uint64_t kMostOf = kMostElements;
/// True for values without gaps in which every byte has a meaning: long lists of them travel as they lie in
/// memory, piece by piece, and are gone where they came from.
template <class T>
inline constexpr bool kAsItLies = false;
inline constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes: about what a pipe holds

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

class Writer {
 public:
  using Sink = std::function<void(const void*, std::size_t)>;
  explicit Writer(Sink sink) : sink_(std::move(sink)) { buffer_.reserve(kBuffer); }

  template <class... T>
  void operator()(T&... members) {
    (put(members), ...);
  }
  void raw(const void* data, std::size_t bytes) {
    if (bytes == 0) return;
    if (buffer_.size() + bytes > kBuffer) flush();
    if (bytes > kBuffer) return sink_(data, bytes);
    const char* at = static_cast<const char*>(data);
    buffer_.insert(buffer_.end(), at, at + bytes);
  }
  void flush() {
    if (!buffer_.empty()) sink_(buffer_.data(), buffer_.size());
    buffer_.clear();
  }

  void put(const Number auto& number) { raw(&number, sizeof number); }
  void put(const bool& flag) {
    const auto byte = static_cast<std::uint8_t>(flag ? 1 : 0);
    put(byte);
  }
  template <class E>
  requires std::is_enum_v<E>
  void put(const E& value) {
    const auto number = static_cast<std::int32_t>(value);
    put(number);
  }
  void put(const std::string& text) {
    const std::uint64_t length = std::min<std::uint64_t>(text.size(), kMostText);
    put(length);
    raw(text.data(), length);
  }
  template <class T>
  void put(std::vector<T>& list) {
    put_count(list.size());
    if constexpr (kAsItLies<T>) {
      flush();
      for (std::size_t first = 0, last; first < list.size(); first = last) {
        last = std::min(list.size(), first + kPiece / sizeof(T));
        sink_(list.data() + first, (last - first) * sizeof(T));
        hand_back(list.data() + first, list.data() + last);
      }
    } else {
      for (T& value : list) put(value);
    }
  }
  template <class T>
  void put(std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class K, class V>
  void put(std::map<K, V>& entries) {
    put_count(entries.size());
    for (auto& [key, value] : entries) (*this)(key, value);
  }
  template <class T, std::size_t N>
  void put(std::array<T, N>& values) {
    for (T& value : values) put(value);
  }
  template <Number T>
  void put(Plane<T>& plane) {
    const std::int32_t width = plane.width(), height = plane.height();
    (*this)(width, height);
    raw(plane.data(), plane.size() * sizeof(T));
  }
  void put(RgbImage& image) {
    (*this)(image.width, image.height);
    raw(image.data.data(), image.data.size());
  }
  template <class T>
  requires requires(Writer& writer, T& value) { walk_members(writer, value); }
  void put(T& value) { walk_members(*this, value); }
  void put_count(std::uint64_t count) { put(count); }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 16;
  Sink sink_;
  std::vector<char> buffer_;
};

class Reader {
 public:
  /// Takes up to so many bytes as they come; 0 at the end.
  using Source = std::function<std::size_t(void*, std::size_t)>;
  explicit Reader(Source source, std::uint64_t budget = kMostSmall)
      : source_(std::move(source)), buffer_(kBuffer), budget_(budget) {}

  template <class... T>
  void operator()(T&... members) {
    (get(members), ...);
  }
  /// Counts against the budget.
  void raw(void* data, std::size_t bytes) {
    if (bytes > budget_) throw Malformed("it is longer than any result");
    budget_ -= bytes;
    take(data, bytes);
  }
  /// Does not count against the budget.
  void take(void* data, std::size_t bytes) {
    char* to = static_cast<char*>(data);
    while (bytes > 0) {
      if (next_ == filled_ && bytes >= kBuffer) {
        const std::size_t taken = some(to, bytes);
        to += taken;
        bytes -= taken;
        continue;
      }
      if (next_ == filled_) {
        filled_ = some(buffer_.data(), kBuffer);
        next_ = 0;
      }
      const std::size_t part = std::min(bytes, filled_ - next_);
      std::memcpy(to, buffer_.data() + next_, part);
      next_ += part;
      to += part;
      bytes -= part;
    }
  }
  bool at_end() {
    if (next_ == filled_) {
      filled_ = source_(buffer_.data(), kBuffer);
      next_ = 0;
    }
    return filled_ == 0;
  }
  /// Like the source; for another reader that goes on from here.
  std::size_t some_or_none(void* to, std::size_t most) {
    if (next_ == filled_) return source_(to, most);
    const std::size_t part = std::min(most, filled_ - next_);
    std::memcpy(to, buffer_.data() + next_, part);
    next_ += part;
    return part;
  }

  template <Number T>
  void get(T& number) {
    raw(&number, sizeof number);
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(number)) throw Malformed("a number in it is not finite");
    }
  }
  void get(bool& flag) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > 1) throw Malformed("a flag in it is neither true nor false");
    flag = byte == 1;
  }
  template <class E>
  requires std::is_enum_v<E>
  void get(E& value) {
    std::int32_t number = 0;
    get(number);
    if (number < 0 || number >= enumerators<E>()) throw Malformed("a code in it has no meaning");
    value = static_cast<E>(number);
  }
  void get(std::string& text) {
    text.resize(get_count(kMostText));
    raw(text.data(), text.size());
  }
  template <class T>
  void get(std::vector<T>& list) {
    const std::size_t count = get_count(kMostOf<T>);
    list.clear();
    if constexpr (kAsItLies<T>) {
      list.reserve(std::min(count, kMostAhead / sizeof(T)));  // addresses: memory follows with what comes
      while (list.size() < count) {
        const std::size_t first = list.size(), more = std::min(count - first, kPiece / sizeof(T));
        list.resize(first + more);
        take(list.data() + first, more * sizeof(T));
      }
    } else {
      if (kMostOf < T >> kMostElements) list.reserve(std::min(count, kMostAhead / sizeof(T)));
      for (std::size_t i = 0; i < count; ++i) get(list.emplace_back());
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool held = false;
    get(held);
    value.reset();
    if (held) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class K, class V>
  void get(std::map<K, V>& entries) {
    const std::uint64_t count = get_count(kMostElements);
    entries.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      K key{};
      get(key);
      get(entries[key]);
    }
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (T& value : values) get(value);
  }
  template <Number T>
  void get(Plane<T>& plane) {
    const auto [width, height] = get_size();
    plane.resize(width, height);
    raw(plane.data(), plane.size() * sizeof(T));
  }
  void get(RgbImage& image) {
    const auto [width, height] = get_size();
    image.resize(width, height);
    raw(image.data.data(), image.data.size());
  }
  template <class T>
  requires requires(Reader& reader, T& value) { walk_members(reader, value); }
  void get(T& value) { walk_members(*this, value); }
  std::size_t get_count(std::uint64_t most) {
    std::uint64_t count = 0;
    get(count);
    if (count > most) throw Malformed("a list in it is longer than " + std::to_string(most));
    return static_cast<std::size_t>(count);
  }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 16;
  std::size_t some(void* to, std::size_t most) {
    const std::size_t taken = source_(to, most);
    if (taken == 0) throw Malformed("it ends too early");
    return taken;
  }
  std::pair<int, int> get_size() {
    std::int32_t width = 0, height = 0;
    (*this)(width, height);
    if (width < 0 || height < 0 ||
        static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMostPixels)
      throw Malformed("a picture in it is larger than any of ours");
    return {width, height};
  }

  Source source_;
  std::vector<char> buffer_;
  std::size_t next_ = 0, filled_ = 0;
  std::uint64_t budget_;
};

}  // namespace annulet::message
