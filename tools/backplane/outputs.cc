#include "backplane/outputs.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "backplane/error.h"
#include "backplane/npy.h"

namespace backplane::command {
namespace {

constexpr size_t kFirstValues = 6;
constexpr size_t kTop = 5;

// Scores of classes: floats along a single dimension, all others being 1.
bool IsScoreVector(const HostTensor& tensor) {
  const auto wide =
      std::count_if(tensor.shape.begin(), tensor.shape.end(), [](int64_t dim) { return dim != 1; });
  return IsFloating(tensor.type) && wide == 1 &&
         ElementCount(tensor.shape) > static_cast<int64_t>(kFirstValues);
}

std::vector<std::pair<int64_t, double>> TopOf(const HostTensor& tensor) {
  std::vector<std::pair<int64_t, double>> scores;
  ReadElements(tensor.type, tensor.bytes.data(), ElementCount(tensor.shape),
               [&](int64_t i, double value) {
                 if (!std::isnan(value)) scores.emplace_back(i, value);
               });
  const auto better = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  const size_t count = std::min(kTop, scores.size());
  std::partial_sort(scores.begin(), scores.begin() + static_cast<int64_t>(count), scores.end(),
                    better);
  scores.resize(count);
  return scores;
}

Summary Summarize(const HostTensor& tensor) {
  Summary summary;
  summary.numeric = IsNumeric(tensor.type);
  for (size_t i = 0; i < std::min(kFirstValues, tensor.strings.size()); ++i)
    summary.first_strings.push_back(tensor.strings[i]);
  const int64_t count = ElementCount(tensor.shape);
  double sum = 0;
  ReadElements(tensor.type, tensor.bytes.data(), count, [&](int64_t i, double value) {
    if (i < static_cast<int64_t>(kFirstValues)) summary.first.push_back(value);
    if (std::isnan(value)) {
      ++summary.not_numbers;
      return;
    }
    summary.min = std::min(summary.min, value);
    summary.max = std::max(summary.max, value);
    sum += value;
  });
  const int64_t numbers = count - summary.not_numbers;
  if (numbers == 0) summary.min = summary.max = std::numeric_limits<double>::quiet_NaN();
  summary.mean = numbers == 0 ? summary.min : sum / static_cast<double>(numbers);
  if (IsScoreVector(tensor)) summary.top = TopOf(tensor);
  return summary;
}

std::string FileNameFor(const std::string& name, size_t index) {
  std::string safe = std::to_string(index) + "_";
  for (const char c : name)
    safe += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return safe.substr(0, 100) + ".npy";
}

class OutputReader {
 public:
  OutputReader(const Runtime& runtime, const std::string& folder)
      : ort_(runtime), folder_(folder) {}

  Output Read(const std::string& name, const OrtValue& value) {
    Output output;
    output.name = name;
    int present = 1;
    ort_.Check(ort_->HasValue(&value, &present));
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    if (present != 0) ort_.Check(ort_->GetValueType(&value, &kind));
    output.kind = present == 0 ? "absent optional" : NameOf(kind);
    if (kind == ONNX_TYPE_TENSOR) {
      output.tensor = CopyTensor(*ort_.operator->(), value);
      output.summary = Summarize(*output.tensor);
      Write(output);
    } else if (kind == ONNX_TYPE_SEQUENCE || kind == ONNX_TYPE_MAP) {
      ReadElements(value, kind, output);
    }
    return output;
  }

 private:
  // A map is its keys and its values.
  void ReadElements(const OrtValue& value, ONNXType kind, Output& output) {
    size_t count = 2;
    if (kind == ONNX_TYPE_SEQUENCE) ort_.Check(ort_->GetValueCount(&value, &count));
    for (size_t i = 0; i < count; ++i) {
      const auto element = ort_.Make<OrtValue>(ort_->ReleaseValue, ort_->GetValue, &value,
                                               static_cast<int>(i), ort_.allocator());
      const std::string name = kind == ONNX_TYPE_SEQUENCE ? "[" + std::to_string(i) + "]"
                               : i == 0                   ? ".keys"
                                                          : ".values";
      output.elements.push_back(Read(output.name + name, *element));
    }
  }

  void Write(Output& output) {
    if (folder_.empty() || output.tensor->type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) return;
    output.file = (std::filesystem::path(folder_) / FileNameFor(output.name, written_++)).string();
    WriteNpy(output.file, output.tensor->type, output.tensor->shape, output.tensor->bytes);
  }

  const Runtime& ort_;
  const std::string& folder_;
  size_t written_ = 0;
};

}  // namespace

std::vector<Output> ReadOutputs(const Session& session, const std::vector<Owned<OrtValue>>& values,
                                const std::string& folder) {
  if (!folder.empty()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw Failure(folder + ": " + error.message());
  }
  OutputReader reader(session.runtime(), folder);
  std::vector<Output> outputs;
  for (size_t i = 0; i < values.size(); ++i)
    outputs.push_back(reader.Read(session.outputs()[i].name, *values[i]));
  return outputs;
}

}  // namespace backplane::command
