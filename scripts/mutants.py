#!/usr/bin/env python3
"""Breaks the library on purpose, and looks whether simulation notices.

Each mutant below is one small mistake in turn taking, playout or the session: a text in one file and
what it is replaced by. In a temporary copy of the tree each is built (the program alone, Release) and
run through the scenarios and through random conversations. A mutant that neither of them catches
survives: then something is promised that nobody checks. --check only sees that each text still
stands in its file exactly once.

Exit code 0: all were caught; 1: one survived or could not be built, a text does not stand once, or
the tree fails without a mutant.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = "lib/core/turn/turn_floor.cpp"
TURN = "lib/core/turn/turn_manager.cpp"
END = "lib/core/turn/turn_end.cpp"
STRATEGIES = "lib/core/turn/strategies/"
PLAYOUT = "lib/core/speech/playout.cpp"
CLOCK = "lib/core/speech/playout_clock.h"
SPEAKER = "lib/core/speech/speaker.cpp"
SPOKEN = "lib/core/speech/spoken_text.cpp"
REPLY = "lib/core/session/session_reply.cpp"
COMMANDS = "lib/core/session/session_commands.cpp"
HEARING = "lib/core/hearing/recogniser.cpp"
CONTEXT = "lib/core/context/conversation_context.cpp"

# name, file, the text that is there once, what it becomes
MUTANTS = (
    ("a hold does not flush", PLAYOUT,
     "  clock_.flush(now());\n  listener_.speaker_flushed(clock_.sent());\n",
     "  clock_.flush(now());\n"),
    ("an interruption does not take back what was sent", PLAYOUT,
     "if (!std::exchange(held_, false)) take_back();", "held_ = false;"),
    ("what was taken back is not sent again", PLAYOUT,
     "      reply_.ready.push_front(reply_.sent.pop_back());\n",
     "      reply_.sent.pop_back();\n"),
    ("a late report doesn't say what was played before a flush", PLAYOUT,
     "    drop_taken_back(reply, position - std::exchange(reply.taken_back_from, position));\n",
     "    reply.taken_back_from = position;\n"),
    ("output goes on while it is held", PLAYOUT,
     "if (!active_ || held_) return;", "if (!active_) return;"),
    ("all that was sent counts as heard", PLAYOUT,
     "heard_up_to(reply_, clock_.heard(at));\n  if (reply_.taken_back_to > 0)",
     "heard_up_to(reply_, clock_.sent());\n  if (reply_.taken_back_to > 0)"),
    ("audio is sent without a limit to its lead", PLAYOUT,
     "while (!reply_.ready.empty() && at >= next_due()) {", "while (!reply_.ready.empty()) {"),
    ("what leaves makes no room for more", PLAYOUT,
     "if (port_ != nullptr) port_->consumed(samples_to_duration(fresh, options_.sample_rate));", ""),
    ("a position is counted twice", PLAYOUT,
     "  piece.position = clock_.sent();\n", "  piece.position = clock_.sent() + 1;\n"),
    ("reports are believed beyond what was played", CLOCK,
     "    reported_ = position;\n", "    reported_ = sent_;\n"),
    ("a word counts as heard when it begins", SPOKEN,
     "std::size_t end = last == nullptr ? 0 : last->text_end;",
     "std::size_t end = next != nullptr ? next->text_end : last == nullptr ? 0 : last->text_end;"),
    ("the synthesiser is not told to stop", SPEAKER,
     "  if (port_ != nullptr) port_->let_go();\n  port_.reset();\n  resampler_.reset();\n",
     "  port_.reset();\n  resampler_.reset();\n"),
    ("the model is not told to stop", REPLY,
     "  responder_.cancel();\n  if (spoken_) speaker_.cancel();\n  if (spoken_ && audible_)",
     "  if (spoken_) speaker_.cancel();\n  if (spoken_ && audible_)"),
    ("the voice goes on after an interruption", REPLY,
     "  if (spoken_) speaker_.cancel();\n  if (spoken_ && audible_)", "  if (spoken_ && audible_)"),
    ("an interrupted reply is remembered whole", REPLY,
     "  remember_heard(reply_, reply_.heard_end);\n  tools_",
     "  remember_heard(reply_, reply_.text.size());\n  tools_"),
    ("what is heard is not remembered", REPLY,
     "    context_.set_heard(reply.turn, reply.heard(part), part, part + 1 == reply.parts.size());\n", ""),
    ("an interruption is told of the wrong turn", REPLY,
     "publish(command.turn, event::Interrupted{reply_.heard(), command.by_turn});",
     "publish(command.by_turn, event::Interrupted{reply_.heard(), command.by_turn});"),
    ("a prepared reply is used whatever was said", REPLY,
     "draft_.active && draft_.words == normalise_words(reading_.text()) &&", "draft_.active &&"),
    ("a prepared reply is not dropped", REPLY,
     "  if (!std::exchange(draft_.active, false)) return;\n  responder_.cancel();\n"
     "  speaker_.cancel();\n",
     "  draft_.active = false;\n"),
    ("a prepared reply is heard before the turn has ended", REPLY,
     "speaker_.begin(turns_.state().user_turn, true);", "speaker_.begin(turns_.state().user_turn);"),
    ("a typed line is answered with the words of another", COMMANDS,
     "text = std::exchange(typed_, {});", "text = typed_.empty() ? text : typed_ + '.';"),
    ("the user's words are not remembered", COMMANDS,
     "  context_.add_user(turn, text);\n", "  if (!voice) context_.add_user(turn, text);\n"),
    ("a turn that is dropped leaves its recogniser open", COMMANDS,
     "  recogniser_->end_utterance();\n  if (text.empty() || loudness_.voice_fell_silent())",
     "  if (text.empty() || loudness_.voice_fell_silent())"),
    ("a hold is never released", FLOOR,
     "if (std::exchange(state_.held, false)) step.out.add(act(TurnAction::kReleaseOutput));",
     "state_.held = false;"),
    ("words don't interrupt", STRATEGIES + "interruption.cpp",
     "const bool said_something = now.words >= words_ && !now.back_channel;",
     "const bool said_something = false;"),
    ("a back-channel interrupts", STRATEGIES + "interruption.cpp",
     "const bool said_something = now.words >= words_ && !now.back_channel;",
     "const bool said_something = now.words >= words_;"),
    ("a false interruption is waited out for ever", STRATEGIES + "interruption.cpp",
     "if (now.held && now.now >= now.held_since + patience_ && !waits_longer(now)) {",
     "if (false) {"),
    ("a sound without words takes an unheard reply away", STRATEGIES + "interruption.cpp",
     "voice_counts(now) && now.audible_since >= Duration(0) &&", "voice_counts(now) &&"),
    ("a noise interrupts", STRATEGIES + "interruption.cpp",
     "(mode_ == InterruptionMode::kVoiceAndWords && !now.partial_words);",
     "mode_ == InterruptionMode::kVoiceAndWords;"),
    ("the user is listened to when that is switched off", STRATEGIES + "mute.cpp",
     "if (never_interrupted_ && now.replying) return true;", ""),
    ("every turn waits the longest", STRATEGIES + "end_of_turn.cpp",
     "  return {std::clamp(silence, min_, max_), likely};\n", "  return {max_, likely};\n"),
    ("a silence is counted from its discovery", TURN,
     "state_.speech_end + std::max(Duration(0), decision.silence);",
     "step.now + std::max(Duration(0), decision.silence);"),
    ("who speaks on after the host ended the turn is not heard", END,
     "  hear_anew(step);\n  step.out.add(act(TurnAction::kFlushUtterance));",
     "  step.out.add(act(TurnAction::kFlushUtterance));"),
    ("what is said while the words of a committed turn settle is forgotten", END,
     "  if (!std::exchange(state_.goes_on, false)) return;", "  return;"),
    ("a reply that ends while it is told ends the next one", "lib/core/session/responder.h",
     "return active_ && reply_ == reply;", "return active_ && reply <= reply_;"),
    ("prompts don't come", STRATEGIES + "idle.cpp",
     "if (prompts < prompts_) return {IdleDecision::Action::kPrompt, after_};", ""),
    ("the end-of-turn timer goes on when the user does", TURN,
     "    case UserPhase::kTrailing: step.out.add(cancel_timer(TurnTimer::kEndOfTurn)); break;\n",
     "    case UserPhase::kTrailing: return;\n"),
    ("late words are waited for without an end", END,
     "  step.out.add(set_timer(TurnTimer::kFinal, step.now + limits_.final_timeout));\n", ""),
    ("a turn without words is answered", END,
     "  if (step.perceived.words == 0) return drop_utterance(step);\n", ""),
    ("a queued line is never answered", FLOOR,
     "    request_reply(step, state_.waiting_turn);\n", "    state_.waiting_turn = 0;\n"),
    ("a failing recogniser goes unnoticed", TURN,
     "  if (!utterance_open()) return;\n  if (state_.user != UserPhase::kFinalizing) {\n",
     "  return;\n  if (state_.user != UserPhase::kFinalizing) {\n"),
    ("the beginning of an utterance is lost", HEARING,
     "  while (!preroll_.empty()) backlog_.push_back(preroll_.pop_front());\n",
     "  preroll_.clear();\n"),
    ("an interruption is not marked in the context", REPLY,
     "  if (reply.interrupted) context_.mark_interrupted(reply.turn);\n", ""),
)


def misplaced(read, mutants):
    """What is wrong with the texts, without building anything."""
    findings = []
    for name, path, old, new in mutants:
        try:
            count = read(path).count(old)
        except OSError as error:
            findings.append(f"{name}: {error}")
            continue
        if count != 1:
            findings.append(f"{name}: {path} has the text {count} times, not once:\n{old}")
        elif old == new:
            findings.append(f"{name}: it changes nothing")
    return findings


def self_test():
    """Whether a text that is missing, doubled, unchanged, or in no file is found."""
    files = {"a.cpp": "x = 1;\ny = 2;\ny = 2;\n"}

    def read(path):
        if path not in files:
            raise OSError(f"no {path}")
        return files[path]

    cases = ((("a.cpp", "x = 1;", "x = 2;"), ""), (("a.cpp", "z = 1;", ""), "0 times"),
             (("a.cpp", "y = 2;", ""), "2 times"), (("a.cpp", "x = 1;", "x = 1;"), "nothing"),
             (("b.cpp", "x = 1;", ""), "no b.cpp"))
    wrong = 0
    for mutant, expected in cases:
        found = misplaced(read, [("m", *mutant)])
        if not (expected in "".join(found) if expected else not found):
            wrong += 1
            print(f"expected {expected or 'no finding'}, got {found} of {mutant}")
    print(f"self-test: {len(cases) - wrong} of {len(cases)} as expected")
    return 1 if wrong else 0


def copy_tree(target):
    """The files that belong to the tree, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        source = ROOT / name
        if not source.is_file() or name.startswith("docs/"):
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target / name)


