// EP libraries: what can go wrong from the file's name to the last callback, and that nothing stays
// behind. Also run on ONNX Runtime; what it gets wrong (it crashes) is asked of Backplane only.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include "capi/ep_support.h"

namespace capi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(EpRegistrationTest, CallbacksInOrder) {
  LifeCycle life{{"NAMES", "First,Second"}};
  ASSERT_OK(Register("order"));
  EXPECT_THAT(life.Take(),
              ElementsAre("CreateEpFactories order max 4", "CreateEpFactories.late",
                          "GetSupportedDevices First max 8", "GetSupportedDevices.late",
                          "GetSupportedDevices Second max 8", "GetSupportedDevices.late",
                          "Factory.CreateDataTransfer", "Factory.CreateDataTransfer"));
  ASSERT_OK(Unregister("order"));
  EXPECT_THAT(life.Take("ReleaseEpFactory "),
              testing::UnorderedElementsAre("ReleaseEpFactory First", "ReleaseEpFactory Second"));
}

TEST(EpRegistrationTest, FilesThatAreNoLibraries) {
  EXPECT_FAILS(Register("a", "/nowhere/libx.so"), ORT_FAIL,
               "Failed to load library /nowhere/libx.so with error: /nowhere/libx.so: cannot open "
               "shared object file");
  EXPECT_FAILS(Register("a", "/tmp"), ORT_FAIL, "Failed to load library /tmp with error:");
  EXPECT_FAILS(Register("a", ModelPath("add")), ORT_FAIL,
               "Failed to load library " + ModelPath("add") + " with error:");
  EXPECT_FAILS(Register("a", "nowhere.so"), ORT_FAIL, "Failed to load library");
  EXPECT_FAILS(Register("a", PluginPath("half_plugin")), ORT_FAIL,
               "Failed to get symbol ReleaseEpFactory");
  EXPECT_FAILS(Unregister("a"), ORT_FAIL, "a was not registered.");
}

TEST(EpRegistrationTest, RelativePathsNameAllPlacesTried) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime looks only beside its own library";
  setenv("BACKPLANE_EP_PATH", "/some/folder:/other/folder", 1);
  const Outcome outcome = Register("a", "libnowhere.so");
  unsetenv("BACKPLANE_EP_PATH");
  EXPECT_THAT(outcome.message,
              HasSubstr("/some/folder/libnowhere.so, /other/folder/libnowhere.so"));
  EXPECT_THAT(outcome.message,
              HasSubstr(std::filesystem::current_path().string() + "/libnowhere.so"));

  const std::filesystem::path plugin = PluginPath();
  LifeCycle life;
  setenv("BACKPLANE_EP_PATH", plugin.parent_path().c_str(), 1);
  EXPECT_OK(Register("bare", plugin.filename().string()));
  unsetenv("BACKPLANE_EP_PATH");
  EXPECT_OK(Unregister("bare"));
}

// Relative paths: beside our library, then in the working directory, then in the search path.
TEST(EpRegistrationTest, RelativePathsAreFoundInEachPlace) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime looks only beside its own library";
  namespace fs = std::filesystem;
  const LifeCycle life;
  const fs::path plugin = PluginPath();  // the build puts plug-ins beside our library
  EXPECT_OK(Register("beside", plugin.filename().string()));
  EXPECT_OK(Unregister("beside"));
  const fs::path before = fs::current_path();
  const fs::path folder = fs::temp_directory_path() / ("cwd_" + std::to_string(getpid()));
  fs::create_directories(folder / "below");
  fs::copy_file(plugin, folder / "below" / "libonly_here.so", fs::copy_options::overwrite_existing);
  fs::current_path(folder);
  EXPECT_OK(Register("working", "below/libonly_here.so"));
  EXPECT_OK(Unregister("working"));
  EXPECT_FAILS(Register("working", "libonly_here.so"), ORT_FAIL, "Failed to load library");
  fs::current_path(before);
  fs::remove_all(folder);
}

bool IsLoaded(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

TEST(EpRegistrationTest, NothingStaysLoaded) {
  EXPECT_FALSE(Register("half", PluginPath("half_plugin")).ok());
  EXPECT_FALSE(IsLoaded(PluginPath("half_plugin")));
  // Other tests may have loaded this one, so a copy.
  const std::filesystem::path none = std::filesystem::temp_directory_path() / "libno_ep.so";
  std::filesystem::copy_file(PluginPath("custom_ops_library"), none,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FAILS(Register("none", none.string()), ORT_FAIL, "Failed to get symbol CreateEpFactories");
  EXPECT_FALSE(IsLoaded(none.string()));
  std::filesystem::remove(none);
  if (!OnBackplane()) return;  // ONNX Runtime keeps libraries that were once registered
  for (const char* callback : {"CreateEpFactories", "GetSupportedDevices.late"}) {
    const LifeCycle life{{"NAMES", "A,B"}, {"FAIL", callback}};
    EXPECT_FALSE(Register("fails").ok());
    EXPECT_FALSE(IsLoaded(PluginPath())) << callback;
  }
  const LifeCycle life;
  EXPECT_OK(Register("works"));
  EXPECT_TRUE(IsLoaded(PluginPath()));
  EXPECT_OK(Unregister("works"));
  EXPECT_FALSE(IsLoaded(PluginPath()));
}

TEST(EpRegistrationTest, ForeignArchitectureIsNamed) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime passes on what the loader says";
  // The head of the plug-in with another machine in it is enough for the loader to turn it down.
  std::ifstream original(PluginPath(), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(original)), std::istreambuf_iterator<char>());
  bytes[18] = static_cast<char>(0xF3);  // RISC-V
  bytes[19] = 0;
  const auto path = std::filesystem::temp_directory_path() / "libforeign_plugin.so";
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_FAILS(Register("a", path.string()), ORT_FAIL, "the file is for RISC-V");
  std::filesystem::remove(path);
}

