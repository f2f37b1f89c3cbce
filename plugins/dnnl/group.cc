// See group.h.
#include "dnnl/group.h"

#include <algorithm>

namespace backplane::dnnl_ep {

dnnl::memory ConstantStore::Packed(int value, const void* plain, const Desc& from, const Desc& to) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.value == value && entry.from == from && entry.to == to) return entry.memory;
  }
  dnnl::memory source(from, Engine(), const_cast<void*>(plain));
  dnnl::memory packed(to, Engine());
  dnnl::stream stream(Engine());
  dnnl::reorder(source, packed).execute(stream, source, packed);
  stream.wait();
  entries_.push_back({value, from, to, packed});
  return packed;
}

size_t ConstantStore::Bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (const Entry& entry : entries_) bytes += entry.to.get_size();
  return bytes;
}

}  // namespace backplane::dnnl_ep
