// Graphs to ONNX files. Initializers of the main graph are written straight from their memory,
// never copied into a message.
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <limits>
#include <unordered_set>
#include <vector>

#include "base/checked_math.h"
#include "base/error.h"
#include "base/file.h"
#include "graph/onnx_convert.h"
#include "graph/onnx_export.h"
#include "graph/onnx_functions.h"
#include "model/model.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;

constexpr size_t kExternalAlignment =
    4096;  // a page, so that the file can be mapped piece by piece
constexpr size_t kMaxModelBytes = std::numeric_limits<int32_t>::max();

/// Pieces of a file: text that is made here, and memory of tensors.
class Chunks {
 public:
  void Own(std::string text) {
    owned_.push_back(std::move(text));
    Refer(owned_.back().data(), owned_.back().size());
  }
  void Refer(const void* data, size_t size) {
    size_ += size;
    if (size > 0) list_.emplace_back(static_cast<const std::byte*>(data), size);
  }
  size_t size() const { return size_; }
  const std::vector<std::span<const std::byte>>& list() const { return list_; }

 private:
  std::deque<std::string> owned_;
  std::vector<std::span<const std::byte>> list_;
  size_t size_ = 0;
};

// Tag and length of a length-delimited field.
std::string FieldHead(int field, size_t length) {
  std::string head;
  for (uint64_t number : {static_cast<uint64_t>(field) << 3 | 2, static_cast<uint64_t>(length)}) {
    for (; number >= 0x80; number >>= 7) head += static_cast<char>((number & 0x7f) | 0x80);
    head += static_cast<char>(number);
  }
  return head;
}

template <typename Message>
std::string Serialize(const Message& message) {
  Require(message.ByteSizeLong() <= kMaxModelBytes, ORT_INVALID_ARGUMENT,
          "the model does not fit into protobuf's 2 GB even without its large initializers");
  return message.SerializeAsString();
}

void SetExternal(onnx::TensorProto& proto, const std::string& location, size_t offset,
                 size_t length) {
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto add = [&](const char* key, std::string value) {
    auto& entry = *proto.add_external_data();
    entry.set_key(key);
    entry.set_value(std::move(value));
  };
  add("location", location);
  add("offset", std::to_string(offset));
  add("length", std::to_string(length));
}

/// Collects the contents of the model file and of the external one.
class ModelWriter {
 public:
  ModelWriter(const Graph& graph, const SaveOptions& options) : graph_(graph), options_(options) {
    Build();
  }

  const Chunks& model() const { return model_; }
  const Chunks& external() const { return external_; }

 private:
  void Build();
  void FindUsed();
  std::string Head() const;
  void AddInitializer(ValueInfo& value);

  const Graph& graph_;
  const SaveOptions& options_;
  Chunks model_;
  Chunks external_;
  std::vector<std::pair<std::string, std::span<const std::byte>>>
      initializers_;  // message, raw data
  size_t initializer_bytes_ = 0;
  std::unordered_set<std::string_view> used_;  // names; filled for used_initializers_only
};

