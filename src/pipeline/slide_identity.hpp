#pragma once
#include <filesystem>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_files.hpp"

namespace annulet {

/// Throws Error Usage unless `expected` is empty or 64 hexadecimal digits.
void check_expected_digest(const std::string& expected);

/// Throws Error HashMismatch where the slide's digest is not the one expected, in either case of letters.
void require_expected_digest(const std::filesystem::path& slide, const std::string& expected,
                             const std::string& actual);

/// That the slide changed while it was read explains whatever else was met: then that Error, else `error`.
Error changed_instead(const SlideWatch* watch, const Error& error);

}  // namespace annulet
