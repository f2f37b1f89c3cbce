// Pad in all its modes, with pads known beforehand. Negative ones take elements away.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

struct Pads {
  Dims begin, end;  // by dimension; negative where elements are taken away
};

std::optional<Pads> PadsOf(const OpView& view, size_t rank) {
  const bool are_inputs = view.node.since_version >= 11;
  const auto given = are_inputs ? view.Integers(1) : view.node.Ints("pads");
  if (!given || given->size() % 2 != 0) return std::nullopt;
  const size_t count = given->size() / 2;
  Dims axes;
  if (view.HasInput(3)) {
    const auto listed = view.Integers(3);
    if (!listed) return std::nullopt;
    axes = *listed;
  } else {
    for (size_t i = 0; i < rank; ++i) axes.push_back(static_cast<int64_t>(i));
  }
  if (axes.size() != count) return std::nullopt;
  constexpr int64_t kMost = int64_t{1} << 40;  // sums of such cannot overflow
  Pads pads{Dims(rank, 0), Dims(rank, 0)};
  for (size_t i = 0; i < count; ++i) {
    if (std::abs((*given)[i]) > kMost || std::abs((*given)[count + i]) > kMost) return std::nullopt;
    const int64_t axis = PositiveAxis(axes[i], static_cast<int64_t>(rank));
    pads.begin[axis] = (*given)[i];
    pads.end[axis] = (*given)[count + i];
  }
  return pads;
}

