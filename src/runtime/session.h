// Session: a model made ready to run (C API: OrtSession). Building it is session_builder.cc's work;
// this file is what lives on: the plan, the frames, the EPs, and Run.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "partition/partition.h"
#include "runtime/device_run.h"
#include "runtime/level.h"
#include "runtime/node_stats_recorder.h"
#include "runtime/profiler.h"

struct OrtEnv;
struct OrtModel;
struct OrtSessionOptions;

namespace backplane {

class PrepackedWeights;

/// What session_builder.cc makes; the parts are released in reverse order.
struct SessionParts {
  std::shared_ptr<const OrtEnv> env;           ///< kept alive
  std::unique_ptr<Logger> logger;              ///< EPs keep its address
  std::unique_ptr<OrtSessionOptions> options;  ///< the session's own copy
  std::unique_ptr<ThreadPool> own_pool;        ///< null: the env's shared pool
  ThreadPool* pool = nullptr;
  std::unique_ptr<Profiler> profiler;
  std::unique_ptr<NodeStatsRecorder> stats;  ///< null unless memory is measured
  std::unique_ptr<Graph> graph;
  std::vector<std::shared_ptr<ExecutionProvider>> eps;
  Placement placement;
  std::vector<FusedKernel>
      fused;  ///< views and members of compiled groups; their kernels are in the plan
  std::vector<ValueInfo*> inputs;                    ///< required inputs, as the model names them
  std::vector<ValueInfo*> overridable_initializers;  ///< inputs with a default
  std::vector<ValueInfo*> outputs;
  std::unique_ptr<DeviceSupport> devices;  ///< null where all EPs work in host memory
  std::unique_ptr<Level> level;            ///< the main graph's plan and frames; null: see ready()
};

/// A model file, the bytes of one, or a graph in memory.
using ModelSource = std::variant<std::string, std::span<const std::byte>, std::unique_ptr<Graph>>;

/// A session that was begun: its model is loaded and may be edited until Finish.
class UnfinishedSession {
 public:
  virtual ~UnfinishedSession() = default;
  virtual Graph& graph() = 0;
  /// EPs of `options` take the place of those it was begun with, and its entries, custom operators
  /// and shared weights are added; null keeps all. `weights` may be null.
  virtual SessionParts Finish(const OrtSessionOptions* options,
                              std::shared_ptr<PrepackedWeights> weights) = 0;
  /// Instead of Finish: only as far as is needed for a compiled model (runtime/compile_model.h).
  virtual void CompileOnly() = 0;
};

/// Loads the model. Errors: those of LoadModelFile.
std::unique_ptr<UnfinishedSession> BeginSession(const OrtEnv& env, ModelSource source,
                                                const OrtSessionOptions& options);

}  // namespace backplane

struct OrtSession final {
 public:
  /// Builds a session for the model at `path`. Errors: those of LoadModelFile, CheckGraph,
  /// InferTypesAndShapes, the EPs.
  static std::unique_ptr<OrtSession> FromPath(const OrtEnv& env, const std::string& path,
                                              const OrtSessionOptions& options);
  /// The same from bytes; they are copied unless the options say that they outlive the session
  /// (session.use_ort_model_bytes_directly).
  static std::unique_ptr<OrtSession> FromBytes(const OrtEnv& env, std::span<const std::byte> bytes,
                                               const OrtSessionOptions& options);
  /// The same from a graph in memory (model editor).
  static std::unique_ptr<OrtSession> FromGraph(const OrtEnv& env,
                                               std::unique_ptr<backplane::Graph> graph,
                                               const OrtSessionOptions& options);
  explicit OrtSession(backplane::SessionParts parts);
  ~OrtSession();

  /// A session whose model may be extended before it is finished (model editor).
  explicit OrtSession(std::unique_ptr<backplane::UnfinishedSession> unfinished);
  /// Adds to the model (OrtModel::AddTo). Fails with ORT_MODEL_LOADED once the session is finished.
  void Apply(const OrtModel& model);
  /// Makes the session ready to run; does nothing if it is. As UnfinishedSession::Finish.
  void Finish(const OrtSessionOptions* options,
              std::shared_ptr<backplane::PrepackedWeights> weights);
  /// False before Finish, and for sessions that only compile (session.compile_only): those can be
  /// asked about their model and placement, not run.
  bool ready() const { return parts_.level != nullptr; }

