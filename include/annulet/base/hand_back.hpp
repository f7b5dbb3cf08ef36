#pragma once

namespace annulet {

/// The system may have the whole pages between two addresses back: what stood there is lost, the memory stays
/// the caller's. Any thread.
void hand_back(const void* first, const void* last);

/// The system may have every page back in which the heap holds nothing: between two stages that ask for much,
/// since what one has freed lies in pieces that the next does not fit. About 1 ms, and the pages anew.
void hand_back_freed();

}  // namespace annulet