Refusal CheckPad(const OpView& view) {
  const std::string mode = view.node.String("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap") {
    return "the mode '" + mode + "' is unknown";
  }
  if (mode == "wrap" && view.node.since_version < 19) return "mode wrap before version 19";
  if (view.HasInput(2) && !view.Scalar(2)) return "the value is not constant";
  if (Refusal refusal = CheckFloat(view, 1, 1, 6); !refusal.empty()) return refusal;
  try {
    if (!PadsOf(view, static_cast<size_t>(view.Rank(0))))
      return "pads that are not constant, or do not fit";
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

void InferPad(const OpView& view, Shapes& shapes) {
  const Dims from = shapes[view.node.inputs[0]];
  const Pads pads = PadsOf(view, from.size()).value();
  Dims to = from;
  for (size_t i = 0; i < to.size(); ++i) {
    const int64_t kept =
        from[i] + std::min<int64_t>(pads.begin[i], 0) + std::min<int64_t>(pads.end[i], 0);
    if (kept < 1) throw Failure(ORT_INVALID_ARGUMENT, "pads leave nothing of " + Text(from));
    to[i] += pads.begin[i] + pads.end[i];
  }
  shapes[view.node.outputs[0]] = std::move(to);
}

// By dimension of the target, outermost first: where in the source each place comes from.
struct Sources {
  std::vector<Dims> offsets;  // in elements
  int64_t rows = 1;
  int64_t run_begin = 0, run = 0;  // places of the innermost that follow each other in the source
};

// The position in a dimension of which `kept` elements from `first` on are left, `at` places after
// the first of them. As the CPU EPs do, also where there is more to pad than there is to take from.
int64_t SourceOf(int64_t at, int64_t first, int64_t kept, std::string_view mode) {
  if (mode == "edge") return first + std::clamp<int64_t>(at, 0, kept - 1);
  if (mode == "wrap") return first + (at % kept + kept) % kept;
  if (kept == 1) return first;
  const int64_t period = 2 * (kept - 1);
  const int64_t turn = (at % period + period) % period;
  return first + (turn < kept ? turn : period - turn);
}

Sources SourcesOf(const Pads& pads, const Desc& from, const Desc& to, std::string_view mode) {
  const Dims from_dims = from.get_dims(), to_dims = to.get_dims();
  const Dims from_strides = from.get_strides(), to_strides = to.get_strides();
  std::vector<size_t> order(to_dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return to_strides[a] > to_strides[b]; });
  Sources sources;
  for (size_t i : order) {
    const int64_t first = -std::min<int64_t>(pads.begin[i], 0);
    const int64_t kept = from_dims[i] - first + std::min<int64_t>(pads.end[i], 0);
    Dims& offsets = sources.offsets.emplace_back();
    for (int64_t o = 0; o < to_dims[i]; ++o) {
      const int64_t at = o - std::max<int64_t>(pads.begin[i], 0);
      offsets.push_back(SourceOf(at, first, kept, mode) * from_strides[i]);
    }
  }
  const Dims& inner = sources.offsets.back();
  sources.rows = ElementCount(to_dims) / static_cast<int64_t>(inner.size());
  for (int64_t begin = 0, o = 1; o <= static_cast<int64_t>(inner.size()); ++o) {
    if (o < static_cast<int64_t>(inner.size()) && inner[o] == inner[o - 1] + 1) continue;
    if (o - begin > sources.run) {
      sources.run_begin = begin;
      sources.run = o - begin;
    }
    begin = o;
  }
  return sources;
}

void CopyRow(const Sources& sources, int64_t row, const float* from, float* to) {
  const Dims& inner = sources.offsets.back();
  const auto width = static_cast<int64_t>(inner.size());
  to += row * width;
  for (size_t d = sources.offsets.size() - 1; d-- > 0;) {
    const auto dim = static_cast<int64_t>(sources.offsets[d].size());
    from += sources.offsets[d][row % dim];
    row /= dim;
  }
  for (int64_t o = 0; o < sources.run_begin; ++o) to[o] = from[inner[o]];
  std::copy_n(from + inner[sources.run_begin], sources.run, to + sources.run_begin);
  for (int64_t o = sources.run_begin + sources.run; o < width; ++o) to[o] = from[inner[o]];
}

HostFunction FillAndCopy(const Pads& pads, const Desc& from, const Desc& to, float value) {
  Places places{.dims = from.get_dims(), .from = from.get_strides(), .to = to.get_strides()};
  for (size_t i = 0; i < places.dims.size(); ++i) {
    places.from_offset -= std::min<int64_t>(pads.begin[i], 0) * places.from[i];
    places.to_offset += std::max<int64_t>(pads.begin[i], 0) * places.to[i];
    places.dims[i] += std::min<int64_t>(pads.begin[i], 0) + std::min<int64_t>(pads.end[i], 0);
  }
  const auto count = static_cast<size_t>(ElementCount(to.get_dims()));
  StridedCopy copy(std::move(places), sizeof(float));
  return [copy = std::move(copy), value, count](std::span<void* const> data) {
    std::fill_n(static_cast<float*>(data[1]), count, value);
    copy.Run(data[0], data[1]);
  };
}

HostFunction CopyFromSources(Sources sources) {
  return [sources = std::move(sources)](std::span<void* const> data) {
    const auto copy = [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        CopyRow(sources, row, static_cast<const float*>(data[0]), static_cast<float*>(data[1]));
      }
    };
    constexpr int64_t kLargeElements = int64_t{1} << 15;  // from here on threads are worth it
    if (sources.rows * static_cast<int64_t>(sources.offsets.back().size()) >= kLargeElements) {
      ParallelFor(sources.rows, copy);
    } else {
      copy(0, sources.rows);
    }
  };
}

void BuildPad(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  Tensor from = builder.Of(view.node.inputs[0]);
  if (!IsStrided(from.desc) || from.desc.get_submemory_offset() != 0) {
    from = builder.Plain(view.node.inputs[0]);
  }
  const Dims& to_dims = builder.Shape(unit.result);
  const Pads pads = PadsOf(view, to_dims.size()).value();
  const Tensor to = builder.New(DenseLike(from.desc, to_dims));
  const std::string mode = view.node.String("mode", "constant");
  if (mode == "constant") {
    const float value = view.HasInput(2) ? *view.Scalar(2) : view.node.Float("value", 0);
    builder.EmitHost(FillAndCopy(pads, from.desc, to.desc, value),
                     {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, "fill and copy");
  } else {
    builder.EmitHost(CopyFromSources(SourcesOf(pads, from.desc, to.desc, mode)),
                     {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, mode);
  }
  builder.Define(unit.result, to);
}
DNNL_OPERATOR(Pad, .since = 2, .until = 25, .check = CheckPad, .infer = InferPad, .build = BuildPad,
              .is_movement = true);

}  // namespace
}  // namespace backplane::dnnl_ep
