// A group of nodes that the EP compiles as one, without any shapes: what all programs of the group
// are built from. Kept as long as the session.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "dnnl/operators.h"

namespace backplane::dnnl_ep {

/** Constants in the layouts that primitives asked for; each made once for all programs. */
class ConstantStore {
 public:
  /**
   * The constant `value`, whose data at `plain` lies as `from` says, as `to` wants it.
   */
  dnnl::memory Packed(int value, const void* plain, const Desc& from, const Desc& to);

  size_t Bytes() const;

 private:
  struct Entry {
    int value;
    Desc from, to;
    dnnl::memory memory;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

struct Group {
  std::string name;
  Graph graph;
  std::vector<const Operator*> operators;  // by node
  /** By value: owned copies of small constants, and while compiling the host's large ones. */
  Constants constants;
  std::vector<std::unique_ptr<std::byte[]>> copies;
  std::vector<int> inputs, outputs;  // values, in the order of the fused node
  bool has_static_shapes = false;    // constants were dropped, one program serves all runs
  std::unique_ptr<ConstantStore> store = std::make_unique<ConstantStore>();

  OpView View(int node) const { return {graph, graph.nodes[node], constants}; }
};

}  // namespace backplane::dnnl_ep
