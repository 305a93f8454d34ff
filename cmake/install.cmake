# cmake --install: programs, what clients are built with, and what they are built by (find_package, pkg-config).
#
#   bin/                              the programs
#   include/tickplant/                headers, spelled as in the tree: "clients/cpp/subscriber.hpp"
#   lib/libtickplant-NAME.a           C++: tickplant::client, tickplant::control
#   lib/libtickplant.so.0             the C interface: tickplant::c
#   lib/python3/dist-packages/        Python, over the C interface
#   share/doc/tickplant/examples/     programs to start from; they build where they lie
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(TICKPLANT_INSTALL_PYTHONDIR lib/python3/dist-packages CACHE STRING
  "where the Python package goes, below the prefix: Debian's own Python looks there below /usr")
get_directory_property(CapnProto_VERSION DIRECTORY clients/protocol DEFINITION CapnProto_VERSION)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tickplant)

install(TARGETS tickplantd tickplant tickplant-venue)

install(TARGETS tickplant_platform tickplant_ringbuf tickplant_client tickplant_c EXPORT tickplantTargets)
install(TARGETS tickplant_protocol tickplant_control EXPORT tickplantControlTargets)
install(EXPORT tickplantTargets NAMESPACE tickplant:: DESTINATION ${package_folder})
install(EXPORT tickplantControlTargets NAMESPACE tickplant:: DESTINATION ${package_folder})
configure_package_config_file(cmake/tickplantConfig.cmake.in tickplantConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(tickplantConfigVersion.cmake COMPATIBILITY SameMinorVersion)  # until 1.0
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tickplantConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tickplantConfigVersion.cmake
  DESTINATION ${package_folder})

# Relative, so that --prefix and a moved tree are right, too.
file(RELATIVE_PATH TICKPLANT_PREFIX_OF_PKGCONFIG /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(name tickplant tickplant-control tickplant-c)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# What clients include, and what that includes. Generated code of Cap'n Proto is nobody's business but the library's.
install(DIRECTORY clients/cpp clients/control DESTINATION include/tickplant/clients
  FILES_MATCHING PATTERN *.hpp PATTERN wire.hpp EXCLUDE)  # which needs what Cap'n Proto generates
install(DIRECTORY clients/c DESTINATION include/tickplant/clients FILES_MATCHING PATTERN *.h)
install(DIRECTORY ringbuf DESTINATION include/tickplant FILES_MATCHING PATTERN *.hpp)
install(DIRECTORY platform DESTINATION include/tickplant FILES_MATCHING PATTERN *.hpp PATTERN io_ring*.hpp EXCLUDE
  PATTERN datagram*.hpp EXCLUDE PATTERN card_stamps.hpp EXCLUDE)

install(DIRECTORY clients/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
  FILES_MATCHING PATTERN *.cpp PATTERN *.c PATTERN *.py PATTERN CMakeLists.txt)
install(DIRECTORY clients/python/tickplant DESTINATION ${TICKPLANT_INSTALL_PYTHONDIR}
  FILES_MATCHING PATTERN *.py PATTERN *.pyi PATTERN py.typed)
