"""GeoPackage: all layers in one file, with the styles in which QGIS opens them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from corridors.errors import OutputError
from corridors.exchange.layers import Layers
from corridors.exchange.styles import LAYER_STYLES, style_document
from corridors.exchange.targets import whole_file

GEOMETRY = "geom"

VERSION = "1.2"
"""Of the GeoPackage standard: everything in use reads it without a warning."""

# The table as QGIS makes it when a style is saved to a GeoPackage: it finds a style by the
# table's and the geometry's name, and takes the one marked as default.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
  description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)"""


def write_geopackage(layers: Layers, path: Path, *, date: str) -> None:
    """Write layers to one file, whole or not at all; same layers, same bytes.

    Parameters
    ----------
    layers : dict of str to Layer
    path : Path
        ``.gpkg``; replaced where it exists.
    date : str
        Day that the file bears (``2026-11-21``): that of the data, not of the writing.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    import pyogrio

    moment = f"{date}T00:00:00.000Z"
    with whole_file(path) as beside, _dated(moment):
        try:
            for name, layer in layers.items():
                with_geometry: dict[str, object] = (
                    {
                        "geometry_type": layer.shape,
                        "promote_to_multi": layer.shape.startswith("Multi"),
                        "layer_options": {"GEOMETRY_NAME": GEOMETRY, "DESCRIPTION": layer.about},
                    }
                    if layer.shape
                    else {"layer_options": {"DESCRIPTION": layer.about}}
                )
                pyogrio.write_dataframe(
                    layer.frame,
                    beside,
                    layer=name,
                    driver="GPKG",
                    dataset_options={"VERSION": VERSION},
                    **with_geometry,
                )
            _write_styles(beside, layers, moment)
        except (RuntimeError, sqlite3.Error) as error:  # GDAL's errors are RuntimeErrors
            raise OutputError(f"cannot write {path}: {error}") from error


@contextlib.contextmanager
def _dated(moment: str) -> Iterator[None]:
    import pyogrio

    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def _write_styles(path: Path, layers: Layers, moment: str) -> None:
    database = sqlite3.connect(path)
    with contextlib.closing(database), database:
        database.execute(_STYLE_TABLE)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (moment,),
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
            [
                (name, GEOMETRY, name, style_document(LAYER_STYLES[name]), layer.about, moment)
                for name, layer in layers.items()
                if layer.shape
            ],
        )
