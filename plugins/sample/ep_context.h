// EPContext nodes: a compiled group as a node of a model that is saved, with its bytes inside the
// node or in a file beside the model, and back. Used by the compile-based EP; knows nothing of what
// the bytes mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/graph.h"
#include "kit/options.h"

namespace sample {

class EpContexts {
 public:
  // Reads what the session says: the entries ep.context_*, and the program's functions for data.
  // `api` and `ep_name` outlive it.
  EpContexts(const ep_kit::Api& api, const std::string& ep_name, const OrtSessionOptions* session,
             const ep_kit::Options& options);

  // Whether a compiled model is wanted, so that Compile has to make nodes.
  bool wanted() const { return wanted_; }

  // Whether the node carries a compiled group of this EP.
  bool IsOurs(const ep_kit::Node& node) const;

  // The bytes of such a node of `graph`. Fails with ORT_INVALID_GRAPH where the node makes no
  // sense, and with ORT_NO_SUCHFILE where its file is not there.
  std::string Load(const OrtGraph* graph, const ep_kit::Node& node) const;

  // The node that takes the place of `fused` in the compiled model. Writes the file, if the bytes
  // are to go to one.
  ep_kit::Owned<OrtNode> Save(const OrtGraph* graph, const OrtNode* fused,
                              const std::string& bytes) const;

 private:
  std::string ModelPath(const OrtGraph* graph) const;
  std::string Store(const OrtGraph* graph, const std::string& node_name,
                    const std::string& bytes) const;
  std::string ReadThroughFunction(const std::string& name) const;

  const ep_kit::Api& api_;
  const std::string& ep_name_;
  bool wanted_ = false;      // ep.context_enable
  bool embed_ = false;       // ep.context_embed_mode
  std::string model_path_;   // ep.context_file_path: of the compiled model; may be empty
  std::string name_prefix_;  // ep.context_node_name_prefix
  OrtReadNamedBufferFunc read_ = nullptr;  // instead of files, with their states
  OrtWriteNamedBufferFunc write_ = nullptr;
  void* read_state_ = nullptr;
  void* write_state_ = nullptr;
};

}  // namespace sample
