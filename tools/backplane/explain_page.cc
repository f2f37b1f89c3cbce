#include "backplane/explain_page.h"

#include <cstring>

#include "explain_page_sources.inc"  // kPageHtml, kPageCss, kPageJs: the files of page/

namespace backplane::command {
namespace {

void Replace(std::string& text, const char* mark, const std::string& content) {
  const size_t at = text.find(mark);
  if (at != std::string::npos) text.replace(at, std::strlen(mark), content);
}

// Inside of a script element: no text of a model may end it, or begin a comment in it.
std::string ForScript(const Json& json) {
  const std::string plain = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  for (const char c : plain) safe += c == '<' ? "\\u003c" : std::string(1, c);
  return safe;
}

}  // namespace

std::string ExplainPage(const Json& explanation) {
  std::string page = kPageHtml;
  Replace(page, "/*CSS*/", kPageCss);
  Replace(page, "/*JS*/", kPageJs);
  Replace(page, "/*DATA*/", ForScript(explanation));
  return page;
}

}  // namespace backplane::command
