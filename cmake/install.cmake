# Installs headers, libraries, the CMake package (components shared and static) and voiceagent.pc.

include(CMakePackageConfigHelpers)

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/voiceagent")

install(DIRECTORY include/voiceagent "${VA_GENERATED_INCLUDE_DIR}/voiceagent"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")

# Two sets of targets: a host of the shared library needs none of our dependencies.
if(TARGET voiceagent)
  install(TARGETS voiceagent EXPORT voiceagent-shared)
  install(EXPORT voiceagent-shared NAMESPACE voiceagent::
    FILE voiceagent-shared-targets.cmake DESTINATION "${_package_dir}")
endif()
if(TARGET voiceagent_static)
  install(TARGETS voiceagent_static EXPORT voiceagent-static)
  install(EXPORT voiceagent-static NAMESPACE voiceagent::
    FILE voiceagent-static-targets.cmake DESTINATION "${_package_dir}")
endif()

configure_package_config_file(cmake/voiceagentConfig.cmake.in
  "${PROJECT_BINARY_DIR}/voiceagentConfig.cmake"
  INSTALL_DESTINATION "${_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/voiceagentConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/voiceagentConfig.cmake"
  "${PROJECT_BINARY_DIR}/voiceagentConfigVersion.cmake"
  cmake/third_party.cmake
  DESTINATION "${_package_dir}")

# The .pc file names its prefix relative to itself, so that the installation can be moved.
cmake_path(SET _pc_dir NORMALIZE "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH VA_PC_PREFIX "${_pc_dir}" "/prefix")
string(REGEX REPLACE "/$" "" VA_PC_PREFIX "${VA_PC_PREFIX}")
list(JOIN VA_LINK_FLAGS " " VA_PC_LIBS_PRIVATE)
configure_file(cmake/voiceagent.pc.in "${PROJECT_BINARY_DIR}/voiceagent.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/voiceagent.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
