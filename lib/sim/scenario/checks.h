// Judges a run: by what the scenario expects, and by what holds of every conversation.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/record.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

using Failures = std::vector<ScenarioFailure>;

void check_events(const Expectations& expect, const Record& record, Failures& out);
void check_timings(const Expectations& expect, const Record& record, Failures& out);
void check_audible(const Expectations& expect, const Record& record, Failures& out);
void check_texts(const Expectations& expect, const Record& record, Failures& out);

// Every turn ends, the context agrees with what was played, and the like.
void check_promises(const Scenario& scenario, const Record& record, Failures& out);

// "1,234.5 ms".
std::string ms_text(Duration d);

}  // namespace voiceagent::sim
