#include <charconv>

#include "annulet/base/error.hpp"
#include "annulet/guideline/guideline.hpp"

namespace annulet {
namespace {

// ASCO/CAP 2018, dual-probe assay (Wolff et al., J Clin Oncol 2018;36:2105): signals per cell and HER2/CEP17
// ratio.
constexpr double kRatioCut = 2.0;
constexpr double kLowCopies = 4.0;
constexpr double kHighCopies = 6.0;
// Beyond any count that can be read: a slip of the keyboard.
constexpr double kLargest = 1000;
constexpr std::size_t kLongestNumber = 9;  // characters; as many as a count of 20 to 60 cells can mean

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(Code::Usage, "--ish '" + text + "': " + why +
                               "; give negative, positive, RATIO,COPIES or RATIO,COPIES,recounted "
                               "(for example 2.1,3.6)");
}

/// Digits with at most one point between digits; no sign, exponent, blank or locale.
double plain_number(const std::string& text, const std::string& word, const char* what) {
  bool plain = !word.empty() && word.size() <= kLongestNumber && word.front() != '.' && word.back() != '.';
  int points = 0;
  for (const char c : word) {
    if (c == '.') ++points;
    plain = plain && (c == '.' || (c >= '0' && c <= '9'));
  }
  double value = 0;
  const auto end = word.data() + word.size();
  if (!plain || points > 1 || std::from_chars(word.data(), end, value).ptr != end) {
    refuse(text, std::string(what) + " '" + word + "' is not a plain number such as 2.1");
  }
  if (value <= 0 || value > kLargest) refuse(text, std::string(what) + " must be above 0 and at most 1000");
  return value;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ',') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace

int Ish::group() const {
  if (kind != Kind::Counts) return 0;
  if (ratio >= kRatioCut) return copies >= kLowCopies ? 1 : 2;
  if (copies >= kHighCopies) return 3;
  return copies >= kLowCopies ? 4 : 5;
}

Ish Ish::parse(const std::string& text) {
  Ish ish;
  if (text == "negative" || text == "positive") {
    ish.kind = text == "negative" ? Kind::Negative : Kind::Positive;
    return ish;
  }
  const std::vector<std::string> words = words_of(text);
  if (words.size() < 2) refuse(text, "this is no result of in situ hybridisation");
  if (words.size() > 3 || (words.size() == 3 && words[2] != "recounted")) {
    refuse(text, "after RATIO,COPIES only 'recounted' may follow");
  }
  ish.kind = Kind::Counts;
  ish.ratio = plain_number(text, words[0], "RATIO");
  ish.copies = plain_number(text, words[1], "COPIES");
  ish.recounted = words.size() == 3;
  return ish;
}

}  // namespace annulet
