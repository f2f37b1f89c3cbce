#include "ep_context.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sample {

namespace fs = std::filesystem;

using ep_kit::Failure;
using ep_kit::Node;
using ep_kit::Owned;

namespace {

// What a node's name becomes in the name of a file.
std::string FileName(std::string name) {
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
      '_');
  return name;
}

// Models come from anywhere: data lies in the model's folder, or below it.
void RequireInside(const fs::path& file, const std::string& node_name) {
  const bool leaves = file.empty() || file.has_root_path() ||
                      std::find(file.begin(), file.end(), "..") != file.end();
  if (leaves) {
    throw Failure(ORT_INVALID_GRAPH, "EPContext node '" + node_name + "' names the file '" +
                                         file.string() + "', which is not in the model's folder");
  }
}

}  // namespace

EpContexts::EpContexts(const ep_kit::Api& api, const std::string& ep_name,
                       const OrtSessionOptions* session, const ep_kit::Options& options)
    : api_(api),
      ep_name_(ep_name),
      wanted_(options.Session("ep.context_enable") == "1"),
      embed_(options.Session("ep.context_embed_mode") == "1"),
      model_path_(options.Session("ep.context_file_path")),
      name_prefix_(options.Session("ep.context_node_name_prefix")) {
  if (api.version < 31) return;  // such a host knows of no functions for data
  OrtEpContextConfig* config = nullptr;
  api.Check(api.ep->SessionOptionsGetEpContextConfig(session, &config));
  const Owned<OrtEpContextConfig> owned(config, api.ep->ReleaseEpContextConfig);
  api.Check(api.ep->EpContextConfig_GetEpContextDataReadFunc(config, &read_, &read_state_));
  api.Check(api.ep->EpContextConfig_GetEpContextDataWriteFunc(config, &write_, &write_state_));
}

bool EpContexts::IsOurs(const Node& node) const {
  return node.op_type == "EPContext" && node.domain == "com.microsoft" &&
         node.String("source", "") == ep_name_;
}

std::string EpContexts::Load(const OrtGraph* graph, const Node& node) const {
  const std::string content = node.String("ep_cache_context", "");
  if (node.Int("main_context", 1) != 1) {  // of EPs that keep several groups in one piece
    throw Failure(ORT_INVALID_GRAPH, "EPContext node '" + node.name + "' has no data of its own");
  }
  if (node.Int("embed_mode", 1) == 1) return content;
  if (read_ != nullptr) return ReadThroughFunction(content);
  RequireInside(content, node.name);
  // A model that came from memory has no folder, unless the program says where it belongs.
  std::string model = ModelPath(graph);
  if (model.empty()) model = model_path_;
  if (model.empty()) {
    throw Failure(ORT_INVALID_ARGUMENT, "the data of EPContext node '" + node.name +
                                            "' is in a file beside the model, which came from "
                                            "memory: set ep.context_file_path to where it belongs");
  }
  const fs::path path = fs::path(model).parent_path() / content;
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    throw Failure(ORT_NO_SUCHFILE, "could not read '" + path.string() +
                                       "', the data of EPContext "
                                       "node '" +
                                       node.name + "'");
  }
  return bytes;
}

std::string EpContexts::ReadThroughFunction(const std::string& name) const {
  OrtAllocator* allocator = nullptr;
  api_.Check(api_.ort->GetAllocatorWithDefaultOptions(&allocator));
  void* buffer = nullptr;
  size_t size = 0;
  api_.Check(read_(read_state_, name.c_str(), allocator, &buffer, &size));
  const Owned<void> owned(buffer, [&](void* data) { allocator->Free(allocator, data); });
  return size == 0 ? std::string() : std::string(static_cast<const char*>(buffer), size);
}

std::string EpContexts::ModelPath(const OrtGraph* graph) const {
  const ORTCHAR_T* path = nullptr;
  api_.Check(api_.ort->Graph_GetModelPath(graph, &path));
  return path == nullptr ? "" : fs::path(path).string();
}

// Puts the bytes where the program wants them; returns the name to find them by.
std::string EpContexts::Store(const OrtGraph* graph, const std::string& node_name,
                              const std::string& bytes) const {
  // Where a compiled model goes of which nothing is said: beside the model, as NAME_ctx.onnx.
  fs::path model = model_path_;
  if (model.empty()) {
    model = ModelPath(graph);
    if (!model.empty()) model.replace_filename(model.stem().string() + "_ctx.onnx");
  }
  const std::string name =
      FileName(model.stem().string() + "_" + name_prefix_ + node_name + ".bin");
  if (write_ != nullptr) {
    api_.Check(write_(write_state_, name.c_str(), bytes.data(), bytes.size()));
    return name;
  }
  if (model.empty()) {
    throw Failure(ORT_INVALID_ARGUMENT,
                  "the data of EPContext nodes goes to files beside the compiled model: set "
                  "ep.context_file_path, or ep.context_embed_mode to 1");
  }
  const fs::path path = model.parent_path() / name;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Failure(ORT_FAIL, "could not write '" + path.string() + "'");
  return name;
}

Owned<OrtNode> EpContexts::Save(const OrtGraph* graph, const OrtNode* fused,
                                const std::string& bytes) const {
  const char* name = nullptr;  // hosts find the node that it is for by its name
  api_.Check(api_.ort->Node_GetName(fused, &name));
  const std::string content = embed_ ? bytes : Store(graph, name, bytes);
  const int64_t main_context = 1;
  const int64_t embed_mode = embed_ ? 1 : 0;
  std::vector<Owned<OrtOpAttr>> attributes;
  const auto add = [&](const char* key, const void* data, size_t length, OrtOpAttrType type) {
    OrtOpAttr* attribute = nullptr;
    api_.Check(api_.ort->CreateOpAttr(key, data, static_cast<int>(length), type, &attribute));
    attributes.emplace_back(attribute, api_.ort->ReleaseOpAttr);
  };
  add("main_context", &main_context, 1, ORT_OP_ATTR_INT);
  add("embed_mode", &embed_mode, 1, ORT_OP_ATTR_INT);
  add("ep_cache_context", content.data(), content.size(), ORT_OP_ATTR_STRING);
  add("source", ep_name_.data(), ep_name_.size(), ORT_OP_ATTR_STRING);
  std::vector<OrtOpAttr*> handles;
  for (const auto& attribute : attributes) handles.push_back(attribute.get());
  const std::vector<std::string> inputs = ep_kit::InputNames(api_, fused);
  const std::vector<std::string> outputs = ep_kit::OutputNames(api_, fused);
  std::vector<const char*> names;
  for (const auto* list : {&inputs, &outputs}) {
    for (const std::string& value : *list) names.push_back(value.c_str());
  }
  OrtNode* node = nullptr;
  api_.Check(api_.ort->GetModelEditorApi()->CreateNode(
      "EPContext", "com.microsoft", name, names.data(), inputs.size(), names.data() + inputs.size(),
      outputs.size(), handles.data(), handles.size(), &node));
  for (auto& attribute : attributes) attribute.release();  // the node's from here on
  return Owned<OrtNode>(node, api_.ort->ReleaseNode);
}

}  // namespace sample
