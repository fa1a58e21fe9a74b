"""What a job has in hand. arq hands jobs an untyped map; it is read here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from server.config import Config
from server.road import Road

ROAD = "road"
CONFIG = "config"
Context = Mapping[str, object]


def road_of(context: Context) -> Road:
    road = context[ROAD]
    assert isinstance(road, Road), "the worker's start put it there"
    return road


def config_of(context: Context) -> Config:
    config = context[CONFIG]
    assert isinstance(config, Config), "the worker's start put it there"
    return config
