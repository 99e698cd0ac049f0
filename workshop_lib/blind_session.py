"""A session that ignores the machine's variables and files. Its API models are botocore's own."""

from __future__ import annotations

import functools
import gzip
import json
import os
from pathlib import Path
from typing import Any

import botocore.session
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import JSONFileLoader, Loader


class ModelFiles(JSONFileLoader):
    """Reads botocore's API models into plain dicts. They keep the order of OrderedDicts and take half the time."""

    def load_file(self, file_path: str) -> Any:
        """Return the content of one model file, or None if there is no such file."""
        for ending, read in ((".json.gz", gzip.decompress), (".json", bytes)):
            path = Path(file_path + ending)
            if path.is_file():
                return json.loads(read(path.read_bytes()))
        return None


@functools.cache
def _get_loader() -> Loader:
    """Return botocore's own API models, read once for all sessions of this process."""
    return Loader(
        extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False, file_loader=ModelFiles()
    )


def open_blind_session() -> botocore.session.Session:
    """Open a session that reads neither environment variables nor files of the machine."""
    blind = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    blind["config_file"] = blind["credentials_file"] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=blind)
    session.register_component("data_loader", _get_loader())
    return session
