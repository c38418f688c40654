#include <string>
#include <string_view>

#include "providers/llm/intents/intents_llm.h"
#include "providers/vad/energy/energy_vad.h"
#include "voiceagent/registry.h"
#if VOICEAGENT_WITH_FLITE
#include "providers/tts/flite/flite_tts.h"
#endif
#if VOICEAGENT_WITH_POCKETSPHINX
#include "providers/stt/pocketsphinx/pocketsphinx_stt.h"
#endif
#if VOICEAGENT_WITH_WEBRTC_AUDIO
#include "providers/vad/webrtc/webrtc_vad.h"
#endif

namespace voiceagent {
namespace {

// How to get a provider that was left out, by the Debian packages that it needs.
[[maybe_unused]] std::string needs(std::string_view packages) {
  return "install " + std::string(packages) + " and build voiceagent again";
}

void register_recognisers(Registry& registry) {
#if VOICEAGENT_WITH_POCKETSPHINX
  registry.add(pocketsphinx_stt_info(), make_pocketsphinx_stt);
#else
  registry.add_missing(ProviderKind::kStt, "pocketsphinx",
                       needs("libpocketsphinx-dev, libsphinxbase-dev and pocketsphinx-en-us"));
#endif
}

void register_synthesisers(Registry& registry) {
#if VOICEAGENT_WITH_FLITE
  registry.add(flite_tts_info(), make_flite_tts);
#else
  registry.add_missing(ProviderKind::kTts, "flite", needs("flite1-dev"));
#endif
}

void register_detectors(Registry& registry) {
  registry.add(energy_vad_info(), make_energy_vad);
#if VOICEAGENT_WITH_WEBRTC_AUDIO
  registry.add(webrtc_vad_info(), make_webrtc_vad);
#else
  registry.add_missing(ProviderKind::kVad, "webrtc",
                       needs("libwebrtc-audio-processing-dev") + ", or use 'energy'");
#endif
}

}  // namespace

void register_builtin_providers(Registry& registry) {
  register_recognisers(registry);
  registry.add(intents_llm_info(), make_intents_llm);
  register_synthesisers(registry);
  register_detectors(registry);
}

}  // namespace voiceagent
