# backplane_ep_library(<name> <source>...): lib<name>.so, which exports the two entry points of an EP library and
# nothing else, and depends on no symbol that is not there.
function(backplane_ep_library name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE backplane_ep_kit)
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/exports.map)
  target_link_options(${name} PRIVATE
    -Wl,-z,defs -Wl,--exclude-libs,ALL -Wl,--version-script=${exports})
  set_target_properties(${name} PROPERTIES LINK_DEPENDS ${exports})
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/backplane)
endfunction()
