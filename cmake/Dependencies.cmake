# Third-party libraries as backplane::* targets.
# Static and hidden ones come from .deps/ (scripts/setup.sh builds them); headers-only ones from Debian.
set(BACKPLANE_DEPS_DIR "$ENV{BACKPLANE_DEPS_DIR}" CACHE PATH "Where scripts/setup.sh put the built libraries")
if(NOT BACKPLANE_DEPS_DIR)
  set(BACKPLANE_DEPS_DIR ${CMAKE_CURRENT_SOURCE_DIR}/.deps CACHE PATH "" FORCE)
endif()

function(backplane_static_dependency name file)
  if(NOT EXISTS ${BACKPLANE_DEPS_DIR}/lib/${file})
    message(FATAL_ERROR "${BACKPLANE_DEPS_DIR}/lib/${file} is missing: run scripts/setup.sh first.")
  endif()
  add_library(backplane::${name} STATIC IMPORTED GLOBAL)
  set_target_properties(backplane::${name} PROPERTIES
    IMPORTED_LOCATION ${BACKPLANE_DEPS_DIR}/lib/${file}
    INTERFACE_INCLUDE_DIRECTORIES ${BACKPLANE_DEPS_DIR}/include)
endfunction()

backplane_static_dependency(hwy libhwy.a)
backplane_static_dependency(protobuf_lite libprotobuf-lite.a)
backplane_static_dependency(onnx_proto libonnx_proto.a)
backplane_static_dependency(onnx libonnx.a)
target_link_libraries(backplane::protobuf_lite INTERFACE Threads::Threads)
target_link_libraries(backplane::onnx_proto INTERFACE backplane::protobuf_lite)
target_link_libraries(backplane::onnx INTERFACE backplane::onnx_proto)
target_compile_definitions(backplane::onnx_proto INTERFACE
  ONNX_NAMESPACE=onnx ONNX_ML=1 ONNX_USE_LITE_PROTO=1
  __ONNX_DISABLE_STATIC_REGISTRATION __ONNX_NO_DOC_STRINGS)

# fmt is headers only and in one translation unit: src/base/format.cc defines FMT_HEADER_ONLY, nothing is linked.
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
if(BACKPLANE_TESTS)
  find_package(GTest REQUIRED)
endif()
