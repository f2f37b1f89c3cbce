# Language level, warnings, code generation and sanitizers: the same for every target of ours.
# Must not change IEEE semantics: what a kernel computes may not depend on the preset.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Dev: asserts on, debuggable, quick to compile. Release: asserts off.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_DEV "-O1 -g" CACHE STRING "" FORCE)
  set(CMAKE_${language}_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "" FORCE)
endforeach()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_compile_options(
  -Wall -Wextra
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>  # false positives on std::string (GCC bug 105651)
  -fno-math-errno -fno-trapping-math  # nobody reads errno or the exception flags; values stay IEEE
  -ffp-contract=off                   # a fused multiply-add is written where it is wanted
  -ffunction-sections -fdata-sections)
if(BACKPLANE_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_definitions($<$<CONFIG:Dev>:_GLIBCXX_ASSERTIONS>)
add_link_options(-Wl,--gc-sections -Wl,-z,relro -Wl,-z,now)

if(BACKPLANE_SANITIZE)
  add_compile_options(-fsanitize=${BACKPLANE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${BACKPLANE_SANITIZE})
  # Weights are read in place from model files, which do not align them; every target we build for can.
  # C callers may put any number into an enum; abi/ is where it is checked.
  add_compile_options(-fno-sanitize=alignment -fno-sanitize=enum)
  if(BACKPLANE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
