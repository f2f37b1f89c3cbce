// Hardware discovery on made-up sysfs trees, and devices described in words.
#include "provider/hardware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "provider/hardware_sources.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A root of file systems in the temporary folder, gone with the test.
class FakeRoot {
 public:
  FakeRoot() : path_(fs::temp_directory_path() / ("fake_root_" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~FakeRoot() { fs::remove_all(path_); }

  void Write(const std::string& file, const std::string& text) {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text << "\n";
  }
  void Link(const std::string& link, const std::string& target) {
    fs::create_directories((path_ / link).parent_path());
    fs::create_directories(path_ / target);
    fs::create_directory_symlink(path_ / target, path_ / link);
  }
  void Pci(const std::string& address, const std::string& device_class, const std::string& vendor,
           const std::string& device) {
    const std::string folder = "sys/bus/pci/devices/" + address + "/";
    Write(folder + "class", device_class);
    Write(folder + "vendor", vendor);
    Write(folder + "device", device);
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

struct LogLines {
  std::string text;
  Logger logger{{&LogLines::Append, this}, ORT_LOGGING_LEVEL_WARNING, "test"};

  static void ORT_API_CALL Append(void* self, OrtLoggingLevel, const char*, const char*,
                                  const char*, const char* message) {
    static_cast<LogLines*>(self)->text += std::string(message) + "\n";
  }
};

HardwareDevices Discover(const std::string& root, const Logger* logger = nullptr) {
  DiscoveryOptions options;
  options.root = root;
  options.logger = logger;
  return DiscoverHardware(options);
}

std::string Words(const HardwareDevices& devices) { return Join(DescribeHardware(devices), ", "); }

TEST(HardwareTest, NothingButTheCpuWithoutSysfs) {
  const HardwareDevices devices = Discover("/nowhere");
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0]->type, OrtHardwareDeviceType_CPU);
  EXPECT_FALSE(devices[0]->vendor.empty());
#if defined(__x86_64__)
  EXPECT_NE(devices[0]->metadata.Find("family"), nullptr);
  EXPECT_NE(devices[0]->metadata.Find("isa"), nullptr);
  const std::map<std::string, uint32_t> ids = {{"Intel", 0x8086}, {"AMD", 0x1022}};
  if (const auto known = ids.find(devices[0]->vendor); known != ids.end()) {
    EXPECT_EQ(devices[0]->vendor_id, known->second);
  }
#endif
}

TEST(HardwareTest, CpuFacts) {
  FakeRoot root;
  root.Write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz");
  root.Write("sys/devices/system/cpu/cpu0/cache/index0/level", "1");
  root.Write("sys/devices/system/cpu/cpu0/cache/index0/type", "Data");
  root.Write("sys/devices/system/cpu/cpu0/cache/index0/size", "48K");
  root.Write("sys/devices/system/cpu/cpu0/cache/index1/level", "3");  // type missing: left out
  root.Write("sys/devices/system/cpu/cpu0/cache/index2/level", "2");
  root.Write("sys/devices/system/cpu/cpu0/cache/index2/type", "Unified");
  root.Write("sys/devices/system/cpu/cpu0/cache/index2/size", "1024K");
  const HardwareDevices devices = Discover(root.path());
  const KeyValuePairs& metadata = devices.at(0)->metadata;
  EXPECT_STREQ(metadata.Find("description"), "Some CPU @ 3 GHz");
  EXPECT_STREQ(metadata.Find("cache_l1d"), "48K");
  EXPECT_STREQ(metadata.Find("cache_l2"), "1024K");
  EXPECT_EQ(metadata.Find("cache_l3"), nullptr);
}

TEST(HardwareTest, PciDevicesByClass) {
  FakeRoot root;
  root.Pci("0000:00:02.0", "0x030000", "0x8086", "0x46a6");
  root.Pci("0000:01:00.0", "0x030200", "0x10de", "0x2330");
  root.Pci("0000:00:0b.0", "0x120000", "0x8086", "0x7d1d");
  root.Pci("0000:00:1f.0", "0x060100", "0x8086", "0x1234");  // a bridge
  root.Link("sys/bus/pci/devices/0000:01:00.0/driver", "sys/bus/pci/drivers/nvidia");
  const HardwareDevices devices = Discover(root.path());
  EXPECT_THAT(Words(devices), HasSubstr("GPU Intel 0x46a6, GPU NVIDIA 0x2330, NPU Intel 0x7d1d"));
  ASSERT_EQ(devices.size(), 4u);
  EXPECT_EQ(devices[2]->vendor_id, 0x10deu);
  EXPECT_STREQ(devices[1]->metadata.Find("Discrete"), "0");
  EXPECT_STREQ(devices[2]->metadata.Find("Discrete"), "1");
  EXPECT_STREQ(devices[2]->metadata.Find("pci_bus_id"), "0000:01:00.0");
  EXPECT_STREQ(devices[2]->metadata.Find("driver"), "nvidia");
}

TEST(HardwareTest, DrmAndAccelTrees) {
  FakeRoot root;
  root.Pci("0000:03:00.0", "0x030000", "0x1002", "0x744c");
  root.Link("sys/class/drm/card0/device", "sys/bus/pci/devices/0000:03:00.0");
  fs::create_directories(root.path() + "/sys/class/drm/card0-HDMI-A-1");
  fs::create_directories(root.path() + "/sys/class/drm/card1");  // no device behind it
  root.Link("sys/class/drm/card2/device", "sys/devices/platform/gpu-soc");
  root.Link("sys/devices/platform/gpu-soc/driver", "sys/bus/platform/drivers/panfrost");
  root.Pci("0000:00:0b.0", "0x048000", "0x8086",
           "0x7d1d");  // an NPU whose class says something else
  root.Link("sys/class/accel/accel0/device", "sys/bus/pci/devices/0000:00:0b.0");
  const HardwareDevices devices = Discover(root.path());
  ASSERT_EQ(devices.size(), 4u) << Words(devices);
  EXPECT_EQ(devices[1]->type, OrtHardwareDeviceType_GPU);
  EXPECT_STREQ(devices[1]->metadata.Find("drm"), "card0");
  EXPECT_STREQ(devices[2]->metadata.Find("driver"), "panfrost");
  EXPECT_EQ(devices[2]->vendor_id, 0u);
  EXPECT_EQ(devices[3]->type, OrtHardwareDeviceType_NPU);
  EXPECT_EQ(devices[3]->device_id, 0x7d1du);
}

TEST(HardwareTest, AnUnreadableDeviceIsSkippedAlone) {
  FakeRoot root;
  root.Pci("0000:01:00.0", "0x030000", "0x10de", "0x1111");
  root.Pci("0000:02:00.0", "0x030000", "not a number", "0x2222");
  root.Write("sys/bus/pci/devices/0000:03:00.0/class", "0x030000");  // no ids
  root.Pci("0000:04:00.0", "0x030000", "0x10de", "0x99999999999");
  root.Write("sys/bus/pci/devices/0000:05:00.0/vendor", "0x10de");  // no class
  root.Pci("0000:06:00.0", "0x030000", "0x10de", "0x6666");
  LogLines log;
  const HardwareDevices devices = Discover(root.path(), &log.logger);
  EXPECT_THAT(Words(devices), HasSubstr("GPU NVIDIA 0x1111, GPU NVIDIA 0x6666"));
  EXPECT_EQ(devices.size(), 3u);
  for (const char* address : {"0000:02:00.0", "0000:03:00.0", "0000:04:00.0", "0000:05:00.0"}) {
    EXPECT_THAT(log.text, HasSubstr(std::string("PCI device ") + address + " is left out"))
        << log.text;
  }
}

// Trees that no kernel makes, beside one sound device: that one is found all the same.
TEST(HardwareTest, WhateverTheTreesHold) {
  const std::string pci = "sys/bus/pci/devices/";
  const auto folder = [](FakeRoot& root, const std::string& path) {
    fs::create_directories(root.path() + "/" + path);
  };
  const auto link = [](FakeRoot& root, const std::string& path, const std::string& target) {
    fs::create_directories(fs::path(root.path() + "/" + path).parent_path());
    fs::create_symlink(target, root.path() + "/" + path);
  };
  const std::pair<const char*, std::function<void(FakeRoot&)>> oddities[] = {
      {"nothing else", [](FakeRoot&) {}},
      {"a file among the devices", [&](FakeRoot& root) { root.Write(pci + "0000:00:01.0", "x"); }},
      {"an empty folder", [&](FakeRoot& root) { folder(root, pci + "0000:00:01.0"); }},
      {"folders for files", [&](FakeRoot& root) { folder(root, pci + "0000:00:01.0/class"); }},
      {"empty files", [](FakeRoot& root) { root.Pci("0000:00:01.0", "", "", ""); }},
      {"half a number", [](FakeRoot& root) { root.Pci("0000:00:01.0", "0x", "0x", "0x"); }},
      {"signs", [](FakeRoot& root) { root.Pci("0000:00:01.0", "-1", "+0x8086", "0x1"); }},
      {"bytes that are no text",
       [](FakeRoot& root) {
         root.Pci("0000:00:01.0", std::string("\xff\0\x80", 3), "0x10de", "0x1");
       }},
      {"a line without end",
       [](FakeRoot& root) {
         root.Pci("0000:00:01.0", "0x030000", std::string(1 << 20, '1'), "0x1");
       }},
      {"a link to itself",
       [&](FakeRoot& root) { link(root, pci + "0000:00:01.0", "0000:00:01.0"); }},
      {"a link to nowhere",
       [&](FakeRoot& root) { link(root, "sys/class/drm/card7/device", "/nowhere/at/all"); }},
      {"a card that is its own device",
       [&](FakeRoot& root) { link(root, "sys/class/accel/accel0/device", "device"); }},
      {"a card without a sound vendor",
       [](FakeRoot& root) {
         root.Link("sys/class/drm/card7/device", "sys/devices/odd");
         root.Write("sys/devices/odd/vendor", "none");
       }},
      {"a tree that is a file", [](FakeRoot& root) { root.Write("sys/class/accel", "x"); }},
      {"numbers that are none",
       [&](FakeRoot& root) {
         folder(root, "sys/class/drm/card");
         folder(root, "sys/class/drm/card1x");
         folder(root, "sys/class/drm/card99999999999999999999/device");
       }},
      {"memory of an odd size",
       [&](FakeRoot& root) {
         root.Write(pci + "0000:01:00.0/mem_info_vram_total", "plenty, really");
       }},
  };
  for (const auto& [what, make] : oddities) {
    SCOPED_TRACE(what);
    FakeRoot root;
    root.Pci("0000:01:00.0", "0x030000", "0x10de", "0x1111");
    make(root);
    LogLines log;
    const HardwareDevices devices = Discover(root.path(), &log.logger);
    EXPECT_THAT(Words(devices), HasSubstr("GPU NVIDIA 0x1111"));
    EXPECT_EQ(std::count_if(devices.begin(), devices.end(),
                            [](const auto& d) { return d->vendor_id == 0x10de; }),
              1);
  }
}

TEST(HardwareTest, ATreeThatIsMissingOrAFile) {
  for (const char* path : {"sys/bus/pci/devices", "sys/class/drm", "proc/cpuinfo",
                           "sys/devices/system/cpu/cpu0/cache"}) {
    FakeRoot root;
    root.Write(path, "x");
    EXPECT_EQ(Discover(root.path()).size(), 1u) << path;
    EXPECT_EQ(Discover(root.path() + "/" + path).size(), 1u) << path;  // a root that is a file
  }
}

TEST(HardwareTest, Descriptions) {
  LogLines log;
  const HardwareDevices devices = ParseHardwareDescriptions(
      " type=GPU, vendor_id=0x8086, device_id=4660, speed = fast ; type=NPU,vendor=Acme;;type=CPU",
      &log.logger);
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(Words(devices), "GPU Intel 0x1234, NPU Acme, CPU 0x0000");
  EXPECT_STREQ(devices[0]->metadata.Find("speed"), "fast");
  EXPECT_EQ(log.text, "");
}

TEST(HardwareTest, WrongDescriptionsAreLeftOutAndReported) {
  const std::map<std::string, std::string> cases = {
      {"vendor=Acme", "it has no type"},
      {"type=TPU", "type 'TPU' is none of CPU, GPU, NPU"},
      {"type=GPU,vendor_id=0xzz", "vendor_id '0xzz' is no number"},
      {"type=GPU,device_id=", "device_id '' is no number"},
      {"type=GPU,device_id=-1", "device_id '-1' is no number"},
      {"type=GPU,device_id=4294967296", "is no number of 32 bits"},
      {"type=GPU,loose", "'loose' is not key=value"},
      {"=GPU", "'=GPU' is not key=value"}};
  for (const auto& [text, words] : cases) {
    LogLines log;
    const HardwareDevices devices = ParseHardwareDescriptions(text + ";type=NPU", &log.logger);
    EXPECT_EQ(devices.size(), 1u) << text;
    EXPECT_THAT(log.text, HasSubstr(words)) << text;
  }
}

}  // namespace
}  // namespace backplane
