#include "backplane/session.h"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "backplane/error.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

void AddShapes(const Runtime& ort, OrtSessionOptions* options, const Shapes& shapes) {
  std::string text;
  for (const auto& [input, sizes] : shapes) {
    std::vector<std::string> words;
    for (const int64_t size : sizes) words.push_back(std::to_string(size));
    text += (text.empty() ? "" : ";") + input + "=" + Join(words, "x");
  }
  ort.Check(ort->AddSessionConfigEntry(options, "backplane.input_shapes", text.c_str()));
}

Owned<OrtSessionOptions> MakeOptions(const Runtime& ort, OrtEnv* env,
                                     const SessionSettings& settings) {
  auto options = ort.Make<OrtSessionOptions>(ort->ReleaseSessionOptions, ort->CreateSessionOptions);
  if (settings.threads > 0) ort.Check(ort->SetIntraOpNumThreads(options.get(), settings.threads));
  for (const auto& [symbol, size] : settings.dims)
    ort.Check(ort->AddFreeDimensionOverrideByName(options.get(), symbol.c_str(), size));
  if (settings.record_placement)
    ort.Check(ort->AddSessionConfigEntry(options.get(),
                                         kOrtSessionOptionsRecordEpGraphAssignmentInfo, "1"));
  if (!settings.shapes.empty()) AddShapes(ort, options.get(), settings.shapes);
  if (settings.quiet && !settings.verbose)
    ort.Check(ort->SetSessionLogSeverityLevel(options.get(), ORT_LOGGING_LEVEL_ERROR));
  AppendProviders(ort, env, options.get(), settings.providers);
  return options;
}

void ReadTensorType(const Runtime& ort, const OrtTypeInfo* type, Port& port) {
  const OrtTensorTypeAndShapeInfo* info = nullptr;
  ort.Check(ort->CastTypeInfoToTensorInfo(type, &info));
  if (info == nullptr) return;
  size_t rank = 0;
  ort.Check(ort->GetTensorElementType(info, &port.type));
  ort.Check(ort->GetDimensionsCount(info, &rank));
  port.shape.resize(rank);
  std::vector<const char*> symbols(rank);
  ort.Check(ort->GetDimensions(info, port.shape.data(), rank));
  ort.Check(ort->GetSymbolicDimensions(info, symbols.data(), rank));
  for (const char* symbol : symbols) port.symbols.emplace_back(symbol == nullptr ? "" : symbol);
}

// Looks into optionals and sequences.
void ReadType(const Runtime& ort, const OrtTypeInfo* type, Port& port) {
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  ort.Check(ort->GetOnnxTypeFromTypeInfo(type, &kind));
  constexpr uint32_t kOptionalsSince = 15;
  if (kind == ONNX_TYPE_OPTIONAL && ort.api_version() >= kOptionalsSince) {
    const OrtOptionalTypeInfo* optional = nullptr;
    ort.Check(ort->CastTypeInfoToOptionalTypeInfo(type, &optional));
    const auto contained =
        ort.Make<OrtTypeInfo>(ort->ReleaseTypeInfo, ort->GetOptionalContainedTypeInfo, optional);
    port.optional = true;
    return ReadType(ort, contained.get(), port);
  }
  port.kind = kind;
  if (kind == ONNX_TYPE_TENSOR) ReadTensorType(ort, type, port);
  if (kind != ONNX_TYPE_SEQUENCE) return;
  const OrtSequenceTypeInfo* sequence = nullptr;
  ort.Check(ort->CastTypeInfoToSequenceTypeInfo(type, &sequence));
  const auto element =
      ort.Make<OrtTypeInfo>(ort->ReleaseTypeInfo, ort->GetSequenceElementType, sequence);
  ONNXType element_kind = ONNX_TYPE_UNKNOWN;
  ort.Check(ort->GetOnnxTypeFromTypeInfo(element.get(), &element_kind));
  if (element_kind == ONNX_TYPE_TENSOR) ReadTensorType(ort, element.get(), port);
}

template <typename GetName, typename GetType>
Port ReadPort(const Runtime& ort, const OrtSession* session, size_t index, GetName get_name,
              GetType get_type) {
  OrtAllocator* allocator = ort.allocator();
  Port port;
  char* name = nullptr;
  ort.Check(get_name(session, index, allocator, &name));
  port.name = name;
  allocator->Free(allocator, name);
  const auto type = ort.Make<OrtTypeInfo>(ort->ReleaseTypeInfo, get_type, session, index);
  ReadType(ort, type.get(), port);
  return port;
}

}  // namespace

