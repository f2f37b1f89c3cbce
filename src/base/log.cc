#include "base/log.h"

#include <cstdio>
#include <ctime>

#include "base/clock.h"

namespace backplane {

void LogSink::Write(OrtLoggingLevel severity, const char* category, const char* id,
                    const char* location, const char* message) const {
  if (function != nullptr) {
    function(param, severity, category, id, location, message);
    return;
  }
  static constexpr char kLetters[] = "VIWEF";
  const int64_t micros = WallClockMicros();
  const auto seconds = static_cast<std::time_t>(micros / 1000000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &parts);
  const int level = severity >= 0 && severity <= 4 ? severity : 4;
  std::fprintf(stderr, "%s.%06d [%c:backplane:%s, %s] %s\n", stamp,
               static_cast<int>(micros % 1000000), kLetters[level], id, category, message);
}

}  // namespace backplane
