// Packed weights that kernels of plugins hand to the host, so that sessions share them (C API:
// OrtSharedPrePackedWeightCache, OrtPrepackedWeightsContainer). Knows bytes only, not what they
// mean.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/memory.h"

namespace backplane {

/// The buffers that one kernel made of one weight.
using PackedWeight = std::vector<std::shared_ptr<Buffer>>;

/// Packed weights by their content. Thread-safe. A weight goes when no kernel has it any more and
/// the container is gone.
class PrepackedWeights {
 public:
  /// An equal weight that `maker` (EP, operator and input) gave before, else `weight`, which is
  /// kept. The buffers are in host memory.
  std::shared_ptr<const PackedWeight> Share(const std::string& maker,
                                            std::shared_ptr<const PackedWeight> weight);
  size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::multimap<std::pair<std::string, uint64_t>, std::shared_ptr<const PackedWeight>>
      weights_;  // by maker and hash; guarded by mutex_
};

}  // namespace backplane

/// C API: OrtSharedPrePackedWeightCache. Takes the buffers of one PrePackWeight call.
struct OrtSharedPrePackedWeightCache final {
 public:
  /// `allocator`, which frees what is stored, lives as long as `owner`.
  OrtSharedPrePackedWeightCache(OrtAllocator* allocator, std::shared_ptr<void> owner)
      : allocator_(allocator), owner_(std::move(owner)) {}

  /// Takes buffers over; when it fails they stay the caller's. Errors: ORT_INVALID_ARGUMENT for a
  /// null buffer, ORT_FAIL for a second call.
  void Store(void* const* data, const size_t* sizes, size_t count);
  /// What was stored; null if nothing was.
  std::shared_ptr<const backplane::PackedWeight> Take() { return std::move(weight_); }

 private:
  OrtAllocator* allocator_;
  std::shared_ptr<void> owner_;
  std::shared_ptr<const backplane::PackedWeight> weight_;
};

/// C API: OrtPrepackedWeightsContainer.
struct OrtPrepackedWeightsContainer final {
  std::shared_ptr<backplane::PrepackedWeights> weights =
      std::make_shared<backplane::PrepackedWeights>();
};
