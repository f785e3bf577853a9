"""One reader fed for a time: what it must not do is reported with the smallest file that makes it do so."""

import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from inventory.feeds.records import FeedRefused
from tests.fuzzing.checks import check, check_originals
from tests.fuzzing.mutations import Spoiler
from tests.fuzzing.targets import Target, Variant

# Of processor time, so that a busy machine proves nothing.
PATIENCE_SECONDS = 10.0
MEMORY_BYTES = 256 * 2**20
FOUND_LIMIT = 200_000
KEPT_LIMIT, KEPT_BYTES = 400, 2**14
FINDINGS_LIMIT = 20
SHRINK_TRIES = 300


class Endless(BaseException):
    """A reader did not come to its end in time. Nothing catches it on the way."""


@dataclass(frozen=True)
class Finding:
    """What a reader did, the place of it as a key, and the file that makes it do so."""

    key: str
    variant: int
    content: bytes
    told: str


@dataclass
class Result:
    """What came of a run."""

    iterations: int = 0
    seconds: float = 0.0
    kept: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Endless is raised inside after so much processor time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Endless(f"no end after {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def outcome(variant: Variant, content: bytes) -> frozenset[str]:
    """What a file comes to, in words. Raises whatever the reader must not raise."""
    words: set[str] = set()
    found: list[object] = []
    count = 0
    before = peak_bytes()
    with patience(PATIENCE_SECONDS):
        try:
            for one in variant.read(content):
                words.add(check(one, variant.profile))
                count += 1
                assert count < FOUND_LIMIT + len(content), "more is found than the file holds"
                if len(found) < 1000:
                    found.append(one)
        except FeedRefused as refused:
            words.add(f"refused {refused.code}")
            check_refusal(refused)
        else:
            check_originals(content, found, variant)
    assert peak_bytes() - before < MEMORY_BYTES, (
        f"{(peak_bytes() - before) >> 20} MB for {len(content)} bytes"
    )
    return frozenset(words)


def check_refusal(refused: FeedRefused) -> None:
    assert refused.code
    assert refused.message
    assert len(refused.message) < 10_000, "the refusal is longer than anybody reads"
    assert "\0" not in refused.message, "NUL, which no text column holds"
    refused.message.encode()


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def outcome_or_failure(variant: Variant, content: bytes) -> frozenset[str] | tuple[str, str]:
    """What a file comes to; or the place and the story of what the reader must not do."""
    try:
        return outcome(variant, content)
    except (Exception, Endless) as error:  # noqa: BLE001 - whatever it is, it is what we look for
        frames = traceback.extract_tb(error.__traceback__)
        ours = [
            frame for frame in frames if "/inventory/" in frame.filename or "/promotions/" in frame.filename
        ]
        place = (ours or frames)[-1]
        checked = frames[-1] if isinstance(error, AssertionError) else place
        asserted = str(error)[:25] if isinstance(error, AssertionError) else ""
        name = place.filename.rpartition("/")[2]
        key = f"{type(error).__name__} {name}:{place.name}:{checked.lineno} {asserted}"
        if isinstance(error, Endless):
            key = "Endless"
        return key, "".join(traceback.format_exception(error))


def fuzz(target: Target, *, seed: int, is_over: Callable[[int, float], bool]) -> Result:
    """Feed a reader until `is_over(iterations, seconds)`; the same seed does the same."""
    random = Random(f"{target.name} {seed}")
    spoiler = Spoiler(random, marks=target.marks, tokens=target.tokens)
    files = [list(variant.files) for variant in target.variants]
    seen: set[tuple[int, str]] = set()
    result = Result()
    started = time.monotonic()
    for variant in target.variants:
        for content in variant.files:
            outcome(variant, content)
    while not is_over(result.iterations, result.seconds):
        number = random.randrange(len(files))
        spoiler.others = files[number]
        content = spoil(random.choice(files[number]), target, spoiler)
        _run(target.variants[number], number, content, result, seen, files[number])
        result.iterations += 1
        result.seconds = time.monotonic() - started
    result.kept = sum(map(len, files)) - sum(len(variant.files) for variant in target.variants)
    return result


def spoil(content: bytes, target: Target, spoiler: Spoiler) -> bytes:
    """One more file."""
    if target.is_archive and spoiler.random.random() < 0.7:
        return spoiler.archive(content)
    content = spoiler.spoilt(content)
    return spoiler.wrapped(content) if spoiler.random.random() < 0.06 else content


def _run(
    variant: Variant,
    number: int,
    content: bytes,
    result: Result,
    seen: set[tuple[int, str]],
    files: list[bytes],
) -> None:
    came = outcome_or_failure(variant, content)
    if isinstance(came, frozenset):
        words = {(number, word) for word in came}
        if not words <= seen and len(content) <= KEPT_BYTES and len(files) < KEPT_LIMIT:
            files.append(content)
        seen |= words
        return
    key, told = came
    if key not in result.findings and len(result.findings) < FINDINGS_LIMIT:
        result.findings[key] = Finding(key, number, shrunk(variant, content, key), told)


def shrunk(variant: Variant, content: bytes, key: str) -> bytes:
    """A smaller file that fails at the same place."""
    size, tries = max(len(content) // 2, 1), 0
    while tries < SHRINK_TRIES:
        place = 0
        while place < len(content) and tries < SHRINK_TRIES:
            smaller = content[:place] + content[place + size :]
            tries += 1
            came = outcome_or_failure(variant, smaller)
            if isinstance(came, tuple) and came[0] == key:
                content = smaller
            else:
                place += size
        if size == 1:
            break
        size //= 2
    return content
