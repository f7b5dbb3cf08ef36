#include "pipeline/slide_identity.hpp"

#include <algorithm>
#include <cctype>

namespace annulet {
namespace {

constexpr std::size_t kDigits = 64;  // of SHA-256

bool is_digit(unsigned char letter) {
  return std::isxdigit(letter) != 0;
}

std::string lower(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

void check_expected_digest(const std::string& expected) {
  if (expected.empty()) return;
  if (expected.size() != kDigits || !std::all_of(expected.begin(), expected.end(), is_digit)) {
    throw Error(Code::Usage, "--expect-sha256 takes the 64 hexadecimal digits that sha256sum prints, not '" +
                                 expected + "'");
  }
}

void require_expected_digest(const std::filesystem::path& slide, const std::string& expected,
                             const std::string& actual) {
  if (lower(expected) == actual) return;
  throw Error(Code::HashMismatch, "slide \"" + slide.filename().string() + "\": its SHA-256 is " + actual +
                                      ", not " + lower(expected) +
                                      " as expected: it is another slide or was damaged; nothing of it was "
                                      "scored. Copy it again from the archive");
}

Error changed_instead(const SlideWatch* watch, const Error& error) {
  try {
    if (watch != nullptr) watch->check();
  } catch (const Error& changed) {
    return changed;
  }
  return error;
}

}  // namespace annulet
