# The page to talk to (examples/web): web/*_test.js -> ctest web/modules, without a browser.

# Says nothing new about a build with sanitizers.
if(VOICEAGENT_SANITIZE)
  return()
endif()

function(va_web_test name script)
  add_test(NAME ${name} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/${script}")
  set_tests_properties(${name} PROPERTIES LABELS web TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

va_web_test(web/modules web/run.sh)
