# SPDX-License-Identifier: MIT
"""
Runs the fuzz targets: first on the inputs of tests/fuzz/corpus, then on new ones.

New inputs that reach new code are kept in build/fuzz/corpus, for the next run. If a target fails,
its input goes to build/fuzz/failures; the exit status is then 1.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/fuzz"
BUILD = ROOT / "build/fuzz"

# By target: the largest new input in bytes, and the dictionary.
MAX_SIZE = {"database": 96, "elf": 6144, "token": 4608}
MAX_SIZE_DEFAULT = 1024
DICTIONARIES = {"binding": "binding", "claims": "vault", "config": "config", "host_json": "json",
                "json": "json", "keyring": "vault", "paserk": "vault", "resolvers": "resolvers",
                "resolvers_sqlite": "resolvers", "schema": "sdl", "token": "vault",
                "value": "value"}

# Targets that share the corpus of another.
CORPORA = {"host_json": "json", "resolvers_sqlite": "resolvers"}

SECONDS = 20  # Of fuzzing by default, for each target.

# Bounds for one input. The time is generous, since the machine may be busy.
BOUNDS = ["-timeout=60", "-rss_limit_mb=2048", "-malloc_limit_mb=256"]

SANITIZERS = {
    "ASAN_OPTIONS": "quarantine_size_mb=16:malloc_context_size=8:max_malloc_fill_size=0:symbolize=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:symbolize=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/lsan.supp:print_suppressions=0",
}


class Run:
    """What a run of one target has shown."""

    def __init__(self, target, log, passed):
        text = log.read_text(errors="replace")
        self.target, self.log, self.passed = target, log, passed
        lines = re.findall(r"^#(\d+)\s+\w+\s+cov: (\d+)", text, re.M)
        self.executions, self.edges = map(int, lines[-1]) if lines else (0, 0)
        loaded = re.search(r"\((\d+) inline 8-bit counters\)", text)
        self.all_edges = int(loaded.group(1)) if loaded else 0
        written = re.search(r"Test unit written to (\S+)", text)
        running = re.findall(r"^Running: (\S+)", text, re.M)
        self.input = written.group(1) if written else running[-1] if running else None

    def explain(self):
        """For a person: what failed, and how to run it again."""
        lines = self.log.read_text(errors="replace").splitlines()
        about = [line for line in lines if re.search(r"not so:|ERROR:|runtime error:|SUMMARY", line)]
        yield f"{self.target} failed; its log is {self.log}"
        yield from about[:6]
        if self.input:
            yield f"the input: {self.input}"
            yield f"to run it again: {program_of(self.target)} {self.input}"
            yield f"once it is mended, keep it: cp {self.input} {corpus_of(self.target)}/"


def program_of(target):
    return BUILD / f"tests/fuzz/fuzz_{target}"


def corpus_of(target):
    return HERE / "corpus" / CORPORA.get(target, target)


def targets():
    listed = subprocess.run(["meson", "introspect", "--targets", str(BUILD)], check=True,
                            capture_output=True, text=True)
    names = [each["name"] for each in json.loads(listed.stdout) if each["type"] == "executable"]
    return sorted(name.removeprefix("fuzz_") for name in names if name.startswith("fuzz_"))


def launch(target, kind, *arguments):
    log = BUILD / "logs" / f"{target}.{kind}.log"
    command = [program_of(target), *BOUNDS, *arguments]
    environment = {**os.environ, **SANITIZERS}
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        status = process.wait()
    for left in pathlib.Path("/dev/shm").glob(f"fuzz.{process.pid}.*"):  # It failed.
        shutil.rmtree(left)
    return Run(target, log, status == 0)


def replay(target):
    """Runs each input of the corpus once, one by one, so that a failure names its file."""
    inputs = sorted(map(str, corpus_of(target).iterdir()))
    return launch(target, "replay", *inputs), len(inputs)


def fuzz(target, seconds, executions):
    own = BUILD / "corpus" / target
    own.mkdir(parents=True, exist_ok=True)
    arguments = [f"-max_len={MAX_SIZE.get(target, MAX_SIZE_DEFAULT)}",
                 f"-max_total_time={round(seconds)}", f"-runs={executions or -1}",
                 f"-artifact_prefix={BUILD}/failures/{target}-"]
    if target in DICTIONARIES:
        arguments.append(f"-dict={HERE}/dictionaries/{DICTIONARIES[target]}.dict")
    return launch(target, "fuzz", *arguments, own, corpus_of(target))


def merge(target):
    """Makes the corpus of the repository small, and adds what build/fuzz/corpus has beyond it."""
    corpus, merged = corpus_of(target), BUILD / "merged" / target
    merged.mkdir(parents=True, exist_ok=True)
    for old in merged.iterdir():
        old.unlink()
    size = MAX_SIZE.get(target, MAX_SIZE_DEFAULT)
    # By edges alone, not by how often they were taken: the corpus stays small.
    run = launch(target, "merge", "-set_cover_merge=1", "-use_counters=0", f"-max_len={size}",
                 merged, corpus, BUILD / "corpus" / target)
    if run.passed:
        kept = {path.name for path in merged.iterdir()}
        for path in corpus.iterdir():
            if re.fullmatch(r"[0-9a-f]{40}", path.name) and path.name not in kept:
                path.unlink()
        for path in merged.iterdir():
            if not any(old.read_bytes() == path.read_bytes() for old in corpus.iterdir()):
                path.replace(corpus / path.name)
    return run


def in_parallel(function, names, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(function, names)


def test_all(names, options):
    """Prints TAP: for each target a test of its corpus, and one of new inputs."""
    number = failed = 0
    print(f"1..{2 * len(names)}", flush=True)

    def both(target):
        replayed, count = replay(target)
        fuzzed = fuzz(target, 60 * options.minutes, options.executions)
        return ((replayed, f"fuzz {target}: replays {count} inputs"),
                (fuzzed, f"fuzz {target}: {fuzzed.executions} executions, "
                         f"{fuzzed.edges} of {fuzzed.all_edges} edges"))

    for results in in_parallel(both, names, options.jobs):
        for run, title in results:
            number += 1
            failed += not run.passed
            print(f"{'ok' if run.passed else 'not ok'} {number} - {title}", flush=True)
            if not run.passed:
                print("\n".join(f"# {line}" for line in run.explain()), flush=True)
    print(f"# pass {number - failed}\n# fail {failed}")
    return failed == 0


def run_all(names, options):
    """Prints a table."""
    passed = True
    print(f"{'target':<20} {'executions':>14} {'edges':>7} {'of':>7}  result", flush=True)

    def one(target):
        if options.merge:
            return merge(target)
        return fuzz(target, 60 * options.minutes, options.executions)

    for run in in_parallel(one, names, options.jobs):
        passed = passed and run.passed
        print(f"{run.target:<20} {run.executions:>14,} {run.edges:>7} {run.all_edges:>7}  "
              f"{'ok' if run.passed else 'FAILED'}", flush=True)
        if not run.passed:
            print("\n".join(f"  {line}" for line in run.explain()), flush=True)
    return passed


def parse_arguments(known):
    parser = argparse.ArgumentParser(prog="tests/fuzz/run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=SECONDS / 60, metavar="N",
                        help=f"how long each target runs; default: {SECONDS} seconds")
    parser.add_argument("--executions", type=int, metavar="N",
                        help="ends a target after N executions, if that is sooner")
    parser.add_argument("--target", action="append", metavar="T",
                        help="runs this target only; may be given again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="targets that run at the same time; default: one for each processor")
    parser.add_argument("--merge", action="store_true",
                        help="instead of fuzzing, minimizes tests/fuzz/corpus and adds the inputs "
                             "of build/fuzz/corpus that reach more code")
    parser.add_argument("--tap", action="store_true",
                        help="prints TAP, with a test that replays each corpus")
    options = parser.parse_args()
    known = known()
    unknown = set(options.target or []) - set(known)
    if unknown:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(known)}")
    options.target = options.target or known
    return options


def main():
    options = parse_arguments(targets)
    for folder in ("logs", "failures"):
        (BUILD / folder).mkdir(parents=True, exist_ok=True)
    passed = (test_all if options.tap else run_all)(options.target, options)
    sys.exit(0 if passed else 1)


main()
