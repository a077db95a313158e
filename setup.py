"""Take the pinned JSON-LD contexts out of their registry package while building.

What we ship stands in setup.cfg. This file adds one step to `build_py`: the context
files, which are never committed, are copied from the package that `[build-system]
requires` names, and only if their SHA-256 is the pinned one. A wheel gets them inside;
an editable install (`pip install -e .`) puts them into the source tree.
"""

from __future__ import annotations

import importlib.util
import runpy
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_py import build_py

CONTEXTS = Path("ingenium_credentials", "badges", "contexts")


def context_files(table: dict[str, Any]) -> dict[str, bytes]:
    """The pinned files by name, from the registry package or else from the source tree."""
    # find_spec locates a top-level package without running any code of it.
    spec = importlib.util.find_spec(table["SOURCE_PACKAGE"])
    folders = [
        Path(place, table["SOURCE_FOLDER"]) for place in (spec and spec.submodule_search_locations) or ()
    ]
    folder = folders[0] if folders else Path(__file__).parent / CONTEXTS
    try:
        return {pin.file: table["read"](pin, folder) for pin in table["PINNED"].values()}
    except (OSError, ValueError) as error:
        raise SystemExit(
            f"The JSON-LD contexts cannot be had: {error}. Build with build isolation, as plain "
            f"'pip install .' does; it brings the {table['SOURCE_PACKAGE']} that pyproject.toml names."
        ) from error


class BuildWithContexts(build_py):  # type: ignore[misc]
    """`build_py` that also lays down the pinned contexts."""

    def run(self) -> None:
        """Copy the contexts beside the modules, then or before building them."""
        files = context_files(runpy.run_path(str(Path(__file__).parent / CONTEXTS / "__init__.py")))
        if self.editable_mode:
            self._write(files, Path(__file__).parent)
            super().run()
        else:
            super().run()
            self._write(files, Path(self.build_lib))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that `build_py` knows of, and the contexts."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        if self.editable_mode:
            return outputs
        table = runpy.run_path(str(Path(__file__).parent / CONTEXTS / "__init__.py"))
        ours = [str(Path(self.build_lib) / CONTEXTS / pin.file) for pin in table["PINNED"].values()]
        return sorted({*outputs, *ours})

    @staticmethod
    def _write(files: dict[str, bytes], root: Path) -> None:
        (root / CONTEXTS).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (root / CONTEXTS / name).write_bytes(content)


setup(cmdclass={"build_py": BuildWithContexts})
