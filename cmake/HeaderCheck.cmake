# The target voxpop_headers: every header of ours compiled by itself, so that none leans on what its users
# include before it. Not part of `all`; ./dev check builds it.
file(
    GLOB_RECURSE headers
    RELATIVE ${PROJECT_SOURCE_DIR}
    CONFIGURE_DEPENDS
    src/*.hpp
    net/*.hpp
    store/*.hpp
    config/*.hpp
    loadtest/*.hpp
    tests/*.hpp
)
list(FILTER headers EXCLUDE REGEX "node_modules")
set(sources "")
foreach(header ${headers})
    string(REPLACE "/" "_" name ${header})
    set(source ${PROJECT_BINARY_DIR}/headers/${name}.cpp)
    # Twice: the second time nothing may be left to declare.
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"@header@\"\n#include \"@header@\"\n" @ONLY)
    list(APPEND sources ${source})
endforeach()

add_library(voxpop_headers OBJECT EXCLUDE_FROM_ALL ${sources})
target_include_directories(voxpop_headers PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
target_compile_options(voxpop_headers PRIVATE -O0 -g0 -Wno-unused-function)
target_link_libraries(
    voxpop_headers
    PRIVATE voxpop_options voxpop::boost PkgConfig::simdjson PkgConfig::sqlite3 PkgConfig::libcrypto
            PkgConfig::libjwt PkgConfig::tomlplusplus CLI11::CLI11
)
if(TARGET Catch2::Catch2)
    target_link_libraries(voxpop_headers PRIVATE Catch2::Catch2 voxpop::rapidcheck)
endif()
