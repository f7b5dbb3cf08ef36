#pragma once
#include <filesystem>

namespace annulet {

/// Whether a file is to be taken for a slide where a whole folder is given: by its extension, whatever it
/// holds, so that a broken slide is told and not left out, else by its first bytes. Formats of slides that
/// are not read (CZI, DICOM, VSI, iSyntax) count, too: they end as `unsupported`. A database counts as a
/// slide of Sakura's by its extension alone. False for what is no regular file or cannot be read. Opens only
/// files of other extensions. Any thread.
bool looks_like_slide(const std::filesystem::path& file);

}  // namespace annulet
