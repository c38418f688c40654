# The page to talk to (examples/web): web/*_test.js -> ctest web/modules, without a browser;
# browser/talk_test.js -> ctest browser/talk, in Chromium and against the server. Its screenshots are
# kept in the build folder.

# Says nothing new about a build with sanitizers.
if(VOICEAGENT_SANITIZE)
  return()
endif()

function(va_web_test name script)
  add_test(NAME ${name} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/${script}")
  set_tests_properties(${name} PROPERTIES LABELS web TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

va_web_test(web/modules web/run.sh)

if(TARGET voiceagent_server AND TARGET voiceagent_cli
    AND VOICEAGENT_WITH_POCKETSPHINX AND VOICEAGENT_WITH_FLITE)
  va_web_test(browser/talk browser/run.sh)
  set_tests_properties(browser/talk PROPERTIES
    RUN_SERIAL ON  # it measures time
    ENVIRONMENT "VOICEAGENT_SERVER=$<TARGET_FILE:voiceagent_server>;\
VOICEAGENT_CLI=$<TARGET_FILE:voiceagent_cli>;\
VOICEAGENT_TEST_OUTPUT=${PROJECT_BINARY_DIR}/browser")
endif()
