"""Where the rooms ontology/, shapes/ and data/ lie: inside the wheel, or beside the checkout."""

from pathlib import Path

from zhengtu.errors import SettingsError

_PACKAGE = Path(__file__).parent


def room(name: str) -> Path:
    """The folder of the room `name`.

    Raises SettingsError when neither the package nor the checkout has it.
    """
    for parent in (_PACKAGE, _PACKAGE.parent.parent):
        folder = parent / name
        if folder.is_dir():
            return folder
    raise SettingsError(f"The folder {name}/ is neither in the package nor beside it; reinstall zhengtu.")


def ontology() -> Path:
    """What can be said."""
    return room("ontology")


def shapes() -> Path:
    """What must hold."""
    return room("shapes")


def data() -> Path:
    """What was said, by whom, where."""
    return room("data")
