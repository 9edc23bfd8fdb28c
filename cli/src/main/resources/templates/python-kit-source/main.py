"""@title@: a source with Airbyte's kit for Python. It reads prices by day, and goes on after the last day it has read."""

import sys
from typing import Any, Iterable, List, Mapping, MutableMapping, Optional, Tuple

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConnectorSpecification, SyncMode
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import CheckpointMixin, Stream


class Prices(Stream, CheckpointMixin):
    """TODO: your stream. With HttpStream the kit also pages, retries and signs requests."""

    name = "prices"
    primary_key = "day"
    cursor_field = "day"
    state_checkpoint_interval = 1000

    def __init__(self, config: Mapping[str, Any]):
        self._config = config
        self._state: MutableMapping[str, Any] = {}

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._state

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._state = dict(value)

    def get_json_schema(self) -> Mapping[str, Any]:
        # TODO: the columns that your records have.
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "day": {"type": "integer"},
                "symbol": {"type": "string"},
                "price": {"type": "number"},
                "updated_at": {"type": "string", "format": "date-time"},
            },
        }

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: Optional[List[str]] = None,
        stream_slice: Optional[Mapping[str, Any]] = None,
        stream_state: Optional[Mapping[str, Any]] = None,
    ) -> Iterable[Mapping[str, Any]]:
        after = self._state.get("day", 0) if sync_mode == SyncMode.incremental else 0
        # TODO: ask your API here, page by page.
        for day in range(after + 1, self._config["days"] + 1):
            self._state = {"day": day}
            yield {"day": day, "symbol": "MILL", "price": 100 + day / 4, "updated_at": f"2026-01-01T00:00:{day % 60:02d}Z"}


class Source(AbstractSource):
    # A stream that there isn't is a mistake of the caller, and not to be left out silently.
    raise_exception_on_missing_stream = True

    def spec(self, *args: Any, **kwargs: Any) -> ConnectorSpecification:
        # TODO: the options that your users fill in. A secret has airbyte_secret.
        return ConnectorSpecification(
            connectionSpecification={
                "$schema": "http://json-schema.org/draft-07/schema#",
                "title": "@title@",
                "type": "object",
                "required": ["days"],
                "additionalProperties": True,
                "properties": {
                    "days": {"type": "integer", "title": "Days", "description": "How many days there are", "order": 0},
                    "api_key": {"type": "string", "title": "API key", "description": "Sent with every request",
                                "airbyte_secret": True, "order": 1},
                },
            }
        )

    def check_connection(self, logger: Any, config: Mapping[str, Any]) -> Tuple[bool, Optional[Any]]:
        # TODO: ask your API for something small, with the user's rights.
        return (True, None) if config["days"] >= 1 else (False, "days must be at least 1.")

    def streams(self, config: Mapping[str, Any]) -> List[Stream]:
        return [Prices(config)]


if __name__ == "__main__":
    launch(Source(), sys.argv[1:])
