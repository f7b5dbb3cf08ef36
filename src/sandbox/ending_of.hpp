#pragma once
#include <sys/resource.h>

#include "annulet/sandbox/child.hpp"

namespace annulet::sandbox {

/// What wait4 tells, beside `said`.
Ending ending_of(int status, const rusage& usage);

}  // namespace annulet::sandbox
