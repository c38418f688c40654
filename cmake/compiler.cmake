# va_compile_options(<target>): language level, warnings and visibility of everything we compile.

set(_va_warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wfloat-conversion -Wmissing-declarations -Wextra-semi -Wimplicit-fallthrough)
set(_va_gcc_warnings
  -Wduplicated-cond -Wlogical-op
  # g++ 12 sees overlapping copies in plain std::string concatenations.
  -Wno-restrict)
# These guess about run time, and with optimization or sanitizers guess wrong: shown, never fatal.
set(_va_gcc_guesses
  -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
  -Wno-error=stringop-overread -Wno-error=free-nonheap-object -Wno-error=dangling-pointer)

function(va_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /utf-8 $<$<BOOL:${VOICEAGENT_WERROR}>:/WX>)
    return()
  endif()
  target_compile_options(${target} PRIVATE
    ${_va_warnings}
    $<$<CXX_COMPILER_ID:GNU>:${_va_gcc_warnings}>
    $<$<BOOL:${VOICEAGENT_WERROR}>:-Werror>
    $<$<CXX_COMPILER_ID:GNU>:${_va_gcc_guesses}>)
endfunction()

if(VOICEAGENT_SANITIZE)
  add_compile_options(-fsanitize=${VOICEAGENT_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(_va_ignored "${CMAKE_CURRENT_SOURCE_DIR}/cmake/sanitizer_ignore.txt")
    add_compile_options("-fsanitize-ignorelist=${_va_ignored}")
    # RapidJSON's schemas hash a number together with what it would be as an integer, however large:
    # any integer will do. The list doesn't reach into templates that a function of ours instantiates.
    set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/lib/base/json_schema.cpp"
      PROPERTIES COMPILE_OPTIONS -fno-sanitize=float-cast-overflow)
    # A cache of the compiler looks at the list's name, not into it.
    file(MD5 "${_va_ignored}" _va_ignored_digest)
    add_compile_definitions("VOICEAGENT_SANITIZER_IGNORES=0x${_va_ignored_digest}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_va_ignored}")
  endif()
  add_link_options(-fsanitize=${VOICEAGENT_SANITIZE})
endif()
