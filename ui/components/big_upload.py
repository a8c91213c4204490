"""A zip of any size, on its way from the browser to the workspace's disk without filling the memory.

    if zipped := big_upload.show(key="zip", label="Drop a zip with one folder of pictures per class"):
        services.import_archive(project.id, zipped.path, name=zipped.name)  # it lies in a staging folder

``project_id=`` binds the upload to a project; label and help are plain text. It must be drawn by an app whose
server has ``ui.upload_route.routes()``.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.upload_route import address
from ui.upload_tickets import Uploaded, tickets

_HTML = """
<div class="field">
  <div class="label"></div>
  <div class="zone" role="group">
    <div class="idle">
      <button type="button" class="choose">Choose a zip</button>
      <span class="aside">or drop it here</span>
    </div>
    <div class="sending" hidden>
      <span class="name"></span>
      <span class="figures"></span>
      <button type="button" class="cancel">Cancel</button>
      <div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
    </div>
    <div class="note" role="status"></div>
    <div class="error" role="alert"></div>
    <input type="file" accept=".zip,application/zip" hidden>
  </div>
  <div class="help"></div>
</div>
"""

_CSS = """
.field { font-family: var(--st-font); color: var(--st-text-color); font-size: 0.875rem; line-height: 1.45; }
.field [hidden] { display: none !important; }
.label { margin-bottom: 0.35rem; }
.help { margin-top: 0.35rem; opacity: 0.75; }
.help:empty { display: none; }
.zone { box-sizing: border-box; min-height: 4.2rem; padding: 0.8rem 1rem; display: flex;
  flex-direction: column; justify-content: center; gap: 0.6rem; border-radius: var(--st-base-radius);
  border: 1px dashed var(--st-border-color); background: var(--st-secondary-background-color); }
.zone.over { border: 1px solid var(--st-primary-color); box-shadow: inset 0 0 0 2px var(--st-primary-color); }
.idle { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.9rem; }
.sending { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.3rem 1rem; align-items: center; }
.sending .name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sending .figures { grid-column: 1; font-variant-numeric: tabular-nums; }
.sending .cancel { grid-column: 2; grid-row: 1 / span 2; }
.bar { grid-column: 1 / -1; height: 8px; border-radius: 4px; overflow: hidden;
  background: var(--st-border-color); }
.bar div { height: 100%; width: 0; background: var(--st-primary-color); transition: width 150ms linear; }
@media (prefers-reduced-motion: reduce) { .bar div { transition: none; } }
button { font: inherit; color: inherit; cursor: pointer; padding: 0.35rem 0.8rem; min-height: 2.4rem;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  background: var(--st-background-color); }
button:hover { border-color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.error { padding: 0.5rem 0.7rem; border-radius: var(--st-base-radius); color: var(--st-red-text-color);
  background: var(--st-red-background-color); }
.note:empty, .error:empty { position: absolute; padding: 0; }
"""

_JS = """
const memory = new WeakMap();
const HEAD_BYTES = 512;
const GONE = "Sightsmith does not answer. Look whether it is still running, then try again.";
const BROKEN = "The connection broke before everything had arrived; nothing was kept. Try again.";
const UNREADABLE = "This file cannot be read. Is it a folder? Then pack it into a zip and drop that.";
const FOLDER = "This is a folder. Pack it into a zip and drop that.";
const SEVERAL = "One zip at a time, please.";

function size(bytes) {
  for (const [unit, divisor] of [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]])
    if (bytes >= divisor) return (bytes / divisor).toFixed(1) + " " + unit;
  return bytes + " bytes";
}

function timeLeft(seconds) {
  if (!isFinite(seconds)) return "";
  if (seconds < 8) return "a few seconds left";
  if (seconds < 55) return `about ${Math.max(10, Math.round(seconds / 10) * 10)} seconds left`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(minutes / 60);
  if (hours) return `about ${hours} h ${minutes % 60} min left`;
  return `about ${minutes} minute${minutes === 1 ? "" : "s"} left`;
}

function nameOf(file) {
  try { return encodeURIComponent(file.name); } catch { return "upload.zip"; }
}

// What is on the screen follows from the state alone: idle, sending, or arrived.
function paint(state) {
  const { part } = state;
  const sending = state.view === "sending";
  const focused = part.field.getRootNode().activeElement;
  part.idle.hidden = state.view !== "idle";
  part.sending.hidden = !sending;
  part.note.textContent = state.note;
  part.error.textContent = state.error;
  if (sending && focused === part.choose) part.cancel.focus();
  if (state.view === "idle" && focused === part.cancel) part.choose.focus();
}

function enter(state, view, { note = "", error = "" } = {}) {
  Object.assign(state, { view, note, error });
  window[view === "sending" ? "addEventListener" : "removeEventListener"]("beforeunload", state.warn);
  paint(state);
}

function showProgress(state, loaded, total) {
  const now = performance.now() / 1000;
  state.seen.push([now, loaded]);
  while (state.seen.length > 2 && now - state.seen[0][0] > 5) state.seen.shift();
  const [since, before] = state.seen[0];
  const speed = now - since > 0.3 ? (loaded - before) / (now - since) : 0;
  const percent = total ? Math.floor(100 * loaded / total) : 0;
  const words = [`${size(loaded)} of ${size(total)}`];
  if (speed) words.push(`${size(speed)} per second`, timeLeft((total - loaded) / speed));
  if (loaded >= total) words.splice(1, 2, "one moment");
  state.part.figures.textContent = words.filter(Boolean).join(", ");
  state.part.bar.setAttribute("aria-valuenow", percent);
  state.part.bar.firstElementChild.style.width = percent + "%";
}