TEST(EpRegistrationTest, Names) {
  LifeCycle life{{"NAMES", "Named"}};
  Registered first("first");
  EXPECT_FAILS(Register("first"), ORT_FAIL, "library is already registered under first");
  Registered second("second");  // the same file under another name
  EXPECT_EQ(EpDevices("Named").size(), 2u);
  Registered empty("");
  Registered utf8("名前 ü");
  EXPECT_FAILS(Unregister("third"), ORT_FAIL,
               "Execution provider library: third was not registered.");
  EXPECT_FAILS(Api().RegisterExecutionProviderLibrary(Env(), nullptr, "x"), ORT_RUNTIME_EXCEPTION);
  EXPECT_FAILS(Api().UnregisterExecutionProviderLibrary(Env(), nullptr), ORT_RUNTIME_EXCEPTION);
  if (OnBackplane()) {
    EXPECT_FAILS(Api().RegisterExecutionProviderLibrary(Env(), "x", nullptr), ORT_INVALID_ARGUMENT);
    EXPECT_FAILS(Api().RegisterExecutionProviderLibrary(nullptr, "x", "y"), ORT_INVALID_ARGUMENT);
  }
}

TEST(EpRegistrationTest, NumberOfFactories) {
  const size_t before = EpDevices().size();
  LifeCycle life{{"NAMES", "-"}};
  {
    Registered none("none");
    EXPECT_EQ(EpDevices().size(), before);
  }
  life.Set("NAMES", "A,B,C,D");
  {
    Registered four("four");
    EXPECT_EQ(EpDevices().size(), before + 4);
  }
  life.Take();
  life.Set("NAMES", "A,B,C,D,E");
  EXPECT_FAILS(Register("five"), ORT_FAIL,
               "CreateEpFactories returned 5 factories but the supplied capacity was 4.");
  EXPECT_EQ(life.Take("ReleaseEpFactory ").size(), 4u);
  EXPECT_EQ(EpDevices().size(), before);
}

TEST(EpRegistrationTest, NumberOfDevices) {
  const size_t before = EpDevices().size();
  LifeCycle life{{"REPEAT", "8"}};
  {
    Registered eight("eight");
    EXPECT_EQ(EpDevices().size(), before + 8);
  }
  if (!OnBackplane()) return;  // ONNX Runtime aborts
  life.Set("REPEAT", "9");
  life.Take();
  EXPECT_FAILS(Register("nine"), ORT_FAIL,
               "it returned 9 EP devices, but the supplied capacity was 8");
  EXPECT_THAT(life.Take("ReleaseEpFactory "), ElementsAre("ReleaseEpFactory nine"));
  EXPECT_EQ(EpDevices().size(), before);
}

// Each callback fails in turn; what was made before it is released.
TEST(EpRegistrationTest, FailureHalfWay) {
  const size_t before = EpDevices().size();
  const struct {
    const char* callback;
    size_t factories;  // made before, so to be released
  } cases[] = {{"CreateEpFactories", 0},
               {"CreateEpFactories.late", 2},
               {"GetSupportedDevices", 2},
               {"GetSupportedDevices.late", 2},
               {"Factory.CreateDataTransfer", 2}};
  for (const auto& c : cases) {
    LifeCycle life{{"NAMES", "A,B"}, {"FAIL", c.callback}};
    EXPECT_FAILS(Register("half"), ORT_EP_FAIL, std::string(c.callback) + " was told to fail");
    EXPECT_EQ(life.Take("ReleaseEpFactory ").size(), c.factories) << c.callback;
    EXPECT_EQ(EpDevices().size(), before) << c.callback;
    EXPECT_FAILS(Unregister("half"), ORT_FAIL, "half was not registered.");
    life.Set("FAIL", "");
    EXPECT_OK(Register("half"));  // the name is free, the file loads again
    EXPECT_OK(Unregister("half"));
  }
}

