# Warnings are errors, in both compilers. Every target of ours links tickplant_options.
add_library(tickplant_options INTERFACE)
target_include_directories(tickplant_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tickplant_options INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual>
  # g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651)
  # subobject-linkage: where sources are joined, g++ takes them for headers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
  -fno-omit-frame-pointer -ffp-contract=off)
target_compile_definitions(tickplant_options INTERFACE _FILE_OFFSET_BITS=64)

# x86-64-v2 (2009 and later): SSE4.2 for CRC32C and 16-byte compare-exchange. No machine-specific code by default.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
  target_compile_options(tickplant_options INTERFACE -march=x86-64-v2)
endif()

if(TICKPLANT_SANITIZE)
  target_compile_options(tickplant_options INTERFACE -fsanitize=${TICKPLANT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(tickplant_options INTERFACE -fsanitize=${TICKPLANT_SANITIZE})
endif()
# What reads settings and prints tables gains nothing by the optimiser, which takes four fifths of its compiling there.
add_library(tickplant_unhurried INTERFACE)
if(TICKPLANT_SANITIZE AND NOT TICKPLANT_FUZZ)
  target_compile_options(tickplant_unhurried INTERFACE -O0)
endif()
option(TICKPLANT_COVERAGE "count which branches of ringbuf/ and feedhandlers/ run (clang only); see tools/coverage" OFF)
add_library(tickplant_counted INTERFACE)
if(TICKPLANT_COVERAGE)
  # Relocated counters lie in the profile itself: what a process did that is killed or aborts counts, too. There is a
  # profile only where LLVM_PROFILE_FILE names one.
  target_compile_options(tickplant_counted INTERFACE
    -fprofile-instr-generate=/dev/null -fcoverage-mapping -fprofile-update=atomic "SHELL:-mllvm -runtime-counter-relocation")
  target_link_options(tickplant_options INTERFACE -fprofile-instr-generate)
endif()
if(TICKPLANT_FUZZ)
  target_compile_options(tickplant_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
target_link_libraries(tickplant_options INTERFACE Threads::Threads)

# A library that is installed, as libtickplant-NAME.a and tickplant::NAME. It goes into the shared library, too, so it can
# lie anywhere in memory and shows nothing of itself there. Our warnings stay with us; a user gets what headers need.
function(tickplant_installed_library target name)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME tickplant-${name} EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:include/tickplant>)
  target_link_libraries(${target} INTERFACE $<INSTALL_INTERFACE:Threads::Threads>)
  if(NOT TARGET tickplant::${name})
    add_library(tickplant::${name} ALIAS ${target})
  endif()
endfunction()
