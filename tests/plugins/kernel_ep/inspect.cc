// What the kernel EP's Inspect writes down: every question of OrtKernelInfo and OrtKernelContext,
// with its answer. And the EP's custom operators.
#include <algorithm>
#include <array>
#include <atomic>

#include "kernel_ep_support.h"

namespace kernel_ep {
namespace {

// The answer to a question in the C API's manner: first the size, then the text.
template <typename Ask>
std::string TextOf(Ask&& ask) {
  size_t size = 0;
  if (OrtStatus* status = ask(nullptr, &size)) return Outcome(status);
  std::string text(size, '?');
  Check(ask(text.data(), &size));
  if (size != text.size() || text.back() != '\0') return "not terminated";
  text.pop_back();
  return "'" + text + "'";
}

// Too little room is an error, and says how much is needed.
template <typename Ask>
std::string WithoutRoom(Ask&& ask) {
  char little[1];
  size_t size = 1;
  const std::string outcome = Outcome(ask(little, &size));
  return outcome + " size " + std::to_string(size);
}

std::string TypeText(OrtStatus* status, OrtTypeInfo* type) {
  if (status != nullptr) return Outcome(status);
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  Check(ort->CastTypeInfoToTensorInfo(type, &tensor));
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t rank = 0;
  Check(ort->GetTensorElementType(tensor, &element));
  Check(ort->GetDimensionsCount(tensor, &rank));
  ort->ReleaseTypeInfo(type);
  return "element " + std::to_string(element) + " rank " + std::to_string(rank);
}

void ReportAttributes(const OrtKernelInfo* info) {
  float f = 0;
  int64_t i = 0;
  Check(ort->KernelInfoGetAttribute_float(info, "f", &f));
  Check(ort->KernelInfoGetAttribute_int64(info, "i", &i));
  Report("f " + std::to_string(f) + " i " + std::to_string(i));
  Report("f as int: " + Outcome(ort->KernelInfoGetAttribute_int64(info, "f", &i)));
  Report("absent: " + Outcome(ort->KernelInfoGetAttribute_float(info, "absent", &f)));
  const auto text = [&](char* out, size_t* size) {
    return ort->KernelInfoGetAttribute_string(info, "s", out, size);
  };
  Report("s " + TextOf(text) + ", without room " + WithoutRoom(text));
  float floats[4] = {};
  size_t count = 0;
  Check(ort->KernelInfoGetAttributeArray_float(info, "floats", nullptr, &count));
  Check(ort->KernelInfoGetAttributeArray_float(info, "floats", floats, &count));
  Report("floats " + std::to_string(count) + ": " + std::to_string(floats[0]) + " " +
         std::to_string(floats[1]));
  int64_t ints[4] = {};
  count = 2;
  const std::string outcome =
      Outcome(ort->KernelInfoGetAttributeArray_int64(info, "ints", ints, &count));
  Report("ints without room: " + outcome + " size " + std::to_string(count));
  Check(ort->KernelInfoGetAttributeArray_int64(info, "ints", ints, &count));
  Report("ints " + std::to_string(ints[0]) + " " + std::to_string(ints[2]));
  OrtAllocator* allocator = nullptr;
  Check(ort->GetAllocatorWithDefaultOptions(&allocator));
  char** texts = nullptr;
  Check(ort->KernelInfoGetAttributeArray_string(info, "strings", allocator, &texts, &count));
  std::string line = "strings";
  for (size_t n = 0; n < count; ++n) {
    line += std::string(" ") + texts[n];
    allocator->Free(allocator, texts[n]);
  }
  allocator->Free(allocator, texts);
  Report(line);
  OrtValue* tensor = nullptr;
  Check(ort->KernelInfoGetAttribute_tensor(info, "t", allocator, &tensor));
  const View view = ReadTensor(tensor);
  Report("t " + std::to_string(view.count) + " elements, the last " +
         std::to_string(view.data[view.count - 1]));
  ort->ReleaseValue(tensor);
}

void ReportNode(const OrtKernelInfo* info) {
  size_t inputs = 0;
  size_t outputs = 0;
  Check(ort->KernelInfo_GetInputCount(info, &inputs));
  Check(ort->KernelInfo_GetOutputCount(info, &outputs));
  Report("inputs " + std::to_string(inputs) + " outputs " + std::to_string(outputs));
  for (size_t i = 0; i <= inputs; ++i) {
    OrtTypeInfo* type = nullptr;
    OrtStatus* status = ort->KernelInfo_GetInputTypeInfo(info, i, &type);
    const std::string type_text = TypeText(status, type);
    Report("input " + std::to_string(i) + " " + TextOf([&](char* out, size_t* size) {
             return ort->KernelInfo_GetInputName(info, i, out, size);
           }) +
           ": " + type_text);
  }
  for (size_t i = 0; i <= outputs; ++i) {
    OrtTypeInfo* type = nullptr;
    OrtStatus* status = ort->KernelInfo_GetOutputTypeInfo(info, i, &type);
    const std::string type_text = TypeText(status, type);
    Report("output " + std::to_string(i) + " " + TextOf([&](char* out, size_t* size) {
             return ort->KernelInfo_GetOutputName(info, i, out, size);
           }) +
           ": " + type_text);
  }
  for (size_t i = 0; i < inputs; ++i) {
    int constant = -1;
    const OrtValue* value = nullptr;
    Check(ort->KernelInfoGetConstantInput_tensor(info, i, &constant, &value));
    Report("constant " + std::to_string(i) + ": " + std::to_string(constant) +
           (value == nullptr ? "" : " " + std::to_string(ReadTensor(value).data[0])));
  }
  const auto text = [&](auto slot) {
    return TextOf([&](char* out, size_t* size) { return slot(info, out, size); });
  };
  int since = 0;
  Check(ort->KernelInfo_GetOperatorSinceVersion(info, &since));
  Report("node " + text(ort->KernelInfo_GetNodeName) + " is " +
         text(ort->KernelInfo_GetOperatorDomain) + "::" + text(ort->KernelInfo_GetOperatorType) +
         " since " + std::to_string(since));
}

}  // namespace

void ReportInfo(const OrtKernelInfo* info) {
  ReportAttributes(info);
  ReportNode(info);
  const OrtLogger* logger = nullptr;
  Check(ort->KernelInfo_GetLogger(info, &logger));
  OrtLoggingLevel level = ORT_LOGGING_LEVEL_VERBOSE;
  Check(ort->Logger_GetLoggingSeverityLevel(logger, &level));
  OrtKeyValuePairs* entries = nullptr;
  Check(ort->KernelInfo_GetConfigEntries(info, &entries));
  const char* entry = ort->GetKeyValue(entries, "test.entry");
  Report(std::string("logger yes, test.entry ") + (entry == nullptr ? "none" : entry));
  ort->ReleaseKeyValuePairs(entries);
  for (const OrtMemType type : {OrtMemTypeDefault, OrtMemTypeCPUInput, OrtMemTypeCPUOutput}) {
    OrtAllocator* allocator = nullptr;
    Check(ort->KernelInfoGetAllocator(info, type, &allocator));
    void* memory = allocator->Alloc(allocator, 64);
    Report(std::string("allocator ") + (memory == nullptr ? "no" : "yes"));
    allocator->Free(allocator, memory);
    ort->ReleaseAllocator(allocator);
  }
  const OrtEp* ep = nullptr;
  Check(ep_api->KernelInfo_GetEp(info, &ep));
  Report(std::string("ep ") + ep->GetName(ep));
}

// Each index once, however many batches they are to come in.
void ReportParallel(OrtKernelContext* context) {
  std::string line = "parallel";
  for (const size_t batches : {0, 1, 7, 1000}) {
    std::array<std::atomic<int>, 100> calls{};
    Check(ort->KernelContext_ParallelFor(
        context, [](void* data, size_t index) { ++static_cast<std::atomic<int>*>(data)[index]; },
        calls.size(), batches, calls.data()));
    const bool once =
        std::all_of(calls.begin(), calls.end(), [](const auto& count) { return count == 1; });
    line += once ? " once" : " wrong";
  }
  Report(line);
}

void ReportContext(OrtKernelContext* context) {
  OrtMemoryInfo* memory = nullptr;
  Check(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
  OrtAllocator* allocator = nullptr;
  Check(ort->KernelContext_GetAllocator(context, memory, &allocator));
  void* block = allocator->Alloc(allocator, 100);
  Report(std::string("context allocator ") + (block == nullptr ? "no" : "yes"));
  allocator->Free(allocator, block);
  ort->ReleaseAllocator(allocator);
  void* first = nullptr;
  void* second = nullptr;
  Check(ort->KernelContext_GetScratchBuffer(context, memory, 1000, &first));
  Check(ort->KernelContext_GetScratchBuffer(context, memory, 1000, &second));
  std::fill_n(static_cast<char*>(first), 1000, 'a');
  std::fill_n(static_cast<char*>(second), 1000, 'b');
  Report(std::string("scratch ") + (static_cast<char*>(first)[999] == 'a' ? "apart" : "shared"));
  ort->ReleaseMemoryInfo(memory);
  OrtMemoryInfo* foreign = nullptr;
  Check(ort->CreateMemoryInfo_V2("Elsewhere", OrtMemoryInfoDeviceType_GPU, 0x1234, 3,
                                 OrtDeviceMemoryType_DEFAULT, 0, OrtDeviceAllocator, &foreign));
  Report("foreign scratch: " +
         Outcome(ort->KernelContext_GetScratchBuffer(context, foreign, 10, &first)));
  ort->ReleaseMemoryInfo(foreign);
  void* handle = &handle;
  Check(ort->KernelContext_GetGPUComputeStream(context, &handle));
  OrtSyncStream* stream = nullptr;
  Check(ort->KernelContext_GetSyncStream(context, &stream));
  Report(std::string("stream ") + (handle == nullptr && stream == nullptr ? "no" : "yes"));
  Report("resource: " + Outcome(ort->KernelContext_GetResource(context, 1, 1, &handle)));
  OrtValue* output = nullptr;
  Check(ort->KernelContext_GetPreallocatedOutput(context, 0, &output));
  Report(std::string("preallocated ") + (output == nullptr ? "no" : "yes"));
  Report("preallocated 9: " +
         Outcome(ort->KernelContext_GetPreallocatedOutput(context, 9, &output)));
  const OrtLogger* logger = nullptr;
  Check(ort->KernelContext_GetLogger(context, &logger));
  Report(std::string("context logger ") + (logger == nullptr ? "no" : "yes"));
  size_t inputs = 0;
  size_t outputs = 0;
  Check(ort->KernelContext_GetInputCount(context, &inputs));
  Check(ort->KernelContext_GetOutputCount(context, &outputs));
  Report("context counts " + std::to_string(inputs) + " " + std::to_string(outputs));
  ReportParallel(context);
}

// -- custom operators

namespace {

const CustomOp& Self(const OrtCustomOp* op) { return static_cast<const CustomOp&>(*op); }

std::unique_ptr<CustomOp> MakeCustomOp(const char* name, std::string ep_name) {
  auto op = std::make_unique<CustomOp>();
  static_cast<OrtCustomOp&>(*op) = {};
  op->op_name = name;
  op->ep_name = std::move(ep_name);
  op->version = ORT_API_VERSION;
  op->GetName = [](const OrtCustomOp* o) noexcept { return Self(o).op_name.c_str(); };
  op->GetExecutionProviderType = [](const OrtCustomOp* o) noexcept -> const char* {
    return Self(o).ep_name.empty() ? nullptr : Self(o).ep_name.c_str();
  };
  op->GetInputTypeCount = [](const OrtCustomOp*) noexcept { return size_t{1}; };
  op->GetOutputTypeCount = [](const OrtCustomOp*) noexcept { return size_t{1}; };
  const auto type = [](const OrtCustomOp*, size_t) noexcept {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  };
  op->GetInputType = type;
  op->GetOutputType = type;
  op->GetInputCharacteristic = [](const OrtCustomOp*, size_t) noexcept {
    return INPUT_OUTPUT_VARIADIC;
  };
  op->GetOutputCharacteristic = [](const OrtCustomOp*, size_t) noexcept {
    return INPUT_OUTPUT_REQUIRED;
  };
  op->GetVariadicInputMinArity = [](const OrtCustomOp*) noexcept { return 1; };
  op->GetVariadicInputHomogeneity = [](const OrtCustomOp*) noexcept { return 1; };
  op->GetInputMemoryType = [](const OrtCustomOp*, size_t) noexcept { return OrtMemTypeDefault; };
  op->CreateKernelV2 = [](const OrtCustomOp* o, const OrtApi*, const OrtKernelInfo*,
                          void** kernel) noexcept -> OrtStatus* {
    *kernel = const_cast<CustomOp*>(&Self(o));
    Report("custom kernel of " + Self(o).op_name);
    return nullptr;
  };
  op->KernelComputeV2 = [](void*, OrtKernelContext* context) noexcept -> OrtStatus* {
    return Guard([&] {
      const View in = Input(context, 0);
      float* out = Output(context, 0, in.shape);
      for (size_t i = 0; i < in.count; ++i) out[i] = 3 * in.data[i];
    });
  };
  op->KernelDestroy = [](void*) noexcept {};
  return op;
}

}  // namespace

std::vector<std::unique_ptr<CustomOp>> MakeCustomOps(const std::string& ep_name) {
  std::vector<std::unique_ptr<CustomOp>> ops;
  ops.push_back(MakeCustomOp("Inspect", ""));
  ops.push_back(MakeCustomOp("Invoke", ""));
  ops.push_back(MakeCustomOp("Triple", ep_name));
  return ops;
}

}  // namespace kernel_ep