  const std::vector<backplane::ValueInfo*>& inputs() const { return parts_.inputs; }
  const std::vector<backplane::ValueInfo*>& outputs() const { return parts_.outputs; }
  const std::vector<backplane::ValueInfo*>& overridable_initializers() const {
    return parts_.overridable_initializers;
  }
  const backplane::Graph& graph() const {
    return unfinished_ != nullptr ? unfinished_->graph() : *parts_.graph;
  }
  const backplane::ModelInfo& model_info() const { return *graph().model(); }
  const OrtSessionOptions& options() const { return *parts_.options; }
  const backplane::Placement& placement() const { return parts_.placement; }
  /// The placement as the C API hands it out; empty unless it was recorded.
  const std::vector<const OrtEpAssignedSubgraph*>& assigned_parts() const {
    return assigned_parts_;
  }
  const std::vector<std::shared_ptr<backplane::ExecutionProvider>>& eps() const {
    return parts_.eps;
  }
  const backplane::Plan& plan() const { return parts_.level->plan(); }
  backplane::ThreadPool& pool() const { return *parts_.pool; }
  const backplane::Logger& logger() const { return *parts_.logger; }

  /// Runs the model. Names may come in any order. Where `outputs[i]` is not null the result is
  /// written there (the shape must fit), else a new OrtValue is made, which the caller owns. Safe
  /// to call from several threads at once. Inputs may be in any memory. New outputs are in host
  /// memory, or in that of `output_memory` where it names one. Errors: ORT_INVALID_ARGUMENT for
  /// names, types, ranks and sizes; the failing node's status otherwise.
  void Run(const OrtRunOptions* run_options, std::span<const char* const> input_names,
           std::span<const backplane::Value* const> inputs,
           std::span<const char* const> output_names, std::span<backplane::Value*> outputs,
           std::span<const backplane::MemoryInfo* const> output_memory = {});

  /// In which memory an input is wanted, and an output is made: there no copy is needed.
  const backplane::MemoryInfo& InputMemory(const backplane::ValueInfo& input) const;
  const backplane::MemoryInfo& OutputMemory(size_t index) const;
  /// The device whose EP reads an input first, or makes an output; null if it is not known.
  const OrtEpDevice* InputDevice(const backplane::ValueInfo& input) const;
  const OrtEpDevice* OutputDevice(size_t index) const;
  /// `value` in the memory where the input is wanted; itself if it lies there.
  backplane::Value InInputMemory(const backplane::ValueInfo& input,
                                 const backplane::Value& value) const;
  /// Frees what the capturing EP recorded under `id`; the next run with it is recorded again. Fails
  /// with ORT_INVALID_ARGUMENT where no EP of the session captures.
  void ReleaseCapturedGraph(int id);
  /// Waits until all EPs have done what runs enqueued.
  void Synchronize();
  /// The allocator of an EP of this session, or one that sessions share, for `memory`; null if
  /// there is none.
  OrtAllocator* AllocatorFor(const backplane::MemoryInfo& memory) const;

  /// Hands options to every EP. Fails with ORT_INVALID_ARGUMENT for none.
  void SetEpDynamicOptions(std::span<const char* const> keys, std::span<const char* const> values);

  /// Stops profiling and returns the trace's path; empty unless profiling is on.
  std::string EndProfiling();
  uint64_t profiling_start_ns() const {
    return parts_.profiler != nullptr ? parts_.profiler->start_nanos() : 0;
  }

