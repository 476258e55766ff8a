"""The scanners: each is let at the code or the running house, and gives how much it asked and what it found."""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import fuzzing
from server.test_sizes import attacks
from target import Target
from timing import measure
from tools import ROOT, packages, programs

CODE = ("server/fotfeste_server", "shared/fotfeste_shared", "desktop/fotfeste_desktop")
EXAMPLES = os.environ.get("FOTFESTE_SECURITY_EXAMPLES", "100")  # for each operation; 1000 in the long form
FUZZ_SECONDS = int(os.environ.get("FOTFESTE_SECURITY_FUZZ", "12"))  # for each parser; 600 in the long form
PATIENCE = 240  # seconds for one scanner; what it has not come to by then, it says
WAPITI = "cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,sql,xss"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Done(NamedTuple):
    """How much was asked, and what was found."""

    asked: str
    findings: list[str]


def bandit(_target: Target) -> Done | None:
    """Read the code for what is often a hole."""
    folder = programs("requirements.txt", "bandit")
    if folder is None:
        return None
    told = json.loads(_said([folder / "bandit", "-q", "-f", "json", "-r", *CODE], at=ROOT))
    lines = sum(each["loc"] for name, each in told["metrics"].items() if name != "_totals")
    found = {f"{e['issue_severity'].lower()} {e['test_id']} {e['filename']}" for e in told["results"]}
    return Done(f"{lines:,} lines", sorted(found))


def schemathesis(target: Target) -> Done | None:
    """Ask what the API's own description allows, and what it does not."""
    folder = programs("requirements.txt", "schemathesis")
    if folder is None:
        return None
    base, report = f"{target.base}/api/v1", Path(tempfile.mkdtemp()) / "found.xml"
    bearer = f"Authorization: Bearer {target.key}"
    said = _said([
        folder / "schemathesis", "run", f"{base}/openapi.json", "--url", base, "-H", bearer,
        "--max-examples", EXAMPLES, "--seed", str(secrets.randbelow(10**6)), "--report", "junit",
        "--report-junit-path", report, "--no-color",
    ])  # fmt: skip
    cases = re.search(r"(\d+) generated", said)
    found = [
        f"{case.get('name')}: {ID.sub('…', ' '.join((each.text or each.get('message') or '').split()))[:400]}"
        for case in ET.parse(report).iter("testcase") for each in [*case.iter("failure"), *case.iter("error")]
    ]  # fmt: skip
    return Done(f"{cases[0] if cases else '?'} cases, up to {EXAMPLES} examples an operation", found)


def wapiti(target: Target) -> Done | None:
    """Walk through the pages as an organizer, and put hostile strings into all that they take."""
    folder = programs("scanners.txt", "wapiti")
    if folder is None:
        return None
    home = Path(tempfile.mkdtemp())
    told, network = home / "found.json", f"{target.base}/networks/{target.house.network.id}"
    said = _said([
        folder / "wapiti", "-u", f"{target.base}/", "-s", network,
        "-m", WAPITI, "-C", target.cookie, "--drop-set-cookie", "-x", f"{target.base}/signout", "--tasks", "1",
        "--max-scan-time", "60", "--max-attack-time", "6", "--max-parameters", "30", "-t", "10", "--no-bugreport",
        "--flush-session", "--store-session", home, "--store-config", home / "config", "-f", "json", "-o", told,
        "-v", "0",
    ])  # fmt: skip
    if not told.exists():
        return Done("nothing", [f"it did not finish: {said[-300:]}"])
    kept = json.loads(told.read_text("utf-8"))
    found = {
        f"{kind}: {each['method']} {ID.sub('…', each['path'])} {each.get('parameter') or ''} {each['info'][:120]}"
        for group in ("vulnerabilities", "anomalies") for kind, many in kept[group].items() for each in many
    }  # fmt: skip
    return Done(f"{kept['infos'].get('crawled_pages_nbr', '?')} pages, modules {WAPITI}", sorted(found))


