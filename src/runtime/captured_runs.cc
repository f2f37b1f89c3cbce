// Runs that an EP records and replays (run option gpu_graph_id): part of OrtSession. A recording
// uses the memory of the frame it was made in, so the session keeps that frame; what a caller gives
// in other places is copied in and out around a replay.
#include <algorithm>
#include <utility>

#include "runtime/run_options.h"
#include "runtime/session.h"

using backplane::ExecutionProvider;
using backplane::Frame;
using backplane::Require;
using backplane::RunState;
using backplane::Value;

// Recording is sound only if the EP does all there is to do.
void OrtSession::ChooseCapturingEp() {
  const auto it = std::find_if(parts_.eps.begin(), parts_.eps.end(),
                               [](const auto& ep) { return ep->CapturesGraphs(); });
  if (it == parts_.eps.end()) return;
  ExecutionProvider& ep = **it;
  const bool beside_host = ep.CapturesBesideHost();
  for (const backplane::Step& step : plan().steps) {
    const bool host_shapes =
        beside_host && step.ep == parts_.eps.back().get() && !step.node->HasSubgraphs();
    const bool copies =
        parts_.devices != nullptr && parts_.devices->borders.CopyOf(step.node) != nullptr;
    Require((step.ep == &ep && !step.node->HasSubgraphs() && !copies) || host_shapes, ORT_FAIL,
            "This session cannot use the graph capture feature as requested by the user as all "
            "compute graph nodes have not been partitioned to the {}: {} is on {}",
            ep.name(), step.node->Describe(), step.ep->name());
  }
  capturing_ep_ = static_cast<int>(it - parts_.eps.begin());
  concurrent_ = false;
}

void OrtSession::RunCaptured(RunState& run, const Arguments& arguments) {
  Capture& capture = captures_[run.options->graph_id()];
  ExecutionProvider& ep = *parts_.eps[static_cast<size_t>(capturing_ep_)];
  const bool captured = ep.IsCaptured(run.options->graph_id());
  if (captured && capture.frame != nullptr) {
    Replay(capture, run, arguments);
  } else {
    if (captured) ep.ReleaseCapture(run.options->graph_id());  // of a run that failed
    Record(capture, run, arguments);
  }
}

// EPs want runs to warm up before the one that they record; the caller should not have to know.
void OrtSession::Record(Capture& capture, RunState& run, const Arguments& arguments) {
  constexpr int kMostRuns = 8;
  const std::vector<Value*> given(arguments.outputs.begin(), arguments.outputs.end());
  ExecutionProvider& ep = *parts_.eps[static_cast<size_t>(capturing_ep_)];
  auto frame = capture.frame != nullptr ? std::move(capture.frame) : parts_.level->Take();
  for (int i = 0; i < kMostRuns; ++i) {
    for (size_t k = 0; k < given.size(); ++k) {
      if (arguments.outputs[k] != given[k]) delete std::exchange(arguments.outputs[k], given[k]);
    }
    frame->DropScratch(/*hold=*/true);
    RunOnce(*frame, run, arguments);
    if (!ep.IsCaptured(run.options->graph_id())) continue;
    if (!frame->tracing()) break;
    ep.ReleaseCapture(run.options->graph_id());  // the memory of a first run does not last
  }
  if (!ep.IsCaptured(run.options->graph_id())) {
    frame->DropScratch(/*hold=*/false);
    parts_.level->Return(std::move(frame));
    return;
  }
  capture.frame = std::move(frame);
  capture.outputs.assign(parts_.outputs.size(), nullptr);
  for (size_t k = 0; k < given.size(); ++k) {
    if (given[k] == nullptr || !given[k]->IsTensor()) continue;
    const uint32_t index = OutputIndex(arguments.output_names[k], k);
    if (CanMakeInPlace(*capture.frame, index, arguments.Wanted(k), *given[k]))
      capture.outputs[index] = given[k]->tensor().raw();
  }
  capture.inputs.clear();
  for (uint32_t i = 0; i < level_inputs_.size(); ++i) {
    const Value& value = *capture.frame->args[i];
    const bool staged = !value.IsTensor() ||
                        !capture.frame->LiesAtHome(plan().input_slots[i], value.tensor().memory());
    capture.inputs.push_back(staged ? nullptr : value.tensor().raw());
  }
}

void OrtSession::Replay(Capture& capture, RunState& run, const Arguments& arguments) {
  Frame& frame = *capture.frame;
  BindInputs(frame, arguments.input_names, arguments.inputs);
  for (uint32_t i = 0; i < level_inputs_.size(); ++i) {
    const Value& value = *frame.args[i];
    const bool staged =
        !value.IsTensor() || !frame.LiesAtHome(plan().input_slots[i], value.tensor().memory());
    Require((staged ? nullptr : value.tensor().raw()) == capture.inputs[i] &&
                (!value.IsTensor() || value.tensor().shape() == frame.memory()->input_shapes[i]),
            ORT_INVALID_ARGUMENT,
            "input '{}' has another address or shape than when graph {} was captured",
            level_inputs_[i]->name, run.options->graph_id());
  }
  run.devices = parts_.devices != nullptr ? &frame.Devices(*parts_.devices) : nullptr;
  parts_.level->Prepare(frame, frame.args, run.pool);
  try {
    if (run.devices != nullptr) {
      run.devices->Begin(*run.options);
      frame.StageInputs(run);
      run.devices->WaitForAll();
    }
    parts_.eps[static_cast<size_t>(capturing_ep_)]->Replay(run.options->graph_id());
    TakeReplayed(capture, run, arguments);
    if (run.devices != nullptr) run.devices->End(run.options->synchronize_eps());
  } catch (...) {
    if (run.devices != nullptr) run.devices->Abandon();
    frame.Reset();
    throw;
  }
  frame.Reset();
}

void OrtSession::TakeReplayed(const Capture& capture, RunState& run, const Arguments& arguments) {
  std::vector<std::unique_ptr<Value>> made;
  for (size_t i = 0; i < arguments.outputs.size(); ++i) {
    const uint32_t index = OutputIndex(arguments.output_names[i], i);
    Value* given = arguments.outputs[i];
    if (capture.outputs[index] != nullptr) {
      Require(
          given != nullptr && given->IsTensor() && given->tensor().raw() == capture.outputs[index],
          ORT_INVALID_ARGUMENT, "output '{}' has another address than when graph {} was captured",
          parts_.outputs[index]->name, run.options->graph_id());
      continue;
    }
    if (given == nullptr) given = made.emplace_back(std::make_unique<Value>()).get();
    const Value& source = capture.frame->at(plan().output_slots[index]);
    Require(!source.IsNone(), ORT_INVALID_ARGUMENT,
            "output '{}' was given memory when graph {} was captured, and must be now",
            parts_.outputs[index]->name, run.options->graph_id());
    HandOver(run, source, index, arguments.Wanted(i), *given);
  }
  size_t next = 0;
  for (Value*& output : arguments.outputs) {
    if (output == nullptr) output = made[next++].release();
  }
}

void OrtSession::ReleaseCapturedGraph(int id) {
  Require(capturing_ep_ != backplane::kNoEp, ORT_INVALID_ARGUMENT,
          "no execution provider of this session captures graphs");
  const std::lock_guard lock(serial_run_);
  parts_.eps[static_cast<size_t>(capturing_ep_)]->ReleaseCapture(id);
  captures_.erase(id);
}