 private:
  void Adopt();
  void AdoptPlan();
  void ListEnds();
  uint32_t InputIndex(const char* name, size_t hint) const;
  uint32_t OutputIndex(const char* name, size_t hint) const;
  void CheckInput(size_t index, const backplane::Value* value) const;
  void CheckPreallocated(size_t index, const backplane::Value& value) const;
  void BindInputs(backplane::Frame& frame, std::span<const char* const> names,
                  std::span<const backplane::Value* const> values);
  // What a caller gives to a run.
  struct Arguments {
    std::span<const char* const> input_names;
    std::span<const backplane::Value* const> inputs;
    std::span<const char* const> output_names;
    std::span<backplane::Value*> outputs;
    std::span<const backplane::MemoryInfo* const> output_memory;

    const backplane::MemoryInfo& Wanted(size_t output) const {
      return output_memory.empty() || output_memory[output] == nullptr ? backplane::CpuMemoryInfo()
                                                                       : *output_memory[output];
    }
  };
  // A run that is recorded by an EP, with the frame whose memory the recording uses.
  struct Capture {
    std::unique_ptr<backplane::Frame> frame;
    std::vector<const void*> inputs;   // addresses, by level input
    std::vector<const void*> outputs;  // by output; null: made in the frame
  };

  // Fails for a list that is wrong; shrinks nothing unless `act`.
  void Shrink(std::string_view list, bool act) const;
  void RunOnce(backplane::Frame& frame, backplane::RunState& run, const Arguments& arguments);
  void ChooseCapturingEp();
  void RunCaptured(backplane::RunState& run, const Arguments& arguments);
  void Record(Capture& capture, backplane::RunState& run, const Arguments& arguments);
  void Replay(Capture& capture, backplane::RunState& run, const Arguments& arguments);
  void TakeReplayed(const Capture& capture, backplane::RunState& run, const Arguments& arguments);
  /// Who copies: those of the env, and what only this session has.
  const backplane::DataTransfers& Transfers() const;
  backplane::Value& BringToHost(backplane::Frame& frame, const backplane::Value& value) const;
  void RunFrame(backplane::Frame& frame, backplane::RunState& run, const Arguments& arguments,
                size_t& ended);
  void MakeRoom(backplane::Frame& frame, size_t index, const backplane::MemoryInfo& memory,
                backplane::Value& value) const;
  const OrtEpDevice* DeviceOf(const backplane::Node* node,
                              const backplane::MemoryInfo& memory) const;
  bool CanMakeInPlace(const backplane::Frame& frame, size_t index,
                      const backplane::MemoryInfo& memory, const backplane::Value& value) const;
  uint32_t OutputSlot(size_t index, const backplane::MemoryInfo& memory,
                      const backplane::Value& value) const;
  backplane::Tensor NewTensor(backplane::DType dtype, const backplane::Shape& shape,
                              const backplane::MemoryInfo& memory) const;
  void HandOver(backplane::RunState& run, const backplane::Value& source, size_t index,
                const backplane::MemoryInfo& memory, backplane::Value& value) const;
  // Both take the EPs after the first `ended`, which know already.
  void EndRun(backplane::RunState& run, size_t& ended);
  void EndFailedRun(backplane::RunState& run, size_t ended, size_t begun) noexcept;

  backplane::SessionParts parts_;  ///< mostly empty while unfinished
  std::unique_ptr<backplane::UnfinishedSession> unfinished_;
  bool edit_failed_ = false;
  std::vector<OrtEpAssignedSubgraph> assigned_;  // point into the placement
  std::vector<const OrtEpAssignedSubgraph*> assigned_parts_;
  std::vector<backplane::ValueInfo*>
      level_inputs_;  // of the plan: required inputs and overridable initializers
  std::vector<backplane::Value> defaults_;  // of level_inputs_: content of overridable initializers
  std::unordered_map<std::string_view, uint32_t> input_index_;
  std::unordered_map<std::string_view, uint32_t> output_index_;
  std::vector<bool> output_is_plain_;  // by output: made by a step, and listed once
  std::mutex serial_run_;  // taken by every run if some EP cannot run concurrently, or captures
  bool concurrent_ = true;
  int capturing_ep_ = backplane::kNoEp;
  std::map<int, Capture> captures_;  // by graph id; guarded by serial_run_
};
