// Which copies a session makes between the host and devices (tests/plugins/device_ep), and that
// explain tells them.
#include <backplane/backplane.h>

#include <nlohmann/json.hpp>

#include "capi/device_ep_support.h"

namespace capi {
namespace {

using List = std::vector<std::string>;

class DeviceCopies : public DeviceTensors {
 protected:
  /// Runs `carried`; its copies are in the journal.
  std::vector<float> RunCarried(std::vector<float> x, int64_t trips, bool condition) {
    std::vector<int64_t> count{trips};
    const Handle<OrtValue> value = TensorOver(x, {3});
    const Handle<OrtValue> limit = TensorOver(count, {});
    const Handle<OrtValue> flag = BoolOver(condition);
    std::vector<Handle<OrtValue>> results;
    EXPECT_OK(Run({"x", "count", "condition"}, {value, limit, flag}, {"y"}, results));
    return DataOf<float>(results.at(0));
  }
  static std::vector<float> Carried(const std::vector<float>& x, int64_t trips, bool condition) {
    std::vector<float> y;
    for (const float v : x) {
      const float last = v * static_cast<float>(trips + 1);
      y.push_back((condition ? -last : std::max(last, 0.0f)) + v);
    }
    return y;
  }
  /// "value: from to where" of each copy in the session's explanation.
  List Explained() {
    char* text = nullptr;
    EXPECT_OK(BackplaneSessionExplain(session_, DefaultAllocator(), &text));
    List list;
    const nlohmann::json explanation = nlohmann::json::parse(TakeText(text));
    for (const nlohmann::json& copy : explanation.at("copies")) {
      list.push_back(copy.at("value").get<std::string>() + ": " +
                     copy.at("from").get<std::string>() + " to " +
                     copy.at("to").get<std::string>() + " " + copy.at("graph").get<std::string>());
    }
    return list;
  }
};

TEST_P(DeviceCopies, CarriedValuesStayOnTheDevice) {
  Open("carried");
  const std::vector<float> x{1, -2, 0.5f};
  for (int64_t trips = 0; trips < 6; ++trips) {
    for (const bool condition : {true, false}) {
      Journal();
      EXPECT_EQ(RunCarried(x, trips, condition), Carried(x, trips, condition));
      List copies = Copies();
      // A value that is passed on unchanged gets memory of its own once.
      std::erase(copies, "DeviceA to DeviceA 12");
      EXPECT_EQ(copies, (List{"host to DeviceA 12", "DeviceA to host 12"})) << trips;
    }
  }
  EXPECT_EQ(Explained(),
            (List{"x: CPUExecutionProvider to DeviceA ", "y: DeviceA to CPUExecutionProvider "}));
  // As many turns that memory is given back before the end of the run.
  EXPECT_EQ(RunCarried({1, 2, 3}, 500, true), Carried({1, 2, 3}, 500, true));
}

TEST_P(DeviceCopies, StatesOfScanStayAndSlicesGo) {
  Open("scanned");
  const std::string body = "Scan 'scan'/body";
  EXPECT_EQ(Explained(), (List{"x: CPUExecutionProvider to DeviceA ",
                               "slice: CPUExecutionProvider to DeviceA " + body,
                               "y: DeviceA to CPUExecutionProvider ",
                               "part: DeviceA to CPUExecutionProvider " + body}));
  std::vector<float> x{1, -2, 3};
  for (size_t n = 0; n < 4; ++n) {
    std::vector<float> slices;
    for (size_t i = 0; i < 3 * n; ++i) slices.push_back(static_cast<float>(i));
    std::vector<float> sum = x;
    std::vector<float> parts;
    for (size_t i = 0; i < slices.size(); ++i) {
      sum[i % 3] += slices[i];
      parts.push_back(-sum[i % 3]);
    }
    const Handle<OrtValue> start = TensorOver(x, {3});
    const Handle<OrtValue> rows = TensorOver(slices, {static_cast<int64_t>(n), 3});
    Journal();
    std::vector<Handle<OrtValue>> results;
    ASSERT_OK(Run({"x", "slices"}, {start, rows}, {"parts", "y", "z"}, results));
    List copies = Copies();
    std::erase(copies, "DeviceA to DeviceA 12");
    // Each slice there, each part back; the state once; y once, though the host reads it too.
    EXPECT_EQ(std::count(copies.begin(), copies.end(), "host to DeviceA 12"),
              static_cast<std::ptrdiff_t>(n + 1));
    EXPECT_EQ(std::count(copies.begin(), copies.end(), "DeviceA to host 12"),
              static_cast<std::ptrdiff_t>(n + 1));
    EXPECT_EQ(DataOf<float>(results[0]), parts);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(DataOf<float>(results[1])[i], -sum[i]);
      EXPECT_EQ(DataOf<float>(results[2])[i], std::abs(sum[i]));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, DeviceCopies, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

}  // namespace
}  // namespace capi
