# What all targets share: C++23, warnings that are errors, sanitizers, and headers that compile alone.

add_library(voxpop_options INTERFACE)
target_compile_features(voxpop_options INTERFACE cxx_std_23)
target_compile_options(
    voxpop_options
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
              -Woverloaded-virtual -Werror
              # Designated initialisers name what differs from the members' defaults.
              -Wno-missing-field-initializers
)
# False alarms of GCC 12's optimiser: copies of short strings that "may overlap" (GCC bug 105329), and the
# frames of Asio's coroutines, whose operators new and delete it takes for a mismatch once it inlines one.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(voxpop_options INTERFACE -Wno-restrict -Wno-mismatched-new-delete)
endif()
if(VOXPOP_SANITIZE)
    # GCC 12 sees uninitialised values inside libstdc++'s <regex> once the sanitizers have rewritten it.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        target_compile_options(voxpop_options INTERFACE -Wno-maybe-uninitialized)
    endif()
    # ThreadSanitizer cannot follow a bare fence, and GCC says so. The only ones are Asio's around each
    # handler, which its queues' mutexes make needless; a fence of our own still stops the build.
    if(VOXPOP_SANITIZE MATCHES "thread")
        target_compile_definitions(voxpop_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
    target_compile_options(voxpop_options INTERFACE -fsanitize=${VOXPOP_SANITIZE} -fno-omit-frame-pointer
                                                    -fno-sanitize-recover=all)
    target_link_options(voxpop_options INTERFACE -fsanitize=${VOXPOP_SANITIZE})
endif()
if(VOXPOP_FUZZ)
    # Clang sees that std::stable_sort of libstdc++ 12 itself calls what C++17 deprecated.
    target_compile_options(voxpop_options INTERFACE -fsanitize=fuzzer-no-link -Wno-deprecated-declarations)
endif()

# voxpop_library(NAME SOURCES … DEPENDS …): a static library `voxpop_NAME`, alias `voxpop::NAME`.
# Its headers are those beside the sources; includes are written from the repository's root
# ("net/hub.hpp") or, below src/, from there ("base/error.hpp").
function(voxpop_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
    set(target voxpop_${name})
    if(arg_SOURCES)
        add_library(${target} STATIC ${arg_SOURCES})
        set(scope PUBLIC)
        target_link_libraries(${target} PRIVATE voxpop_options ${arg_PRIVATE_DEPENDS})
    else()
        add_library(${target} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} ${scope} ${arg_DEPENDS})
    add_library(voxpop::${name} ALIAS ${target})
endfunction()

# voxpop_test(NAME SOURCES … DEPENDS …): one Catch2 binary, registered with CTest as NAME.
function(voxpop_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    add_executable(test_${name} ${arg_SOURCES})
    target_link_libraries(test_${name} PRIVATE voxpop_options voxpop::test_main ${arg_DEPENDS})
    add_test(NAME ${name} COMMAND test_${name} --use-colour no)
endfunction()
