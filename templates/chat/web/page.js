// page.js: the page of the chat. moonwire.js comes with moonwire, where docs/client.md says what it promises; it is one file, to be
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

const words = {
  welcome: ({ room, name, here }) => `You are in ${room} as ${name}; ${here} here`,
  joined: ({ name }) => `${name} came`,
  left: ({ name }) => `${name} left`,
  said: ({ name, text }) => `${name}: ${text}`,
};

function write({ data, text }) {
  if (data.event === "pong") return; // the answer to a sign of life
  const word = words[data.event];
  show(word ? word(data) : data.message ?? text);
}

const states = {
  connecting: () => "connecting",
  open: () => "connected",
  waiting: ({ delay }) => `connecting again in ${Math.ceil(delay / 1000)} s`,
  closed: () => "not connected",
};

// moonwire.js comes back by itself: it tries again, after a pause. What was said meanwhile is not in the log, so that it says when.
function tell(event, was) {
  const { status, reason } = event;
  $("status").textContent = states[status](event) + (reason ? ` (${reason})` : "");
  $("status").className = status;
  $("say").querySelector("button").disabled = status !== "open";
  if (status === "waiting" && was.open) show("The connection was lost", "note");
  if (status === "open" && was.lost) show("The connection is back", "note");
  if (status === "open") Object.assign(was, { open: true, lost: false });
  if (status === "waiting") Object.assign(was, { open: false, lost: was.open || was.lost });
}

let socket, room;

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  socket?.close();
  room = $("room").value;
  const join = { action: "join", room };
  const own = connect(`${$("address").value}?name=${encodeURIComponent($("name").value)}`, {
    hello: join, // with every new connection: a connection that was lost is in no room
    ready: (message) => message.event === "welcome" && message.room === join.room,
  });
  const was = {}; // how it went so far
  own.on("message", write);
  own.on("status", (change) => own === socket && tell(change, was)); // one that gave way to another has nothing to say
  socket = own;
});

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  await socket.send({ action: "say", room, text }).catch(({ message }) => show(`"${text}" was not sent: ${message}`));
});