def sqlmap(target: Target) -> Done | None:
    """Try to make the database do what a parameter says, on each kind of page that takes one."""
    folder = programs("scanners.txt", "sqlmap")
    if folder is None:
        return None
    house, found, stopped = target.house, [], 0
    base, api = f"{target.base}/networks/{house.network.id}", f"{target.base}/api/v1"
    bearer, organizer = ["-H", f"Authorization: Bearer {target.key}"], ["--cookie", target.cookie]
    asked: list[list[str]] = [
        ["-u", f"{target.base}/signin", "--data", "email=a@eksempel.no", "-p", "email"],
        ["-u", f"{target.base}/signin/code", "--data", "code=AAAA-AAAA", "-p", "code", "--cookie", "browser=x"],
        ["-u", f"{base}/teams", "--data", f"participation={house.participation.id}&name=Team",
         "-p", "participation,name", *organizer],
        ["-u", f"{base}/devices", "--data", f"person={house.people['mentor'].id}", "-p", "person", *organizer],
        ["-u", f"{target.base}/networks/*/teams", *organizer],
        ["-u", f"{api}/teams?after={house.team.id}&limit=5", "-p", "after,limit", *bearer],
        ["-u", f"{api}/records?form=statusrapport&limit=5", "-p", "form,limit", *bearer],
        ["-u", f"{api}/records/{house.report().id}*", *bearer],
        ["-u", f"{target.base}/s/AAAAAAAA*"],
    ]  # fmt: skip
    for each in asked:
        said = _said([
            folder / "sqlmap", *each, "--batch", "--level", "3", "--risk", "2", "--technique", "BEU",
            "--dbms", "sqlite",
            "--timeout", "10", "--retries", "0", "--threads", "2", "--disable-coloring", "--flush-session",
            "--ignore-code", "*", "--output-dir", tempfile.mkdtemp(),
        ], patience=PATIENCE // 2)  # fmt: skip
        stopped += "STOPPED" in said
        found += [f"{ID.sub('…', each[1])}: {line.strip()}" for line in said.splitlines() if "Parameter: " in line]
        if "all tested parameters do not appear" not in said and "Parameter: " not in said and "STOPPED" not in said:
            found.append(f"{ID.sub('…', each[1])}: it did not try: {said[-200:]}")
    return Done(f"{len(asked)} addresses at level 3, risk 2, {stopped} of them stopped at {PATIENCE // 2} s", found)


def atheris(_target: Target) -> Done | None:
    """Throw bytes at each parser, led by which lines of it they reach."""
    beside = packages("fuzzer.txt", "atheris")
    if beside is None:
        return None
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(beside)])
    found, runs = [], 0
    for name in fuzzing.PARSERS:
        said = _said([sys.executable, fuzzing.__file__, name, str(FUZZ_SECONDS)], path=path, patience=FUZZ_SECONDS + 60)
        count = re.search(r"number_of_executed_units:\s*(\d+)", said)
        runs += int(count[1]) if count else 0
        if count is None or "ERROR: libFuzzer" in said or "Uncaught Python exception" in said:
            found.append(f"{name}: {said[-600:]}")
    return Done(f"{len(fuzzing.PARSERS)} parsers, {FUZZ_SECONDS} s each, {runs:,} inputs", found)


def bombs(target: Target) -> Done:
    """Send what is too large, too deep or swells, and see how long the answer takes and what it is."""
    client, told, found = target.house.browser("organizer"), [], []
    for name, (address, sent) in attacks(target.house).items():
        begun = time.monotonic()
        status = client.open(address, **{"method": "POST", **sent}).status_code
        told.append(time.monotonic() - begun)
        if status >= 500 or told[-1] > 1:
            found.append(f"{name}: {status} after {told[-1]:.2f} s")
    return Done(f"{len(told)} attacks, the slowest answer after {max(told):.2f} s", found)


def timing(target: Target) -> Done:
    """Ask for codes for known and unknown addresses, and compare how long the answers take."""
    told = measure(target)
    return Done(str(told), [f"the time tells who is known: {told}"] if told.p < 0.01 else [])


def _said(
    command: list[str | Path], *, patience: float = PATIENCE, path: str | None = None, at: Path | None = None
) -> str:
    """Run a scanner and give all that it says; one that takes too long is stopped, and that is said, too."""
    environment = dict(os.environ) | ({"PYTHONPATH": path} if path else {"PYTHONPATH": ""})
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.Popen(
            list(map(str, command)), cwd=at or tempfile.mkdtemp(), env=environment, stdout=said,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            done.wait(patience)
        except subprocess.TimeoutExpired:
            done.terminate()
            done.wait()
            said.write("\nSTOPPED")
        said.seek(0)
        return said.read()


ALL: dict[str, Callable[[Target], Done | None]] = {
    "bandit": bandit, "schemathesis": schemathesis, "wapiti": wapiti, "sqlmap": sqlmap, "atheris": atheris,
    "bombs": bombs, "timing": timing,
}  # fmt: skip