TEST(EpRegistrationTest, ExceptionsBecomeStatuses) {
  for (const char* callback :
       {"CreateEpFactories", "GetSupportedDevices", "Factory.CreateDataTransfer"}) {
    if (!OnBackplane() && std::string(callback) == "Factory.CreateDataTransfer")
      continue;  // ONNX Runtime terminates
    LifeCycle life{{"THROW", callback}};
    EXPECT_FAILS(Register("throws"), ORT_FAIL, std::string(callback) + " threw");
    EXPECT_FAILS(Unregister("throws"), ORT_FAIL, "throws was not registered.");
  }
}

TEST(EpRegistrationTest, FailureToReleaseIsNoFailureToUnregister) {
  LifeCycle life{{"FAIL", "ReleaseEpFactory.late"}};
  EXPECT_OK(Register("late"));
  EXPECT_OK(Unregister("late"));
}

TEST(EpRegistrationTest, IncompleteFactories) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime crashes";
  const struct {
    const char* missing;
    const char* words;
  } cases[] = {{"factory", "CreateEpFactories returned a null factory"},
               {"GetName", "factory 1 has no GetName"},
               {"name", "GetName gives no name"},
               {"GetSupportedDevices", "factory 1 has no GetSupportedDevices"},
               {"CreateEp", "factory 1 has no CreateEp"},
               {"ReleaseEp", "factory 1 has no ReleaseEp"},
               {"device", "EP device 1 of 1 is null"}};
  for (const auto& c : cases) {
    LifeCycle life{{"NULL", c.missing}};
    const Outcome outcome = Register("incomplete");
    EXPECT_FALSE(outcome.ok()) << c.missing;
    EXPECT_THAT(outcome.message, HasSubstr(c.words));
    EXPECT_FAILS(Unregister("incomplete"), ORT_FAIL, "was not registered.");
  }
}

TEST(EpRegistrationTest, StatedVersions) {
  for (const char* version : {"22", "23", "24", "30", "60"}) {
    if (!OnBackplane() && std::string(version) == "22")
      continue;  // ONNX Runtime calls newer members
    LifeCycle life{{"VERSION", version}, {"NAMES", "Aged"}};
    Registered library("aged");
    const auto devices = EpDevices("Aged");
    ASSERT_EQ(devices.size(), 1u) << version;
    const auto metadata = Pairs(Api().EpDevice_EpMetadata(devices[0]));
    EXPECT_EQ(metadata.at("library_path"), PluginPath());
    EXPECT_EQ(metadata.count("version"), std::stoi(version) >= 23 ? 1u : 0u) << version;
    EXPECT_EQ(Api().EpDevice_MemoryInfo(devices[0], OrtDeviceMemoryType_DEFAULT), nullptr);
  }
  if (!OnBackplane()) return;
  for (const char* version : {"0", "1", "21", "4000000000"}) {
    LifeCycle life{{"VERSION", version}};
    EXPECT_FAILS(Register("absurd"), ORT_INVALID_ARGUMENT,
                 "states ort_version_supported " + std::string(version));
    EXPECT_FAILS(Unregister("absurd"), ORT_FAIL, "was not registered.");
  }
}

TEST(EpRegistrationTest, AvailableProvidersIncludePlugins) {
  LifeCycle life{{"NAMES", "Available"}};
  Registered library("library name");
  char** names = nullptr;
  int count = 0;
  ASSERT_OK(Api().GetAvailableProviders(&names, &count));
  const std::vector<std::string> all(names, names + count);
  EXPECT_OK(Api().ReleaseAvailableProviders(names, count));
  EXPECT_THAT(all, testing::Contains("CPUExecutionProvider"));
  if (OnBackplane()) {  // ONNX Runtime lists what was built in only
    EXPECT_THAT(all, ElementsAre("Available", "CPUExecutionProvider"));
  }
}

TEST(EpRegistrationTest, UnregisteringUnderASessionIsRefused) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime unloads the library all the same";
  LifeCycle life{{"NAMES", "Used"}};
  ASSERT_OK(Register("used"));
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().SetSessionLogId(options, "the busy one"));
  ASSERT_OK(Append(options, EpDevices("Used")));
  {
    Handle<OrtSession> session = OpenModel("add", options);
    EXPECT_FAILS(Unregister("used"), ORT_FAIL, "used is in use by a session: 'the busy one'");
    EXPECT_EQ(EpDevices("Used").size(), 1u);
  }
  life.Take();
  EXPECT_OK(Unregister("used"));
  EXPECT_THAT(life.Take("ReleaseEpFactory "), ElementsAre("ReleaseEpFactory Used"));
  // The options outlive the library; their device is gone.
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options, session.out()),
               ORT_INVALID_ARGUMENT, "unregistered");
}

TEST(EpRegistrationTest, HundredTimes) {
  LifeCycle life{{"MEMORY", "1"}};
  const size_t before = EpDevices().size();
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK(Register("again"));
    ASSERT_OK(Unregister("again"));
  }
  EXPECT_EQ(EpDevices().size(), before);
}

}  // namespace
}  // namespace capi
