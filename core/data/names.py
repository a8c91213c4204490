"""What file and folder names tell: junk, non-pictures, splits; and how names are made readable and sorted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core.domain.dataset import Split

JUNK_FOLDERS = frozenset({"__macosx", "@eadir", ".git", ".svn", ".hg", ".ipynb_checkpoints", "__pycache__"})
JUNK_FOLDERS |= {"$recycle.bin", "system volume information", ".trashes", ".spotlight-v100", ".fseventsd"}
JUNK_FILES = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", ".gitkeep"})
JUNK_FILES |= {".gitignore", ".gitattributes", ".directory", ".picasa.ini"}

ARCHIVES = frozenset(("zip", "rar", "7z", "tar", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "lzma"))
CAMERA_RAW = frozenset(("cr2", "cr3", "nef", "arw", "dng", "orf", "rw2", "raf", "pef", "srw"))
_WRITTEN = ("txt", "md", "rst", "pdf", "doc", "docx", "odt", "rtf", "tex", "html", "htm", "pptx", "log")
_TABLES = ("csv", "tsv", "xls", "xlsx", "ods", "json", "jsonl", "xml", "parquet", "db", "sqlite", "mat")
_SETTINGS = ("yaml", "yml", "toml", "ini", "cfg", "conf", "lock")
_PROGRAMS = ("py", "ipynb", "js", "ts", "css", "sh", "bat", "ps1", "exe", "dll", "so", "jar")
_FILMS = ("mp4", "mov", "avi", "mkv", "webm", "mp3", "wav")
_ARRAYS = ("npy", "npz", "h5", "hdf5", "pkl", "pickle", "pt", "pth", "onnx", "safetensors")
PICTURE_ENDINGS = {
    "JPEG": frozenset(("jpg", "jpeg", "jpe", "jfif", "jif", "mpo")),
    "PNG": frozenset(("png", "apng")),
    "WEBP": frozenset(("webp",)),
    "TIFF": frozenset(("tif", "tiff")),
    "GIF": frozenset(("gif",)),
    "BMP": frozenset(("bmp", "dib")),
    "AVIF": frozenset(("avif", "avifs")),
    "JPEG2000": frozenset(("jp2", "j2k", "jpx", "jpf", "jpc", "j2c", "jpm")),
    "PPM": frozenset(("ppm", "pgm", "pbm", "pnm", "pam", "pfm")),
    "HEIF": frozenset(("heic", "heif", "hif")),
}
_ANY_PICTURE = frozenset(("jxl", "svg", "ico", "tga", "psd")).union(*PICTURE_ENDINGS.values())
NOT_PICTURES = frozenset((*_WRITTEN, *_TABLES, *_SETTINGS, *_PROGRAMS, *_FILMS, *_ARRAYS))

_SPLITS = {
    **dict.fromkeys(("train", "training", "trn"), Split.TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev"), Split.VALIDATION),
    **dict.fromkeys(("test", "testing", "tst"), Split.TEST),
}
_EVALUATION = frozenset(("evaluation", "eval"))
_BESIDES = frozenset(("set", "data", "dataset", "split", "folder", "seg", "image", "images", "img", "imgs"))
_BESIDES |= {"picture", "pictures", "pics", "photo", "photos"}
_GROWN_ON = re.compile(r"(?<=.)(set|data|images|imgs)$")  # "trainset"


def split_named(folder: str) -> Split | None:
    """Return the split that a name means by itself, in any case; None for any other name.

    Words that only say that there are pictures are passed over, as in "train_set" or "seg_test".
    """
    word = _split_word(folder)
    return Split.TEST if word in _EVALUATION else _SPLITS.get(word)


def splits_named(folders: Iterable[str]) -> dict[str, Split]:
    """Return the split of each of these names that means one, as they are meant beside each other.

    Pictures for evaluation are the test; they are the validation where others are the test and none are that.
    """
    named = {folder: split for folder in folders if (split := split_named(folder))}
    plain = {split for folder, split in named.items() if _split_word(folder) not in _EVALUATION}
    evaluation = Split.VALIDATION if plain >= {Split.TEST} and Split.VALIDATION not in plain else Split.TEST
    return {
        folder: evaluation if _split_word(folder) in _EVALUATION else split for folder, split in named.items()
    }


def _split_word(folder: str) -> str:
    """Return the one word of a name that may mean a split; empty where there is none, or more."""
    words = [word for word in re.split(r"[\s_.-]+", folder.strip().casefold()) if word not in _BESIDES]
    return _GROWN_ON.sub("", words[0]) if len(words) == 1 else ""


def is_junk(parts: tuple[str, ...]) -> bool:
    """Tell whether a path belongs to an operating system or a tool, not to the user's pictures.

    Files named "._x" are AppleDouble: they carry a picture's name and extension, but no picture.
    """
    *folders, name = (part.casefold() for part in parts)
    return name in JUNK_FILES or name.startswith("._") or any(folder in JUNK_FOLDERS for folder in folders)


def extension(name: str) -> str:
    """Return what follows the last dot, in lower case; empty without one."""
    _, dot, ending = name.rpartition(".")
    return ending.strip().lower() if dot else ""


def wrongly_named(name: str, picture_format: str) -> bool:
    """Tell whether a name's ending means another format of pictures; one that means none is not wrong."""
    ending = extension(name)
    return ending in _ANY_PICTURE and ending not in PICTURE_ENDINGS.get(picture_format, _ANY_PICTURE)


def readable(raw: bytes) -> str:
    """Return a name as text, never failing: UTF-8 where possible, else code page 437, as zip prescribes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def class_name(folder: str) -> str:
    """Return a folder's name as a class: composed (NFC), control characters and outer blanks taken off."""
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in folder)
    return unicodedata.normalize("NFC", visible).strip() or "unnamed"


def natural(text: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Return a sorting key that puts 2 before 10 and "a" beside "A"; equal only for equal texts."""
    pieces = re.split(r"([0-9]{1,18})", text.casefold())
    return tuple(
        (0, int(piece), "") if index % 2 else (1, 0, piece) for index, piece in enumerate(pieces)
    ), text
