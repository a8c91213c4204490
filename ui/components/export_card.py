"""One form in which a model can be taken away: what it is for, making it, its certificate, the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.domain.certificate import Certificate, Export, ExportKind
from core.domain.decision import Decision
from core.domain.run import JobSnapshot
from core.sharing.certificate import may_differ
from ui import sentences
from ui.words import count, esc, percent, spread

TITLES = {
    ExportKind.ONNX: (
        "ONNX",
        "Runs nearly everywhere: Python, C#, Java, C++, JavaScript.",
    ),
    ExportKind.ONNX_INT8: (
        "ONNX, 8-bit numbers",
        "Smaller, and a little different: see its certificate.",
    ),
    ExportKind.OPENVINO: ("OpenVINO", "The fastest on Intel processors."),
    ExportKind.TORCH_EXPORT: ("PyTorch program", "For those who go on in PyTorch (torch.export)."),
    ExportKind.TORCHSCRIPT: ("TorchScript", "For older programs built on PyTorch."),
}


_EARLIER = (
    "This file answers by an earlier rule for “not sure” and costs, not as the model does here now. Make it "
    "again to have it with the rule of today."
)
_UNKNOWN = (
    "By which rule for “not sure” and costs this file answers was not kept. Make it again to have it with "
    "the rule of today."
)
_UNCOUNTED = (
    "This file was made by an earlier Sightsmith, which passed files that differ in what they are “not sure” "
    "of. Make it again to have it tried by today's measure."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One form, the export there is of it, and the rule by which the model answers now."""

    kind: ExportKind
    export: Export | None
    rule: Decision

    @property
    def outdated(self) -> str:
        """Why the export has to be made again, in words; empty where it need not."""
        if self.export is None:
            return ""
        if self.export.decision != self.rule:
            return _UNKNOWN if self.export.decision is None else _EARLIER
        return _UNCOUNTED if self.export.certificate.alike is None else ""


def show(
    offer: Offer,
    *,
    job: Callable[[], JobSnapshot | None],
    make: Callable[[ExportKind], None],
    read: Callable[[Export], bytes],
    stop: Callable[[str], None],
    key: str,
) -> None:
    """Draw one form; ``job`` tells how the making of it stands, None where nobody asked for it yet.

    ``read`` gives the file that is handed out.
    """
    kind, export = offer.kind, offer.export
    title, words = TITLES[kind]
    with st.container(border=True, key=f"export_{kind.replace('-', '_')}_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{title}**  \n{words}", width="stretch")
            now = job()
            active = now is not None and now.status.active
            if not active:
                st.button(
                    "Make it again" if export else "Make it",
                    key=f"make_{kind}_{key}",
                    on_click=make,
                    args=(kind,),
                    type="secondary",
                )
        if active:
            _follow(job, stop, key=f"{kind}_{key}")
            return
        if now is not None and now.error:
            st.error(esc(f"{now.error} {now.hint}".strip()), icon=":material/error:")
        if offer.outdated:
            st.warning(offer.outdated, icon=":material/update:")
        elif export is not None:
            _certificate(export.certificate, key=f"{kind}_{key}")
            st.download_button(
                f"Download ({export.bytes / 1024**2:.1f} MB)",
                data=partial(read, export),
                file_name=export.file.name,
                mime="application/zip",
                on_click="ignore",
                icon=":material/download:",
                key=f"download_{kind}_{key}",
            )


def _follow(job: Callable[[], JobSnapshot | None], stop: Callable[[str], None], *, key: str) -> None:
    @st.fragment(run_every=1.0)
    def follow() -> None:
        now = job()
        if now is None or not now.status.active:
            st.rerun()
        st.progress(sentences.fraction(now.progress), text=esc(sentences.about_progress(now.progress)))
        st.button("Stop making it", key=f"stop_{key}", on_click=stop, args=(now.id,))

    follow()


def _certificate(certificate: Certificate, *, key: str) -> None:
    """Draw whether the file answers as the app does, with the figures behind it."""
    draw = st.success if certificate.holds else st.error
    icon = ":material/verified:" if certificate.holds else ":material/gpp_bad:"
    draw(esc(certificate.why), icon=icon)
    st.caption("  \n".join(esc(line) for line in _figures(certificate)))
    if certificate.differing:
        told = count(len(certificate.differing), "picture")
        with st.popover(f"The {told} it answers otherwise", key=f"differing_{key}"):
            st.dataframe(
                {
                    "File": [one.path for one in certificate.differing],
                    "Here": [one.here for one in certificate.differing],
                    "In the file": [one.there for one in certificate.differing],
                },
                hide_index=True,
                alt="Pictures that the exported file answers otherwise.",
            )


def _figures(certificate: Certificate) -> list[str]:
    told = []
    if certificate.agreement is not None:
        kind = sentences.SPLITS[certificate.split]
        doubts = f"{certificate.doubts_differing:,}" if certificate.doubts_differing else "none"
        most = certificate.kind.may_differ(certificate.pictures)
        told.append(
            f"Same answer on {certificate.agreeing:,} of {certificate.pictures:,} {kind} pictures; whether "
            f"it is “not sure”, or why, differs on {doubts} of them. {may_differ(most)}"
        )
    if certificate.greatest_difference is not None:
        told.append(f"Greatest difference of a probability: {certificate.greatest_difference:.5f}.")
    if certificate.accuracy is not None:
        told.append(
            f"Right on {percent(certificate.accuracy.value, digits=1)} of them "
            f"({spread(certificate.accuracy)})."
        )
    if certificate.median_ms is not None and certificate.p95_ms is not None:
        told.append(
            f"A picture takes {certificate.median_ms:.0f} ms here ({certificate.p95_ms:.0f} ms at most in 95 "
            f"of 100), with {certificate.runtime}."
        )
    told.append(f"Size of the model: {certificate.bytes / 1024**2:.1f} MB.")
    return told
