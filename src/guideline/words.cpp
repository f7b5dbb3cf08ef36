#include "words.hpp"

namespace annulet::guideline {

std::string in_words(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string share_in_words(std::uint64_t k, std::uint64_t n) {
  const std::uint64_t thousandths = (200'000 * k + n) / (2 * n);
  const std::string decimals = std::to_string(1000 + thousandths % 1000).substr(1);
  return std::to_string(thousandths / 1000) + "." + decimals + " %";
}

namespace {

std::string counted(std::uint64_t k, std::uint64_t n) {
  return in_words(k) + " of " + in_words(n) + " cells (" + share_in_words(k, n) + ")";
}

std::string why_share(const Threshold& threshold, std::uint64_t k, std::uint64_t n) {
  const std::string cut = std::to_string(threshold.percent) + " %";
  const auto cells = static_cast<std::uint64_t>(threshold.min_cells);
  std::string text = counted(k, n);
  if (threshold.holds(k, n)) {
    text += (threshold.strict ? " is more than " : " is at least ") + cut;
    return cells == 0 ? text : text + " and at least " + in_words(cells) + " cells";
  }
  if (!threshold.share_holds(k, n)) {
    text += (threshold.strict ? " is not more than " : " is less than ") + cut;
    return k >= cells ? text : text + " and fewer than " + in_words(cells) + " cells";
  }
  return text + " is fewer than " + in_words(cells) + " cells";
}

}  // namespace

std::string why(const Row& row, std::uint64_t k, std::uint64_t n, bool held) {
  switch (row.kind) {
    case Row::Kind::Share:
      return why_share(row.threshold, k, n);
    case Row::Kind::Cluster:
      return "the largest cluster of touching cells holds " + in_words(k) + ", " +
             (held ? "at least " : "fewer than ") + std::to_string(row.cluster_cells);
    case Row::Kind::Otherwise:
      break;
  }
  return held ? "no row before holds; " + counted(k, n) + " counted here" : "a row before holds";
}

std::string fill(std::string message, const std::string& key, const std::string& value) {
  const std::string mark = "{" + key + "}";
  for (std::size_t at = message.find(mark); at != std::string::npos;
       at = message.find(mark, at + value.size())) {
    message.replace(at, mark.size(), value);
  }
  return message;
}

}  // namespace annulet::guideline
