// The one door to time.
#pragma once

#include <cstdint>

namespace backplane {

/// Nanoseconds of a monotonic clock with an arbitrary origin.
int64_t MonotonicNanos();
/// Microseconds since the Unix epoch.
int64_t WallClockMicros();

}  // namespace backplane
