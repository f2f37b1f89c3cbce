# Helpers that turn folders of sources into targets. A folder without sources is skipped, and is picked up by
# itself once it has some (CONFIGURE_DEPENDS).

function(backplane_sources variable folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# Adds a folder that may not exist yet.
macro(backplane_add_if_present folder)
  file(GLOB backplane_present CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
  if(backplane_present)
    add_subdirectory(${folder})
  endif()
endmacro()
