// Strict EP options and the library look-up: words and paths only, nothing is loaded.
#include "provider/ep_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "provider/installed_eps.h"
#include "provider/library_path.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(EpOptionsTest, EditDistance) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("threads", "thread"), 1u);
  EXPECT_EQ(EditDistance("thraeds", "threads"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(EpOptionsTest, Entries) {
  using testing::ElementsAre;
  EXPECT_THAT(EpOptionEntries("MyEP.X", "Key"), ElementsAre("ep.myep.x.Key"));
  EXPECT_THAT(EpOptionEntries("MyExecutionProvider", "Key"),
              ElementsAre("ep.myexecutionprovider.Key", "ep.my.Key"));
  EXPECT_THAT(EpOptionEntries("ExecutionProvider", "Key"), ElementsAre("ep.executionprovider.Key"));
}

TEST(EpOptionsTest, OnlyEpsThatPublishAreStrict) {
  EpDevice device;
  device.ep_name = "Strict";
  const EpDevice* devices[] = {&device};
  KeyValuePairs options;
  options.Set("num_thread", "1");
  EXPECT_NO_THROW(CheckEpOptions(devices, options));
  device.options.Set("precision", "high");
  device.options.Set("Num_Threads", "0");
  try {
    CheckEpOptions(devices, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ORT_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("'num_thread'. Did you mean 'Num_Threads'?"));
  }
  device.options.Set("num_thread", "0");
  EXPECT_NO_THROW(CheckEpOptions(devices, options));
}

TEST(LibraryPathTest, FoldersInOrder) {
  const fs::path folder = fs::temp_directory_path() / "library_path_test";
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  std::ofstream(folder / "b" / "x.so") << "x";
  const std::string folders[] = {folder / "a", folder / "b"};
  ResolvedLibrary found = ResolveLibraryPath("x.so", folders);
  EXPECT_TRUE(found.found);
  EXPECT_EQ(found.path, (folder / "b" / "x.so").string());
  EXPECT_THAT(found.tried, ElementsAre((folder / "a" / "x.so").string(), found.path));
  found = ResolveLibraryPath("../b/x.so", folders);
  EXPECT_EQ(found.path, (folder / "b" / "x.so").string());
  found = ResolveLibraryPath("y.so", folders);
  EXPECT_FALSE(found.found);
  EXPECT_EQ(found.path, (folder / "a" / "y.so").string());
  found = ResolveLibraryPath((folder / "y.so").string(), folders);
  EXPECT_FALSE(found.found);
  EXPECT_THAT(found.tried, ElementsAre((folder / "y.so").string()));
  fs::remove_all(folder);
}

TEST(InstalledEpsTest, SearchPathButNotTheWorkingDirectory) {
  const fs::path folder = fs::temp_directory_path() / "installed_eps_test";
  fs::create_directories(folder);
  EXPECT_TRUE(FindInstalledEp("Acme").path.empty());
  setenv(kEpSearchPathVariable, folder.c_str(), 1);
  std::ofstream(folder / "libonnxruntime_providers_acme_plugin.so") << "x";
  InstalledEp installed = FindInstalledEp("Acme");
  EXPECT_EQ(installed.path, (folder / "libonnxruntime_providers_acme_plugin.so").string());
  EXPECT_THAT(installed.files, Contains("libbackplane_ep_acme.so"));
  EXPECT_THAT(installed.folders, Contains(folder.string()));
  std::ofstream(folder / "libbackplane_ep_acme.so") << "x";  // comes before
  EXPECT_EQ(FindInstalledEp("Acme").path, (folder / "libbackplane_ep_acme.so").string());

  const fs::path before = fs::current_path();
  unsetenv(kEpSearchPathVariable);
  fs::current_path(folder);
  EXPECT_TRUE(FindInstalledEp("Acme").path.empty());
  fs::current_path(before);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace backplane
