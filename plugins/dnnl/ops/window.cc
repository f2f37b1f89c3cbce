// See window.h.
#include "dnnl/ops/window.h"

#include <algorithm>

namespace backplane::dnnl_ep {
namespace {

// Larger attributes are nonsense, and smaller ones cannot overflow what is computed from them.
constexpr int64_t kMost = int64_t{1} << 24;

// The number of places of a window in one dimension, before padding for oneDNN.
int64_t Places(int64_t input, int64_t extent, int64_t begin, int64_t end, int64_t stride,
               bool ceil_mode) {
  const int64_t room = input + begin + end - extent;
  if (room < 0) throw Failure(ORT_INVALID_ARGUMENT, "the window is larger than the padded input");
  int64_t places = room / stride + 1;
  if (ceil_mode && room % stride != 0) {
    ++places;
    // A window that starts beyond the input and its leading padding does not count.
    if ((places - 1) * stride >= input + begin) --places;
  }
  return places;
}

}  // namespace

Refusal CheckWindow(const Node& node, int spatial_rank) {
  const auto rank = static_cast<size_t>(spatial_rank);
  const auto strides = node.Ints("strides"), dilations = node.Ints("dilations");
  const auto pads = node.Ints("pads");
  const auto bad = [](int64_t value) { return value < 1 || value > kMost; };
  if ((!strides.empty() && strides.size() != rank) ||
      std::any_of(strides.begin(), strides.end(), bad)) {
    return "strides do not fit";
  }
  if ((!dilations.empty() && dilations.size() != rank) ||
      std::any_of(dilations.begin(), dilations.end(), bad)) {
    return "dilations do not fit";
  }
  if ((!pads.empty() && pads.size() != 2 * rank) ||
      std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad < 0 || pad > kMost; })) {
    return "pads do not fit";
  }
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad != "NOTSET" && auto_pad != "VALID" && auto_pad != "SAME_UPPER" &&
      auto_pad != "SAME_LOWER") {
    return "auto_pad is '" + auto_pad + "'";
  }
  return "";
}

Window ResolveWindow(const Node& node, const Dims& input, const Dims& kernel) {
  const size_t rank = input.size();
  Window window;
  window.kernel = kernel;
  window.strides = node.Ints("strides", Dims(rank, 1));
  Dims dilations = node.Ints("dilations", Dims(rank, 1));
  const Dims pads = node.Ints("pads", Dims(2 * rank, 0));
  if (kernel.size() != rank || window.strides.size() != rank || dilations.size() != rank ||
      pads.size() != 2 * rank) {
    throw Failure(ORT_INVALID_ARGUMENT,
                  "attributes for " + std::to_string(rank) + " spatial dimensions are needed");
  }
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  const bool ceil_mode = node.Int("ceil_mode", 0) != 0;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t stride = window.strides[i];
    const int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    int64_t begin = 0, end = 0, places = 0;
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      places = (input[i] + stride - 1) / stride;
      const int64_t total = std::max<int64_t>((places - 1) * stride + extent - input[i], 0);
      begin = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    } else {
      if (auto_pad == "NOTSET") {
        begin = pads[i];
        end = pads[rank + i];
      }
      places = Places(input[i], extent, begin, end, stride, ceil_mode);
    }
    window.dilations.push_back(dilations[i] - 1);
    window.pads_begin.push_back(begin);
    window.pads_end.push_back((places - 1) * stride + extent - input[i] - begin);
    window.output.push_back(places);
  }
  return window;
}

}  // namespace backplane::dnnl_ep