class Bench:
    """The copy, its build, and the runs in it."""

    def __init__(self, tree, jobs, seeds):
        self.tree, self.jobs, self.seeds = tree, jobs, seeds
        # The cache of the compiler, if there is one, must not see where the copy is.
        self.env = dict(os.environ, CCACHE_BASEDIR=str(tree), CCACHE_NOHASHDIR="1")

    def run(self, *command, timeout=1800):
        try:
            return subprocess.run(command, cwd=self.tree, env=self.env, capture_output=True,
                                  text=True, errors="replace", timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, -1, "", "it does not end")

    def configure(self):
        made = self.run("cmake", "--preset", "release")
        if made.returncode != 0:
            sys.exit(f"cmake failed:\n{made.stdout}{made.stderr}")

    def build(self):
        made = self.run("ninja", "-C", "build/release", f"-j{self.jobs}", "voiceagent_cli")
        return "" if made.returncode == 0 else made.stdout[-3000:] + made.stderr[-1000:]

    def simulate(self, *arguments):
        """None if nothing was noticed, else how many failed."""
        ran = self.run("build/release/bin/voiceagent", "simulate", *arguments, "--jobs",
                       str(self.jobs), timeout=300)
        if ran.returncode == 0:
            return None
        if ran.returncode != 1:
            return "hung" if "does not end" in ran.stderr else f"exit {ran.returncode}"
        failed = re.findall(r"(\d+) failed", ran.stdout)
        return f"{failed[-1]} failed" if failed else "failed"

    def verdicts(self):
        return {"scenarios": self.simulate("tests/scenarios"),
                "random": self.simulate("--random", "--seeds", str(self.seeds))}


