#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "annulet/model/slide_info.hpp"

namespace annulet {

/// What a slide is, and the SHA-256 that identifies it.
struct OpenedSlide {
  SlideInfo info;
  std::string sha256;
};

/// Opens and digests a slide; other than this in tests only. `at_each_piece` says that it is alive.
using SlideLooker = std::function<OpenedSlide(const std::filesystem::path& slide,
                                              const std::function<void()>& at_each_piece)>;
OpenedSlide look_at(const std::filesystem::path& slide, const std::function<void()>& at_each_piece);

/// The same in a process of its own behind the walls of `sandbox`, as score_apart reads slides. No thread may
/// have been started yet. Throws what opening the slide throws, and Error Crashed or TimedOut where the
/// reader died or its reply cannot be trusted.
OpenedSlide look_apart(const std::filesystem::path& slide, const SlideLooker& look = look_at);

}  // namespace annulet
