"""`python -m bench`: ours beside its peers, alternating and repeated; a table on stdout, JSON beside it."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench.answers import measure_answers
from bench.comeback import measure_comeback
from bench.contestant import BARE, PEERS, Contestant, Stage
from bench.durable_floor import DurableFloor
from bench.fanout import measure_fanout
from bench.figures import Fell, Figure
from bench.ground import Ground, ground
from bench.idle import measure_idle
from bench.install import install_peers
from bench.load.handle import Load, LoadError, load
from bench.process import StartError, raise_file_limit
from bench.scale import FULL, QUICK, Scale
from bench.shangke import Shangke
from bench.slow import measure_slow
from bench.table import report

RESULTS = Path(__file__).parent / "results"
Measure = Callable[[str, int, Stage, Ground, Load, Scale], Sequence[Figure]]
DISCIPLINES: dict[str, Measure] = {
    "fanout": measure_fanout,
    "idle": measure_idle,
    "answers": measure_answers,
    "comeback": measure_comeback,
    "slow": measure_slow,
}


def compete(contestant: Contestant, discipline: str, n_th_round: int, shared: Ground, scale: Scale) -> Sequence[Figure]:
    """One contestant, freshly started, in one discipline, with a load client of its own."""
    try:
        with contestant.up(shared, scale.n_rooms, scale.n_members) as stage, load(n_th_round) as client:
            try:
                return DISCIPLINES[discipline](contestant.name, n_th_round, stage, shared, client, scale)
            except LoadError as error:
                why = f"{error}\n{last_words(stage)}"
    except StartError as error:
        why = str(error)
    return [Fell(contestant=contestant.name, n_th_round=n_th_round, discipline=discipline, why=why)]


def last_words(stage: Stage) -> str:
    """The end of what each node printed."""
    return "\n".join(node.log.read_text(errors="replace")[-800:] for node in stage.nodes)


def all_rounds(
    contestants: Sequence[Contestant], disciplines: Sequence[str], shared: Ground, scale: Scale
) -> list[Figure]:
    """Every contestant once in each round, every second round in the opposite order."""
    figures: list[Figure] = []
    for n_th_round in range(scale.n_rounds):
        for discipline in disciplines:
            for contestant in contestants if n_th_round % 2 == 0 else reversed(contestants):
                if discipline not in contestant.disciplines:
                    continue
                start = time.monotonic()
                figures.extend(compete(contestant, discipline, n_th_round, shared, scale))
                took = f"{time.monotonic() - start:.1f} s"
                print(f"round {n_th_round + 1}/{scale.n_rounds} {discipline} {contestant.name} {took}", flush=True)
    return figures


def write_results(figures: Sequence[Figure], scale: Scale) -> Path:
    """All figures of the run as JSON."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    figures_json = [{"kind": type(figure).__name__, **asdict(figure)} for figure in figures]
    document = {"machine": platform.platform(), "scale": asdict(scale), "figures": figures_json}
    path.write_text(json.dumps(document, indent=1))
    return path


def parse(names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run that shows that everything works")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated")
    parser.add_argument(
        "--only", nargs="+", choices=names, metavar="NAME", help="these contestants: " + ", ".join(names)
    )
    parser.add_argument("--disciplines", nargs="+", choices=tuple(DISCIPLINES), default=tuple(DISCIPLINES))
    return parser.parse_args()


async def main() -> None:
    contestants: tuple[Contestant, ...] = (Shangke(), DurableFloor(), *PEERS)
    options = parse([contestant.name for contestant in contestants])
    scale = QUICK if options.quick else FULL
    if options.rounds:
        scale = replace(scale, n_rounds=options.rounds)
    chosen = [contestant for contestant in contestants if not options.only or contestant.name in options.only]
    install_peers()
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        # One thing happens at a time here: the loop only keeps the shared servers, so measuring may block it.
        async with ground(Path(folder)) as shared:
            figures = all_rounds(chosen, options.disciplines, shared, scale)
    print(report(figures, BARE.name))
    print(f"\nfigures: {write_results(figures, scale)}")


if __name__ == "__main__":
    asyncio.run(main())
