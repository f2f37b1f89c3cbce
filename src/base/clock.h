// The one door to time.
#pragma once

#include <cstdint>

namespace backplane {

/// Nanoseconds of a monotonic clock with an arbitrary origin.
int64_t MonotonicNanos();
/// Nanoseconds of processor time that the calling thread has used.
int64_t ThreadCpuNanos();
/// Microseconds since the Unix epoch.
int64_t WallClockMicros();

}  // namespace backplane
