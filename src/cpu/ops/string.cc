// StringConcat, StringSplit, StringNormalizer.
#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class StringConcatKernel final : public Kernel {
 public:
  explicit StringConcatKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    const Tensor& a = context.Input(0);
    const Tensor& b = context.Input(1);
    const size_t rank = std::max(a.shape().rank(), b.shape().rank());
    Shape to;
    to.Resize(rank, 1);
    const auto dim = [rank](const Shape& shape, size_t i) {
      return i + shape.rank() >= rank ? shape[i + shape.rank() - rank] : int64_t{1};
    };
    for (size_t i = 0; i < rank; ++i) {
      const int64_t x = dim(a.shape(), i), y = dim(b.shape(), i);
      Require(x == y || x == 1 || y == 1, ORT_INVALID_ARGUMENT,
              "StringConcat: {} and {} cannot be broadcast", a.shape(), b.shape());
      to[i] = x == 1 ? y : x;
    }
    Tensor& output = context.Output(0, to);
    const auto offset = [&](const Tensor& tensor, int64_t position) {
      int64_t at = 0, stride = 1;
      for (size_t i = rank; i-- > 0;) {
        const int64_t size = dim(tensor.shape(), i);
        if (size != 1) at += position % to[i] * stride;
        stride *= size;
        position /= to[i];
      }
      return at;
    };
    auto* out = output.data<std::string>();
    for (int64_t i = 0; i < output.ElementCount(); ++i) {
      const std::string& left = a.data<std::string>()[offset(a, i)];
      const std::string& right = b.data<std::string>()[offset(b, i)];
      out[i].reserve(left.size() + right.size());
      out[i] = left;
      out[i] += right;
    }
  }
};

class StringSplitKernel final : public Kernel {
 public:
  explicit StringSplitKernel(const KernelInfo& info)
      : delimiter_(info.node.Text("delimiter", "")), limit_(info.node.Int("maxsplit", INT64_MAX)) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const int64_t count = input.ElementCount();
    std::vector<std::vector<std::string_view>> parts(static_cast<size_t>(count));
    size_t most = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      parts[i] = delimiter_.empty() ? SplitAtSpace(input.data<std::string>()[i])
                                    : SplitAtDelimiter(input.data<std::string>()[i]);
      most = std::max(most, parts[i].size());
    }
    Shape to = input.shape();
    to.PushBack(static_cast<int64_t>(most));
    if (Tensor* output = context.OptionalOutput(0, to)) {
      auto* out = output->data<std::string>();
      for (const auto& row : parts) {
        for (size_t k = 0; k < most; ++k)
          *out++ = k < row.size() ? std::string(row[k]) : std::string();
      }
    }
    if (Tensor* output = context.OptionalOutput(1, input.shape())) {
      for (size_t i = 0; i < parts.size(); ++i)
        output->data<int64_t>()[i] = static_cast<int64_t>(parts[i].size());
    }
  }

 private:
  // Runs of white space separate, and do not count at either end.
  std::vector<std::string_view> SplitAtSpace(std::string_view text) const {
    constexpr std::string_view kSpace = " \t\n\v\f\r";
    std::vector<std::string_view> parts;
    size_t at = text.find_first_not_of(kSpace);
    while (at != std::string_view::npos) {
      const bool rest = static_cast<int64_t>(parts.size()) >= limit_;
      size_t end = rest ? text.find_last_not_of(kSpace) + 1 : text.find_first_of(kSpace, at);
      end = std::min(end, text.size());
      parts.push_back(text.substr(at, end - at));
      at = rest ? std::string_view::npos : text.find_first_not_of(kSpace, end);
    }
    return parts;
  }

  std::vector<std::string_view> SplitAtDelimiter(std::string_view text) const {
    std::vector<std::string_view> parts;
    if (text.empty()) return parts;
    size_t at = 0;
    while (static_cast<int64_t>(parts.size()) < limit_) {
      const size_t end = text.find(delimiter_, at);
      if (end == std::string_view::npos) break;
      parts.push_back(text.substr(at, end - at));
      at = end + delimiter_.size();
    }
    parts.push_back(text.substr(at));
    return parts;
  }

  const std::string delimiter_;
  const int64_t limit_;
};

