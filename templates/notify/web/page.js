// page.js: a device of a user. moonwire.js comes with moonwire, where docs/client.md says what it promises; it is one file, to be
// copied as it is.
import { connect } from "./moonwire.js";

const $ = (id) => document.getElementById(id);

// Text is only ever set as text: what others write is never read as HTML.
function show(text, kind = "") {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = kind;
  $("log").append(line);
  line.scrollIntoView({ block: "nearest" });
}

const states = {
  connecting: () => "connecting",
  open: () => "connected",
  waiting: ({ delay }) => `connecting again in ${Math.ceil(delay / 1000)} s`,
  closed: () => "not connected",
};

// moonwire.js comes back by itself: it tries again, after a pause. A token that is refused looks the same.
function tell(event, was) {
  const { status, reason } = event;
  $("status").textContent = states[status](event) + (status === "open" && was.user ? ` as ${was.user}` : "") + (reason ? ` (${reason})` : "");
  $("status").className = status;
  if (status === "waiting" && was.open) show("The connection was lost", "note");
  if (status === "open" && was.lost) show("The connection is back", "note");
  if (status === "open") Object.assign(was, { open: true, lost: false });
  if (status === "waiting") Object.assign(was, { open: false, lost: was.open || was.lost });
}

// Asked for every connection. A page with an identity provider fetches a fresh token here: `async () => ...`.
const address = () => `${$("address").value}?token=${encodeURIComponent($("token").value.trim())}`;

let socket;

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  socket?.close();
  const own = connect(address, { ready: (message) => message.hello !== undefined });
  const was = {}; // how it went so far
  own.on("message", ({ data }) => {
    if (data.hello) was.user = data.hello;
    if (data.hello && own === socket) tell({ status: own.status }, was);
    if (data.event === "notice") show(data.text);
  });
  own.on("status", (change) => own === socket && tell(change, was)); // one that gave way to another has nothing to say
  socket = own;
});