std::string ModelWriter::Head() const {
  const ModelInfo& info = *graph_.model();
  onnx::ModelProto proto;
  proto.set_ir_version(info.ir_version);
  if (!info.producer_name.empty()) proto.set_producer_name(info.producer_name);
  if (!info.producer_version.empty()) proto.set_producer_version(info.producer_version);
  if (!info.domain.empty()) proto.set_domain(info.domain);
  if (info.model_version != kNoModelVersion) proto.set_model_version(info.model_version);
  if (!info.doc_string.empty()) proto.set_doc_string(info.doc_string);
  auto opsets = info.opsets;
  opsets.insert(options_.opsets.begin(), options_.opsets.end());
  for (const auto& [domain, version] : opsets) {
    auto& opset = *proto.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
  auto metadata = options_.metadata;
  metadata.insert(info.metadata.begin(), info.metadata.end());
  for (const auto& [key, value] : metadata) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  if (info.functions != nullptr) ExportFunctions(*info.functions, *proto.mutable_functions());
  return Serialize(proto);
}

// Names, because substitutes know values by name only.
void ModelWriter::FindUsed() {
  for (const ValueInfo* output : graph_.outputs()) used_.insert(output->name);
  for (const Node* node : graph_.nodes()) {
    const Node& written = options_.substitute ? options_.substitute(*node) : *node;
    for (const auto* list : {&written.inputs, &written.implicit_inputs}) {
      for (const ValueInfo* value : *list) {
        if (value != nullptr) used_.insert(value->name);
      }
    }
  }
}

void ModelWriter::AddInitializer(ValueInfo& value) {
  const auto held = value.initializer;  // locating it may give the value an aligned copy
  const Tensor& tensor = *held;
  Require(tensor.memory().HostAccessible() && (tensor.raw() != nullptr || tensor.Bytes() == 0),
          ORT_INVALID_ARGUMENT,
          "initializer '{}' cannot be saved: its content is not in host memory", value.name);
  onnx::TensorProto proto;
  proto.set_name(value.name);
  std::span<const std::byte> raw;
  if (tensor.IsString()) {
    TensorToProto(tensor, proto);
  } else {
    DescribeTensor(tensor, proto);
    raw = {static_cast<const std::byte*>(tensor.raw()), tensor.Bytes()};
  }
  std::optional<ExternalData> elsewhere;
  if (options_.locate && !raw.empty()) elsewhere = options_.locate(value);
  if (elsewhere) {
    SetExternal(proto, elsewhere->path, static_cast<size_t>(elsewhere->offset), elsewhere->length);
    raw = {};
    initializers_.emplace_back(Serialize(proto), raw);
  } else if (!options_.external_file.empty() && !raw.empty() &&
             raw.size() >= options_.external_threshold) {
    const size_t offset = AlignUp(external_.size(), kExternalAlignment);
    external_.Own(std::string(offset - external_.size(), '\0'));
    external_.Refer(raw.data(), raw.size());
    SetExternal(proto, options_.external_file, offset, raw.size());
    raw = {};
    initializers_.emplace_back(Serialize(proto), raw);
  } else {
    std::string message = Serialize(proto);
    if (!tensor.IsString())
      message += FieldHead(onnx::TensorProto::kRawDataFieldNumber, raw.size());
    initializers_.emplace_back(std::move(message), raw);
  }
  const size_t length = initializers_.back().first.size() + raw.size();
  initializer_bytes_ +=
      FieldHead(onnx::GraphProto::kInitializerFieldNumber, length).size() + length;
}

void ModelWriter::Build() {
  ExportOptions options;
  options.skip_initializers = true;
  options.initializers_are_inputs = graph_.model()->ir_version < 4;
  onnx::GraphProto proto;
  options.substitute = options_.substitute;
  if (options_.used_initializers_only) {
    FindUsed();
    options.keeps = [this](const ValueInfo& value) { return used_.contains(value.name); };
  }
  ExportGraph(graph_, proto, options);
  std::string graph = Serialize(proto);
  for (ValueInfo* value : graph_.Initializers()) {
    if (!options.keeps || options.keeps(*value) || value->is_graph_input) AddInitializer(*value);
  }
  // The fields of a message may come in any order, so the initializers follow what protobuf wrote.
  model_.Own(Head());
  model_.Own(FieldHead(onnx::ModelProto::kGraphFieldNumber, graph.size() + initializer_bytes_));
  model_.Own(std::move(graph));
  for (auto& [message, raw] : initializers_) {
    model_.Own(FieldHead(onnx::GraphProto::kInitializerFieldNumber, message.size() + raw.size()));
    model_.Own(std::move(message));
    model_.Refer(raw.data(), raw.size());
  }
  Require(model_.size() <= kMaxModelBytes, ORT_INVALID_ARGUMENT,
          "the model takes {} bytes, more than the 2 GB of an ONNX file; save large initializers "
          "as external data",
          model_.size());
}

// Writes beside `path` and renames: what is at `path` may be mapped by the very tensors that are
// written.
void ReplaceFile(const std::string& path, const Chunks& chunks) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
    return WriteFile(path, chunks.list());
  const std::string temporary = Format("{}.{}.part", path, getpid());
  try {
    WriteFile(temporary, chunks.list());
    std::error_code error;
    fs::rename(temporary, path, error);
    Require(!error, ORT_FAIL, "cannot write {}: {}", path, error.message());
  } catch (const Error&) {
    fs::remove(temporary, ignored);
    throw;
  }
}

}  // namespace

void SaveModelFile(const Graph& graph, const std::string& path, const SaveOptions& options) {
  const fs::path external(options.external_file);
  Require(!external.is_absolute() &&
              std::find(external.begin(), external.end(), "..") == external.end(),
          ORT_INVALID_ARGUMENT,
          "external data goes beside the model; '{}' is not a path inside its folder",
          options.external_file);
  const ModelWriter writer(graph, options);
  if (writer.external().size() > 0)
    ReplaceFile((fs::path(path).parent_path() / external).string(), writer.external());
  ReplaceFile(path, writer.model());
}

std::string SaveModelBytes(const Graph& graph, const SaveOptions& options) {
  const ModelWriter writer(graph, options);
  if (writer.external().size() > 0) ReplaceFile(options.external_file, writer.external());
  std::string bytes;
  bytes.reserve(writer.model().size());
  for (const auto chunk : writer.model().list())
    bytes.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  return bytes;
}

}  // namespace backplane
