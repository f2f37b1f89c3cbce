// Models for tests: written in ONNX's text form, changed through protobuf where the text cannot say
// it, and loaded.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "graph/check.h"
#include "graph/infer.h"
#include "model/model.h"
#include "onnx/defs/parser.h"
#include "onnx/onnx_pb.h"

namespace backplane::testing {

/// A model from its text form; `graph` starts at the graph's name.
inline onnx::ModelProto ParseModel(
    const std::string& graph,
    const std::string& head = R"(ir_version: 8, opset_import: ["": 17])") {
  onnx::ModelProto model;
  const std::string text = "<" + head + ">\n" + graph;
  const auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) ADD_FAILURE() << status.ErrorMessage() << "\nin: " << text;
  return model;
}

inline std::span<const std::byte> BytesOfText(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::unique_ptr<Graph> Load(const onnx::ModelProto& model, const LoadOptions& options = {}) {
  const std::string bytes = model.SerializeAsString();
  return LoadModelBytes(BytesOfText(bytes), options);
}

/// Loads, checks and infers.
inline std::unique_ptr<Graph> LoadAndInfer(const onnx::ModelProto& model,
                                           const InferOptions& options = {}) {
  auto graph = Load(model);
  CheckGraph(*graph);
  InferTypesAndShapes(*graph, options);
  return graph;
}

/// "tensor(float)[2,3]" of the value called `name`.
inline std::string TypeText(const Graph& graph, const std::string& name) {
  const ValueInfo* value = graph.FindValue(name);
  if (value == nullptr) return "no value";
  return value->type.ToString() +
         (value->type.IsTensor() ? ToString(value->type.tensor.shape) : "");
}

/// What `action` fails with: "code: message", or "no error".
inline std::string FailureOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::to_string(error.code()) + ": " + error.message();
  }
  return "no error";
}

}  // namespace backplane::testing