// Upper and lower case of UTF-8 text by a locale; bytes that are no UTF-8 stay as they are.
class CaseChanger {
 public:
  explicit CaseChanger(const std::string& name)
      : locale_(newlocale(LC_CTYPE_MASK, name.c_str(), nullptr)) {
    if (locale_ == nullptr) locale_ = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    Require(locale_ != nullptr, ORT_FAIL,
            "StringNormalizer: neither the locale '{}' nor C.UTF-8 is installed", name);
  }
  ~CaseChanger() { freelocale(locale_); }
  CaseChanger(const CaseChanger&) = delete;
  CaseChanger& operator=(const CaseChanger&) = delete;

  std::string Change(std::string_view text, bool upper) const {
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
      uint32_t code = 0;
      const size_t length = Decode(text, i, code);
      if (length == 0) {
        out += text[i++];
        continue;
      }
      const auto wide = static_cast<wint_t>(code);
      Encode(static_cast<uint32_t>(upper ? towupper_l(wide, locale_) : towlower_l(wide, locale_)),
             out);
      i += length;
    }
    return out;
  }

 private:
  static size_t Decode(std::string_view text, size_t at, uint32_t& code) {
    const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[at + k]); };
    const uint8_t lead = byte(0);
    if (lead < 0x80) {
      code = lead;
      return 1;
    }
    const size_t length = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (length == 0 || lead >= 0xf8 || at + length > text.size()) return 0;
    code = lead & (0xffu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      if ((byte(k) & 0xc0) != 0x80) return 0;
      code = code << 6 | (byte(k) & 0x3fu);
    }
    return length;
  }

  static void Encode(uint32_t code, std::string& out) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
      tail(0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12);
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xf0 | code >> 18);
      tail(12);
      tail(6);
      tail(0);
    }
  }

  locale_t locale_;
};

class StringNormalizerKernel final : public Kernel {
 public:
  explicit StringNormalizerKernel(const KernelInfo& info)
      : case_sensitive_(info.node.Int("is_case_sensitive", 0) != 0),
        changer_(info.node.Text("locale", "C.UTF-8")) {
    const std::string action = info.node.Text("case_change_action", "NONE");
    Require(action == "NONE" || action == "LOWER" || action == "UPPER", ORT_INVALID_ARGUMENT,
            "{}: attribute case_change_action has the unknown value '{}'", info.node.Describe(),
            action);
    changes_ = action != "NONE";
    upper_ = action == "UPPER";
    for (const std::string& word : info.node.Texts("stopwords")) {
      stopwords_.insert(case_sensitive_ ? word : changer_.Change(word, false));
    }
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    Require(from.rank() == 1 || (from.rank() == 2 && from[0] == 1), ORT_INVALID_ARGUMENT,
            "Input dimensions are either[C > 0] or [1][C > 0] allowed, they are {}", from);
    std::vector<std::string> kept;
    for (const std::string& text : input.span<std::string>()) {
      const bool stops =
          !stopwords_.empty() &&
          stopwords_.count(case_sensitive_ ? text : changer_.Change(text, false)) != 0;
      if (!stops) kept.push_back(changes_ ? changer_.Change(text, upper_) : text);
    }
    if (kept.empty()) kept.emplace_back();  // one empty string stands for nothing
    const auto count = static_cast<int64_t>(kept.size());
    Tensor& output = context.Output(0, from.rank() == 1 ? Shape{count} : Shape{1, count});
    std::move(kept.begin(), kept.end(), output.data<std::string>());
  }

 private:
  const bool case_sensitive_;
  bool changes_ = false;
  bool upper_ = false;
  const CaseChanger changer_;
  std::unordered_set<std::string> stopwords_;
};

BACKPLANE_CPU_KERNEL(StringConcat, Op("StringConcat").Since(20).In(0, DType::kString),
                     Make<StringConcatKernel>);
BACKPLANE_CPU_KERNEL(StringSplit, Op("StringSplit").Since(20).In(0, DType::kString),
                     Make<StringSplitKernel>);
BACKPLANE_CPU_KERNEL(StringNormalizer, Op("StringNormalizer").Since(10).In(0, DType::kString),
                     Make<StringNormalizerKernel>);

}  // namespace
}  // namespace backplane::cpu