async function refusalOf(answer) {
  try {
    const told = JSON.parse(await answer);
    return [told.message, told.hint].filter(Boolean).join(" ");
  } catch {
    return "The upload was not taken. Reload the page and try again.";
  }
}

// Returns why the file would not be taken, or null. A refusal in the midst of sending may never be heard.
async function whyNot(state, file) {
  let head;
  try { head = await file.slice(0, HEAD_BYTES).arrayBuffer(); } catch { return UNREADABLE; }
  try {
    const headers = { "Upload-Bytes": String(file.size), "Content-Type": "application/octet-stream" };
    const answer = await fetch(state.data.address, { method: "POST", headers, body: head });
    return answer.ok ? null : await refusalOf(answer.text());
  } catch {
    return GONE;
  }
}

function put(state, file) {
  const request = new XMLHttpRequest();
  const { token, address } = state.data;
  state.request = request;
  request.upload.onprogress = event => showProgress(state, event.loaded, file.size);
  request.onload = async () => {
    if (request.status !== 201) return enter(state, "idle", { error: await refusalOf(request.responseText) });
    // A drawing that came in between may have fetched the zip already; then the zone is free again.
    const free = state.data.token !== token;
    enter(state, free ? "idle" : "arrived", { note: free ? "" : `${file.name} has arrived.` });
    state.tell("finished", token);
  };
  request.onerror = async () => enter(state, "idle", { error: await whyNot(state, file) || BROKEN });
  request.open("PUT", address);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Upload-Name", nameOf(file));
  request.send(file);
}

async function send(state, file) {
  if (state.view !== "idle") return;
  const order = (state.order += 1);
  state.seen = [];
  state.part.name.textContent = file.name;
  showProgress(state, 0, file.size);
  enter(state, "sending");
  const reason = await whyNot(state, file);
  if (order !== state.order || state.view !== "sending") return;  // cancelled in the meantime
  if (reason) enter(state, "idle", { error: reason });
  else put(state, file);
}

function cancel(state, note) {
  state.order += 1;
  if (state.request) state.request.abort();
  enter(state, "idle", { note });
}

function dropped(state, transfer) {
  const entry = transfer.items[0]?.webkitGetAsEntry?.();
  if (state.view !== "idle" || !transfer.files.length) return;
  if (transfer.files.length > 1) return enter(state, "idle", { error: SEVERAL });
  if (entry?.isDirectory) return enter(state, "idle", { error: FOLDER });
  send(state, transfer.files[0]);
}

function wire(state) {
  const { part } = state;
  part.choose.onclick = () => part.input.click();
  part.input.onchange = () => {
    const file = part.input.files[0];
    if (file) send(state, file);
    part.input.value = "";  // the same file may be chosen again
  };
  part.cancel.onclick = () => cancel(state, "Cancelled; nothing was kept.");
  part.zone.ondragover = event => { event.preventDefault(); part.zone.classList.add("over"); };
  part.zone.ondragleave = event => {
    if (!part.zone.contains(event.relatedTarget)) part.zone.classList.remove("over");
  };
  part.zone.ondrop = event => {
    event.preventDefault();
    part.zone.classList.remove("over");
    dropped(state, event.dataTransfer);
  };
}

function begin(root) {
  const part = { field: root.querySelector(".field"), input: root.querySelector("input") };
  const names = "label zone idle choose sending name figures cancel bar note error help".split(" ");
  for (const name of names) part[name] = root.querySelector("." + name);
  const state = { part, view: "idle", note: "", error: "", order: 0, seen: [], request: null };
  state.warn = event => event.preventDefault();
  wire(state);
  return state;
}

export default function({ data, parentElement, setTriggerValue }) {
  const state = memory.get(parentElement) || begin(parentElement);
  memory.set(parentElement, state);
  const isNew = state.data && state.data.token !== data.token;
  Object.assign(state, { data, tell: setTriggerValue });
  state.part.label.textContent = data.label;
  state.part.help.textContent = data.help;
  state.part.zone.setAttribute("aria-label", data.label);
  state.part.bar.setAttribute("aria-label", "How much has arrived");
  if (isNew && state.view === "arrived") enter(state, "idle");
  return () => { if (state.view === "sending") cancel(state, ""); };
}
"""

_zone = st.components.v2.component("sightsmith_big_upload", html=_HTML, css=_CSS, js=_JS)


def show(*, key: str, label: str, help: str = "", project_id: str | None = None) -> Uploaded | None:  # noqa: A002
    """Draw the drop zone and return the zip that has arrived, once.

    ``help`` stands below the zone. Whoever gets the zip owns the folder that it lies in, and must hand it on
    before drawing anything or asking the session's memory: either may end this drawing, and lose the zip.
    """
    context = get_script_run_ctx()
    owner = (context.session_id if context else "", key, project_id or "")
    token = tickets().offer(owner)
    _zone(
        key=key,
        data={"token": token, "address": address(token), "label": label, "help": help},
        on_finished_change=lambda: None,
        height="content",
    )
    # Asked for at every drawing, not only at the one that the browser's "finished" causes: that message is
    # lost when the connection breaks just then, and the upload must not be. Taken last: any drawing before
    # may be ended by a newer one, which would find nothing any more.
    return tickets().take(owner)
