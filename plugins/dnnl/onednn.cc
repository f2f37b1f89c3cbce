// See onednn.h.
#include "dnnl/onednn.h"

#include <numeric>

// Of the OpenMP runtime that oneDNN itself uses. The number belongs to the calling thread, so
// other users of OpenMP in the process keep theirs.
extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();
extern "C" int omp_get_thread_num();
extern "C" int omp_get_num_threads();
// What `#pragma omp parallel` is with GCC; called by name so that Clang builds it as well.
extern "C" void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned flags);

namespace backplane::dnnl_ep {

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

DataType ToDataType(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return DataType::f32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return DataType::s32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
      return DataType::s8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return DataType::u8;
    default:
      return DataType::undef;
  }
}

Dims PlainStrides(std::span<const int64_t> dims) {
  Dims strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * std::max<int64_t>(dims[i], 1);
  }
  return strides;
}

Desc PlainDesc(std::span<const int64_t> dims, DataType type) {
  const Dims shape = dims.empty() ? Dims{1} : Dims(dims.begin(), dims.end());
  return Desc(shape, type, PlainStrides(shape));
}

Desc AnyDesc(std::span<const int64_t> dims, DataType type) {
  return Desc(Dims(dims.begin(), dims.end()), type, dnnl::memory::format_tag::any);
}

Desc ChannelsLastDesc(std::span<const int64_t> dims, DataType type) {
  Dims strides(dims.size());
  int64_t stride = dims[1];
  for (size_t i = dims.size(); i-- > 2;) {
    strides[i] = stride;
    stride *= std::max<int64_t>(dims[i], 1);
  }
  strides[0] = stride;
  strides[1] = 1;
  return Desc(Dims(dims.begin(), dims.end()), type, strides);
}

Desc DenseLike(const Desc& like, std::span<const int64_t> dims) {
  const Dims like_strides = like.get_strides();
  std::vector<size_t> order(dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return like_strides[a] > like_strides[b]; });
  Dims strides(dims.size(), 1);
  int64_t stride = 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= std::max<int64_t>(dims[order[i]], 1);
  }
  return Desc(Dims(dims.begin(), dims.end()), like.get_data_type(), strides);
}

size_t ElementSize(DataType type) { return dnnl::memory::data_type_size(type); }

bool HasIsa(dnnl::cpu_isa isa) {
  const auto wanted = static_cast<unsigned>(isa);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

bool IsReference(const dnnl::primitive_desc_base& descriptor) {
  return std::string_view(descriptor.impl_info_str()).starts_with("ref");
}

bool IsStrided(const Desc& desc) {
  return desc.get_format_kind() == dnnl::memory::format_kind::blocked &&
         desc.get_inner_nblks() == 0;
}

bool SamePlaces(const Desc& a, const Desc& b) {
  if (a == b) return true;
  if (!IsStrided(a) || !IsStrided(b) || a.get_data_type() != b.get_data_type()) return false;
  const Dims dims = a.get_dims();
  if (dims != b.get_dims() || a.get_submemory_offset() != b.get_submemory_offset()) return false;
  const Dims a_strides = a.get_strides();
  const Dims b_strides = b.get_strides();
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1 && a_strides[i] != b_strides[i]) return false;
  }
  return a.get_padded_dims() == b.get_padded_dims();
}

int64_t ElementCount(std::span<const int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (__builtin_mul_overflow(count, dim, &count)) {
      throw ep_kit::Failure(ORT_INVALID_ARGUMENT, "a tensor of " + Text(dims) + " is too large");
    }
  }
  return count;
}

std::string Text(std::span<const int64_t> dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (int64_t dim : dims) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  omp_set_num_threads(threads);
}
ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

void ParallelFor(int64_t count, const std::function<void(int64_t, int64_t)>& body) {
  const int64_t threads = std::min<int64_t>(omp_get_max_threads(), count);
  if (threads <= 1) return body(0, count);
  struct Work {
    int64_t count;
    const std::function<void(int64_t, int64_t)>& body;
  } work{count, body};
  GOMP_parallel(
      [](void* data) {
        const auto& part = *static_cast<const Work*>(data);
        const int64_t index = omp_get_thread_num();
        const int64_t parts = omp_get_num_threads();
        part.body(part.count * index / parts, part.count * (index + 1) / parts);
      },
      &work, static_cast<unsigned>(threads), 0);
}

}  // namespace backplane::dnnl_ep
