#pragma once

namespace annulet {

/// The system may have the whole pages between two addresses back: what stood there is lost, the memory stays
/// the caller's. Any thread.
void hand_back(const void* first, const void* last);

}  // namespace annulet
