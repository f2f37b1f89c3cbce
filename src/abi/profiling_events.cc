#include "abi/profiling_events.h"

#include <memory>

#include "abi/guard.h"

namespace backplane::abi {
namespace {

// Both pointers of a getter, checked.
template <typename Out>
OrtStatus* Read(const OrtProfilingEvent* event, Out* out, Out (*get)(const OrtProfilingEvent&)) {
  return Guard([&] {
    NotNull(event, "event");
    NotNull(out, "out");
    *out = get(*event);
  });
}

}  // namespace

OrtStatus* CreateProfilingEvent(OrtProfilingEventCategory category, int32_t process_id,
                                int32_t thread_id, const char* event_name, int64_t timestamp_us,
                                int64_t duration_us, const char* const* arg_keys,
                                const char* const* arg_values, size_t num_args,
                                OrtProfilingEvent** out) noexcept {
  return Guard([&] {
    NotNull(event_name, "event_name");
    NotNull(out, "out");
    NotNullArray(arg_keys, num_args, "arg_keys");
    NotNullArray(arg_values, num_args, "arg_values");
    Require(
        category >= OrtProfilingEventCategory_SESSION && category <= OrtProfilingEventCategory_API,
        ORT_INVALID_ARGUMENT, "{} is no OrtProfilingEventCategory", static_cast<int>(category));
    auto event = std::make_unique<OrtProfilingEvent>(OrtProfilingEvent{
        category, process_id, thread_id, event_name, timestamp_us, duration_us, {}});
    for (size_t i = 0; i < num_args; ++i) {
      NotNull(arg_keys[i], "arg_keys");
      NotNull(arg_values[i], "arg_values");
      event->args.emplace_back(arg_keys[i], arg_values[i]);
    }
    *out = event.release();
  });
}

void ReleaseProfilingEvent(OrtProfilingEvent* event) { delete event; }

OrtStatus* ProfilingEvent_GetCategory(const OrtProfilingEvent* event,
                                      OrtProfilingEventCategory* out) noexcept {
  return Read(
      event, out, +[](const OrtProfilingEvent& e) { return e.category; });
}

OrtStatus* ProfilingEvent_GetName(const OrtProfilingEvent* event, const char** out) noexcept {
  return Read(
      event, out, +[](const OrtProfilingEvent& e) { return e.name.c_str(); });
}

OrtStatus* ProfilingEvent_GetTimestampUs(const OrtProfilingEvent* event, int64_t* out) noexcept {
  return Read(
      event, out, +[](const OrtProfilingEvent& e) { return e.timestamp_us; });
}

OrtStatus* ProfilingEvent_GetDurationUs(const OrtProfilingEvent* event, int64_t* out) noexcept {
  return Read(
      event, out, +[](const OrtProfilingEvent& e) { return e.duration_us; });
}

OrtStatus* ProfilingEvent_GetArgValue(const OrtProfilingEvent* event, const char* key,
                                      const char** out) noexcept {
  return Guard([&] {
    NotNull(event, "event");
    NotNull(key, "key");
    NotNull(out, "out");
    *out = nullptr;
    for (const auto& [name, value] : event->args) {
      if (name == key) *out = value.c_str();
    }
  });
}

OrtStatus* ProfilingEventsContainer_AddEvents(OrtProfilingEventsContainer* container,
                                              const OrtProfilingEvent* const* events,
                                              size_t num_events) noexcept {
  return Guard([&] {
    NotNull(container, "events_container");
    NotNullArray(events, num_events, "events");
    for (size_t i = 0; i < num_events; ++i) {
      NotNull(events[i], "events");
      container->events.push_back(*events[i]);
    }
  });
}

}  // namespace backplane::abi
