#include <array>
#include <string>
#include <utility>

#include "report/html_parts.hpp"

namespace annulet::report {
namespace {

using Advice = std::pair<const char*, const char*>;

constexpr std::array<Advice, 28> kAdvice = {{
    {"no-tissue", "Check that the right slide was scanned and that the scan holds the section."},
    {"no-haematoxylin",
     "Check the counterstain; an unstained or fully faded section cannot be read. Restain and scan again."},
    {"not-dab",
     "Only haematoxylin with DAB can be read. Choose the HER2 slide, not the H&E or another chromogen."},
    {"fluorescence",
     "Scan the slide in bright field; fluorescence images are not HER2 immunohistochemistry with DAB."},
    {"too-few-cells", "Test another block or a larger sample, or read this slide by eye."},
    {"too-little-tissue", "Test another block or a larger sample, or read this slide by eye."},
    {"pitch-unknown",
     "Give the size of a pixel with --mpp (microns per pixel), as the scanner or camera states it."},
    {"pitch-out-of-range",
     "Check the size of a pixel in the file or in --mpp; a scan at 20x or 40x is expected."},
    {"too-coarse",
     "Scan at 20x or 40x (0.5 um per pixel or finer): membranes cannot be judged on this scan."},
    {"out-of-focus", "Scan the slide again in focus."},
    {"too-much-excluded", "Look at what was excluded; clean and rescan the slide, or cut a new section."},
    {"controls-failed", "Repeat the staining run: a score without working controls means nothing."},
    {"not-found", "Check the path of the slide."},
    {"permission", "Give annulet the right to read the file."},
    {"not-a-file", "Give the slide file itself, not a folder or a device."},
    {"empty", "The file holds nothing: copy it again from the scanner."},
    {"unsupported", "Convert the slide to a tiled TIFF or SVS, or export it in a format that annulet reads."},
    {"truncated", "The file ends too early: copy it again from the scanner."},
    {"corrupt", "The file is damaged: copy it again from the scanner, or scan the slide again."},
    {"over-limit", "The file asks for more than annulet allows; check that it is the slide you mean."},
    {"incomplete",
     "Parts of the slide cannot be read: copy it again from the scanner, or scan the slide again. A small "
     "loss "
     "can be accepted with --allow-incomplete."},
    {"hash-mismatch", "This is not the file that was announced: find the right one."},
    {"changed", "The file changed while it was read: wait until it is fully copied, then score it again."},
    {"region-outside", "Check that the regions were drawn on this slide."},
    {"crashed", "The reader broke on this file. Scan or export it again, and report the file to us."},
    {"timed-out", "Reading took too long. Copy the file to a local disk and score it again."},
    {"internal", "This is our fault. Please report it with run.json."},
    {"output", "Check the output folder: space and the right to write."},
}};

constexpr std::array<std::pair<const char*, const char*>, 7> kGroups = {{
    {"null", "HER2 null: no staining above the limit of detection"},
    {"ultralow", "HER2-ultralow"},
    {"0", "HER2 0"},
    {"low", "HER2-low"},
    {"equivocal", "Equivocal: in situ hybridisation decides"},
    {"positive", "HER2 positive"},
    {"negative", "HER2 negative"},
}};

template <class Table>
const char* look_up(const Table& table, const std::string& key) {
  for (const auto& [code, words] : table) {
    if (key == code) return words;
  }
  return "";
}

}  // namespace

const char* advice_for(const std::string& code) {
  return look_up(kAdvice, code);
}

std::string group_words(const std::string& group) {
  const std::string words = look_up(kGroups, group);
  return words.empty() ? group : words;
}

}  // namespace annulet::report
