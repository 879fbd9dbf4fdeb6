// page.js: the page of the chat. moonwire.js comes with moonwire, where docs/client.md says what it promises; it is one file, to be
// copied as it is.
import { connect } from "./moonwire.js";

const $ = (id) => document.getElementById(id);

// Text is only ever set as text: what others write is never read as HTML.
function show(text) {
  const line = document.createElement("p");
  line.textContent = text;
  $("log").append(line);
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

// What moonwire.js does when there is no connection: it tries again, after a pause.
function tell({ status, reason, delay }) {
  const pause = delay === undefined ? "" : `, again in ${Math.ceil(delay / 1000)} s`;
  $("status").textContent = `${status}${pause}${reason ? `: ${reason}` : ""}`;
  $("say").querySelector("button").disabled = status !== "open";
}

let socket, room;

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  socket?.close();
  room = $("room").value;
  const join = { action: "join", room };
  socket = connect(`${$("address").value}?name=${encodeURIComponent($("name").value)}`, {
    hello: join, // with every new connection: a connection that was lost is in no room
    ready: (message) => message.event === "welcome" && message.room === join.room,
  });
  socket.on("message", write);
  socket.on("status", tell);
});

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  await socket.send({ action: "say", room, text }).catch(({ message }) => show(`"${text}" was not sent: ${message}`));
});