double Now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const char* NameOf(ONNXType kind) {
  switch (kind) {
    case ONNX_TYPE_TENSOR:
      return "tensor";
    case ONNX_TYPE_SEQUENCE:
      return "sequence";
    case ONNX_TYPE_MAP:
      return "map";
    case ONNX_TYPE_OPTIONAL:
      return "optional";
    case ONNX_TYPE_SPARSETENSOR:
      return "sparse tensor";
    default:
      return "unknown";
  }
}

std::string Port::TypeText() const {
  std::string text = kind == ONNX_TYPE_TENSOR ? NameOf(type) : NameOf(kind);
  if (kind == ONNX_TYPE_SEQUENCE && HasTensors()) text += "(" + NameOf(type) + ")";
  return optional ? "optional(" + text + ")" : text;
}

Session::Session(const SessionSettings& settings)
    : runtime_(settings.library),
      env_(runtime_.MakeEnv(settings.verbose)),
      session_(nullptr, runtime_->ReleaseSession) {
  RegisterLibraries(runtime_, env_.get(), settings.providers);
  const auto options = MakeOptions(runtime_, env_.get(), settings);
  const double start = Now();
  const OrtEnv* env = env_.get();
  session_ = runtime_.Make<OrtSession>(runtime_->ReleaseSession, runtime_->CreateSession, env,
                                       settings.model.c_str(), options.get());
  load_milliseconds_ = Now() - start;
  ReadPorts();
  if (settings.record_placement) ReadPlacement(settings.library.empty());
}

void Session::ReadPorts() {
  const Runtime& ort = runtime_;
  size_t count = 0;
  ort.Check(ort->SessionGetInputCount(session_.get(), &count));
  for (size_t i = 0; i < count; ++i)
    inputs_.push_back(
        ReadPort(ort, session_.get(), i, ort->SessionGetInputName, ort->SessionGetInputTypeInfo));
  ort.Check(ort->SessionGetOutputCount(session_.get(), &count));
  for (size_t i = 0; i < count; ++i)
    outputs_.push_back(
        ReadPort(ort, session_.get(), i, ort->SessionGetOutputName, ort->SessionGetOutputTypeInfo));
  for (const Port& port : inputs_) input_names_.push_back(port.name.c_str());
  for (const Port& port : outputs_) output_names_.push_back(port.name.c_str());
}

void Session::AddPlaced(const std::string& ep, size_t nodes) {
  const auto known = std::find_if(placement_.begin(), placement_.end(),
                                  [&](const auto& entry) { return entry.first == ep; });
  if (known == placement_.end()) {
    placement_.emplace_back(ep, nodes);
  } else {
    known->second += nodes;
  }
}

void Session::ReadPlacement(bool own_library) {
  if (own_library) {
    const auto placement = nlohmann::json::parse(Explain());
    for (const auto& node : placement.at("nodes")) AddPlaced(node.at("ep"), 1);
    return;
  }
  constexpr uint32_t kSinceVersion = 24;
  const Runtime& ort = runtime_;
  if (ort.api_version() < kSinceVersion) return;
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  if (OrtStatus* status = ort->Session_GetEpGraphAssignmentInfo(session_.get(), &parts, &count)) {
    ort->ReleaseStatus(status);  // the library does not tell; nothing depends on it
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const OrtEpAssignedNode* const* nodes = nullptr;
    size_t node_count = 0;
    ort.Check(ort->EpAssignedSubgraph_GetEpName(parts[i], &name));
    ort.Check(ort->EpAssignedSubgraph_GetNodes(parts[i], &nodes, &node_count));
    AddPlaced(name, node_count);
  }
}

std::vector<Owned<OrtValue>> Session::Run(const std::vector<Owned<OrtValue>>& values,
                                          double* milliseconds) const {
  std::vector<const OrtValue*> feeds;
  for (const auto& value : values) feeds.push_back(value.get());
  std::vector<OrtValue*> results(output_names_.size(), nullptr);
  const double start = Now();
  OrtStatus* status =
      runtime_->Run(session_.get(), nullptr, input_names_.data(), feeds.data(), feeds.size(),
                    output_names_.data(), output_names_.size(), results.data());
  *milliseconds = Now() - start;
  std::vector<Owned<OrtValue>> outputs;
  for (OrtValue* result : results) outputs.emplace_back(result, runtime_->ReleaseValue);
  runtime_.Check(status);
  return outputs;
}

}  // namespace backplane::command