def try_mutant(bench, mutant):
    """Returns how it went, in words, and whether it was caught."""
    _, path, old, new = mutant
    original = (bench.tree / path).read_text()
    (bench.tree / path).write_text(original.replace(old, new))
    try:
        if problem := bench.build():
            return f"DOES NOT BUILD:\n{problem}", False
        caught = {who: what for who, what in bench.verdicts().items() if what}
    finally:
        (bench.tree / path).write_text(original)
    if not caught:
        return "SURVIVED", False
    return "caught by " + ", ".join(f"{who} ({what})" for who, what in caught.items()), True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--list", action="store_true", help="name the mutants and stop")
    parser.add_argument("--check", action="store_true",
                        help="only see that each text stands in its file once, and stop")
    parser.add_argument("--self-test", action="store_true", help="check this check instead")
    parser.add_argument("--only", default="", help="those whose name contains this")
    parser.add_argument("--seeds", type=int, default=2000, help="random conversations for each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    mutants = [mutant for mutant in MUTANTS if options.only in mutant[0]]
    if options.list:
        print("\n".join(mutant[0] for mutant in mutants))
        return 0
    if options.self_test:
        return self_test()
    findings = misplaced(lambda path: (ROOT / path).read_text(), mutants)
    if findings or options.check:
        print("\n".join(findings) or f"{len(mutants)} mutants: each text stands once")
        return 1 if findings or not mutants else 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="voiceagent-mutants-") as folder:
        bench = Bench(Path(folder), options.jobs, options.seeds)
        copy_tree(bench.tree)
        bench.configure()
        if problem := bench.build():
            sys.exit(f"the tree does not build:\n{problem}")
        broken = {who: what for who, what in bench.verdicts().items() if what}
        if broken:
            sys.exit(f"without a mutant: {broken}")
        survivors = 0
        for mutant in mutants:
            verdict, caught = try_mutant(bench, mutant)
            survivors += 0 if caught else 1
            print(f"{mutant[0]}: {verdict}", flush=True)
    print(f"{len(mutants)} mutants, {len(mutants) - survivors} caught; "
          f"{time.monotonic() - start:.0f} s")
    return 1 if survivors or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
