# What a copy of this folder needs when it is built on its own, and what the project around it has otherwise.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
include(GNUInstallDirs)
find_package(Threads REQUIRED)

# The headers of either host will do: -DEP_HEADERS=<folder of onnxruntime_ep_c_api.h>.
find_path(EP_HEADERS onnxruntime_ep_c_api.h PATH_SUFFIXES onnxruntime onnxruntime/core/session REQUIRED)
add_library(backplane_api_headers INTERFACE)
target_include_directories(backplane_api_headers INTERFACE ${EP_HEADERS})
