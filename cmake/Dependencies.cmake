# Every dependency, its least version, and why it is here. All are Debian 12 packages; `./dev` installs
# them. Their headers are system headers: our warnings do not apply to them.
include(FindPkgConfig)
find_package(Threads REQUIRED)

# Boost.Asio and Boost.Beast: event loop, HTTP and the WebSocket handshake and control frames. Below
# 1.81 Beast lacks the per-operation cancellation that the coroutines here rely on.
find_package(Boost 1.81 QUIET)
if(NOT Boost_FOUND)
    message(FATAL_ERROR "Voxpop needs Boost 1.81 or newer (found: ${Boost_VERSION}). "
                        "On Debian 12: apt-get install libboost1.81-dev, which replaces libboost-dev (1.74).")
endif()
add_library(voxpop_boost INTERFACE)
target_include_directories(voxpop_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(voxpop_boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(voxpop_boost INTERFACE Threads::Threads)
add_library(voxpop::boost ALIAS voxpop_boost)

# simdjson: parses every command in tens of nanoseconds, without copies.
# Without its exceptions: a result that is used unchecked does not compile, instead of throwing on bad input.
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET "simdjson>=3.0")
target_compile_definitions(PkgConfig::simdjson INTERFACE SIMDJSON_EXCEPTIONS=0)

# SQLite: the embedded store. One file, crash-safe, nothing to set up.
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET "sqlite3>=3.40")

# hiredis: its parser of Redis's replies, and nothing else of it; sockets and pipelining are ours. Its
# pkg-config file names the folder of the headers themselves; ours are <hiredis/...>.
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET "hiredis>=0.14")

# OpenSSL: HMAC of device tokens, random ids, SHA-256 of ballot sets; libjwt needs it anyway.
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET "libcrypto>=3.0")

# libjwt: verifies connection tokens (HS256, RS256, ES256). We do not write cryptography.
pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET "libjwt>=1.10")

# utf8proc: NFC and grapheme clusters, so that a comment's length is what a reader would count. Debian's
# 2.8 calls itself 2.6 in its pkg-config file.
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET "libutf8proc>=2.6")

# toml++: the configuration file. Errors carry line and column.
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET "tomlplusplus>=3.3")

# CLI11: flags and --help of both binaries.
find_package(CLI11 2.1 REQUIRED)

if(VOXPOP_TESTS)
    # Catch2 (Debian has version 2) and rapidcheck: example and property tests.
    find_package(Catch2 2.13 REQUIRED)
    find_path(RAPIDCHECK_INCLUDE_DIR rapidcheck.h REQUIRED)
    find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
    add_library(voxpop_rapidcheck INTERFACE)
    target_include_directories(voxpop_rapidcheck SYSTEM INTERFACE ${RAPIDCHECK_INCLUDE_DIR})
    target_link_libraries(voxpop_rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})
    add_library(voxpop::rapidcheck ALIAS voxpop_rapidcheck)
endif()
if(VOXPOP_BENCH)
    # Google Benchmark: micro-benchmarks; the side-by-side runs are our own programs.
    find_package(benchmark REQUIRED)
endif()
