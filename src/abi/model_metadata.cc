#include "abi/model_metadata.h"

#include <map>
#include <string>

#include "abi/guard.h"
#include "graph/graph_view.h"
#include "runtime/session.h"

/// A copy, because clients may keep it longer than the session.
struct OrtModelMetadata final {
  std::string producer_name;
  std::string graph_name;
  std::string graph_description;
  std::string domain;
  std::string description;
  int64_t version = 0;
  std::map<std::string, std::string> custom;
};

namespace backplane::abi {

OrtModelMetadata* NewModelMetadata(const Graph& graph) {
  const ModelInfo& model = *graph.model();
  return new OrtModelMetadata{model.producer_name, graph.name,       graph.doc_string,
                              model.domain,        model.doc_string, model.model_version,
                              model.metadata};
}

OrtStatus* SessionGetModelMetadata(const OrtSession* session, OrtModelMetadata** out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(out, "out");
    *out = NewModelMetadata(session->graph());
  });
}

OrtStatus* Graph_GetModelMetadata(const OrtGraph* graph, OrtModelMetadata** out) noexcept {
  return Guard([&] {
    NotNull(graph, "graph");
    NotNull(out, "out");
    *out = NewModelMetadata(graph->graph());
  });
}

void ReleaseModelMetadata(OrtModelMetadata* input) noexcept { delete input; }

namespace {

OrtStatus* GetText(const OrtModelMetadata* metadata, std::string OrtModelMetadata::*text,
                   OrtAllocator* allocator, char** value) noexcept {
  return Guard([&] {
    NotNull(metadata, "model_metadata");
    NotNull(allocator, "allocator");
    NotNull(value, "value");
    *value = CopyText(metadata->*text, allocator);
  });
}

}  // namespace

OrtStatus* ModelMetadataGetProducerName(const OrtModelMetadata* model_metadata,
                                        OrtAllocator* allocator, char** value) noexcept {
  return GetText(model_metadata, &OrtModelMetadata::producer_name, allocator, value);
}

OrtStatus* ModelMetadataGetGraphName(const OrtModelMetadata* model_metadata,
                                     OrtAllocator* allocator, char** value) noexcept {
  return GetText(model_metadata, &OrtModelMetadata::graph_name, allocator, value);
}

OrtStatus* ModelMetadataGetGraphDescription(const OrtModelMetadata* model_metadata,
                                            OrtAllocator* allocator, char** value) noexcept {
  return GetText(model_metadata, &OrtModelMetadata::graph_description, allocator, value);
}

OrtStatus* ModelMetadataGetDomain(const OrtModelMetadata* model_metadata, OrtAllocator* allocator,
                                  char** value) noexcept {
  return GetText(model_metadata, &OrtModelMetadata::domain, allocator, value);
}

OrtStatus* ModelMetadataGetDescription(const OrtModelMetadata* model_metadata,
                                       OrtAllocator* allocator, char** value) noexcept {
  return GetText(model_metadata, &OrtModelMetadata::description, allocator, value);
}

OrtStatus* ModelMetadataGetVersion(const OrtModelMetadata* model_metadata,
                                   int64_t* value) noexcept {
  return Guard([&] {
    NotNull(model_metadata, "model_metadata");
    NotNull(value, "value");
    *value = model_metadata->version;
  });
}

OrtStatus* ModelMetadataLookupCustomMetadataMap(const OrtModelMetadata* model_metadata,
                                                OrtAllocator* allocator, const char* key,
                                                char** value) noexcept {
  return Guard([&] {
    NotNull(model_metadata, "model_metadata");
    NotNull(allocator, "allocator");
    NotNull(key, "key");
    NotNull(value, "value");
    const auto it = model_metadata->custom.find(key);
    *value = it == model_metadata->custom.end() ? nullptr : CopyText(it->second, allocator);
  });
}

OrtStatus* ModelMetadataGetCustomMetadataMapKeys(const OrtModelMetadata* model_metadata,
                                                 OrtAllocator* allocator, char*** keys,
                                                 int64_t* num_keys) noexcept {
  return Guard([&] {
    NotNull(model_metadata, "model_metadata");
    NotNull(allocator, "allocator");
    NotNull(keys, "keys");
    NotNull(num_keys, "num_keys");
    const auto& custom = model_metadata->custom;
    *keys = nullptr;
    *num_keys = 0;
    if (custom.empty()) return;
    auto** texts = static_cast<char**>(AllocateFrom(allocator, custom.size() * sizeof(char*)));
    size_t count = 0;
    try {
      for (const auto& entry : custom) texts[count++] = CopyText(entry.first, allocator);
    } catch (...) {
      while (count > 0) allocator->Free(allocator, texts[--count]);
      allocator->Free(allocator, texts);
      throw;
    }
    *keys = texts;
    *num_keys = static_cast<int64_t>(count);
  });
}

}  // namespace backplane::abi
