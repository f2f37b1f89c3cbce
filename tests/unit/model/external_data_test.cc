// External data: read in place, and never from outside the model's folder.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

namespace fs = std::filesystem;

class ExternalDataTest : public ::testing::Test {
 protected:
  ExternalDataTest() {
    root_ = fs::path(::testing::TempDir()) /
            ("external_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "model" / "sub");
    Write(root_ / "outside.bin");
    Write(root_ / "model" / "w.bin");
    Write(root_ / "model" / "sub" / "w.bin");
    fs::create_symlink("../outside.bin", root_ / "model" / "link.bin");
    fs::create_symlink("w.bin", root_ / "model" / "inner_link.bin");
    fs::create_directory_symlink("..", root_ / "model" / "up");
  }
  ~ExternalDataTest() override { fs::remove_all(root_); }

  static void Write(const fs::path& path) {
    const float values[] = {1, 2, 3, 4};
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(values), sizeof(values));
  }

  std::string ModelPath() const { return (root_ / "model" / "m.onnx").string(); }

  // Saves a model whose weight of three floats has these external data entries.
  void Save(const std::vector<std::pair<std::string, std::string>>& entries) {
    onnx::ModelProto model =
        ParseModel("g (float[3] x) => (float[3] y) <float[3] w = {0, 0, 0}> { y = Add(x, w) }");
    auto& tensor = *model.mutable_graph()->mutable_initializer(0);
    tensor.clear_float_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
    std::ofstream(ModelPath(), std::ios::binary) << model.SerializeAsString();
  }

  fs::path root_;
};

TEST_F(ExternalDataTest, ReadInPlace) {
  Save({{"location", "w.bin"}, {"offset", "4"}, {"length", "12"}, {"checksum", "ignored"}});
  const auto graph = LoadModelFile(ModelPath());
  const ValueInfo& weight = *graph->FindValue("w");
  EXPECT_THAT(weight.initializer->span<float>(), ::testing::ElementsAre(2, 3, 4));
  ASSERT_NE(weight.external, nullptr);
  EXPECT_EQ(weight.external->path, "w.bin");
  EXPECT_EQ(weight.external->offset, 4);
  EXPECT_EQ(weight.external->length, 12u);
  EXPECT_EQ(weight.initializer->owner()->bytes(), 16u);  // the whole mapped file
}

TEST_F(ExternalDataTest, OtherPlacesInsideTheFolder) {
  for (const char* location : {"sub/w.bin", "./w.bin", "sub/../w.bin", "inner_link.bin"}) {
    Save({{"location", location}});
    EXPECT_EQ(FailureOf([&] { LoadModelFile(ModelPath()); }), "no error") << location;
  }
}

TEST_F(ExternalDataTest, ModelBehindALink) {  // as in caches that keep files by content
  Save({{"location", "w.bin"}});
  fs::create_directories(root_ / "snapshot");
  fs::create_symlink("../model/m.onnx", root_ / "snapshot" / "m.onnx");
  fs::create_symlink("../model/w.bin", root_ / "snapshot" / "w.bin");
  EXPECT_EQ(FailureOf([&] { LoadModelFile((root_ / "snapshot" / "m.onnx").string()); }),
            "no error");
}

TEST_F(ExternalDataTest, BadEntries) {
  const struct {
    std::vector<std::pair<std::string, std::string>> entries;
    const char* message;
  } cases[] = {
      {{}, "Missing 'location'"},
      {{{"location", "../outside.bin"}}, "escapes model directory"},
      {{{"location", "sub/../../outside.bin"}}, "escapes model directory"},
      {{{"location", "up/outside.bin"}}, "escapes model directory"},
      {{{"location", "link.bin"}}, "escapes model directory"},
      {{{"location", (root_ / "model" / "w.bin").string()}}, "Absolute path not allowed"},
      {{{"location", "/etc/passwd"}}, "Absolute path not allowed"},
      {{{"location", std::string("w.bin\0x", 7)}}, "null character"},
      {{{"location", "none.bin"}}, "does not exist"},
      {{{"location", "sub"}}, "cannot be read"},
      {{{"location", "."}}, "escapes model directory"},
      {{{"location", "w.bin"}, {"offset", "8"}}, "lies outside of w.bin"},
      {{{"location", "w.bin"}, {"offset", "17"}}, "lies outside of w.bin"},
      {{{"location", "w.bin"}, {"offset", "-4"}}, "'offset' is '-4'"},
      {{{"location", "w.bin"}, {"offset", "9223372036854775807"}}, "lies outside of w.bin"},
      {{{"location", "w.bin"}, {"offset", "9223372036854775808"}}, "not a valid number"},
      {{{"location", "w.bin"}, {"offset", "4x"}}, "not a valid number"},
      {{{"location", "w.bin"}, {"offset", ""}}, "not a valid number"},
      {{{"location", "w.bin"}, {"length", "4"}}, "length is 4 where shape {3} of float takes 12"},
      {{{"location", "w.bin"}, {"length", "-12"}}, "'length' is '-12'"},
  };
  for (const auto& bad : cases) {
    Save(bad.entries);
    const std::string failure = FailureOf([&] { LoadModelFile(ModelPath()); });
    EXPECT_THAT(failure, ::testing::StartsWith("1: Load model from")) << bad.message;
    EXPECT_THAT(failure, ::testing::AllOf(::testing::HasSubstr(bad.message),
                                          ::testing::HasSubstr("initializer 'w'")));
  }
}

TEST_F(ExternalDataTest, MisalignedDataIsCopied) {
  Save({{"location", "w.bin"}, {"offset", "2"}});
  const auto graph = LoadModelFile(ModelPath());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(graph->FindValue("w")->initializer->raw()) % alignof(float),
            0u);
}

TEST_F(ExternalDataTest, FilesInMemoryAndAnotherFolder) {
  Save({{"location", "gone.bin"}});
  const float values[] = {7, 8, 9};
  LoadOptions memory;
  memory.external_files["gone.bin"] = std::as_bytes(std::span(values));
  EXPECT_THAT(LoadModelFile(ModelPath(), memory)->FindValue("w")->initializer->span<float>(),
              ::testing::ElementsAre(7, 8, 9));
  Save({{"location", "outside.bin"}});
  LoadOptions elsewhere;
  elsewhere.external_data_folder = root_.string();
  EXPECT_EQ(FailureOf([&] { LoadModelFile(ModelPath(), elsewhere); }), "no error");
}

}  // namespace
}  // namespace backplane::testing
