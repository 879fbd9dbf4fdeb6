// page.js: a device of a user. moonwire.js comes with moonwire, where docs/client.md says what it promises; it is one file, to be
// copied as it is.
import { connect } from "./moonwire.js";

const $ = (id) => document.getElementById(id);

// Text is only ever set as text: what others write is never read as HTML.
function show(text) {
  const line = document.createElement("p");
  line.textContent = text;
  $("log").append(line);
}

// What moonwire.js does when there is no connection: it tries again, after a pause. A token that is refused looks the same.
function tell({ status, reason, delay }) {
  const pause = delay === undefined ? "" : `, again in ${Math.ceil(delay / 1000)} s`;
  $("status").textContent = `${status}${pause}${reason ? `: ${reason}` : ""}`;
}

// Asked for every connection. A page with an identity provider fetches a fresh token here: `async () => ...`.
const address = () => `${$("address").value}?token=${encodeURIComponent($("token").value.trim())}`;

let socket;

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  socket?.close();
  socket = connect(address, { ready: (message) => message.hello !== undefined });
  socket.on("message", ({ data }) => {
    if (data.hello) $("status").textContent = `open, for ${data.hello}`;
    if (data.event === "notice") show(data.text);
  });
  socket.on("status", tell);
});
